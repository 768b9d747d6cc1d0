// Fields that both sides changed, where nobody but a person may decide.

import { useState } from 'react';
import { post, whoActs } from '../api';
import { Act } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Head, ItemTo, LinkTo, RecordName, Sign, Value } from '../parts/show';
import { useConflicts } from '../queries';
import type { Conflict } from '../types';
import { count } from '../words';

export function ConflictsPage() {
  const open = useConflicts();
  return (
    <>
      <Head title="Conflicts" about="Both sides changed, and the item says ask. What is decided is carried out by the next round, unless somebody edits meanwhile." />
      <Loaded query={open} of="the conflicts">
        {({ conflicts, next }) =>
          conflicts.length ? (
            <>
              <p role="status" className="mb-2 text-sm text-faint">
                {count(conflicts.length, 'conflict')}
                {next !== null && ', and more behind them'}
              </p>
              {conflicts.map((conflict) => (
                <Decide key={conflict.id} conflict={conflict} />
              ))}
            </>
          ) : (
            <Empty title="Nothing is to be decided." />
          )
        }
      </Loaded>
    </>
  );
}

export function Decide({ conflict }: { conflict: Conflict }) {
  const path = `/conflicts/${conflict.id}/resolve`;
  const decide = (what: { take: string } | { value: string }) => post(path, { ...what, by: whoActs() });
  const [other, setOther] = useState<string>();
  return (
    <article className="sheet mb-3 p-4" data-row aria-label={`Conflict ${conflict.id}: ${conflict.field}`}>
      <p className="mb-2 text-sm text-faint">
        <span className="font-medium text-ink">{conflict.field}</span> of <LinkTo link={conflict.link} />, <ItemTo item={conflict.item} />, since <Ago at={conflict.since} />
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {(['salesforce', 'jira'] as const).map((side) => (
          <div key={side} className="flex flex-wrap items-start gap-2 rounded-md bg-sunk p-3">
            <div className="grow">
              <p className="text-sm">
                <RecordName side={side} id={conflict[side].record} />
              </p>
              <Value of={conflict[side].person ?? conflict[side].value} />
            </div>
            <Act label={side === 'salesforce' ? 'Take Salesforce’s' : 'Take Jira’s'} act={() => decide({ take: side })} />
          </div>
        ))}
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-2 text-sm">
        {other === undefined ? (
          <button type="button" className="button" onClick={() => setOther(conflict.salesforce.value)}>
            Another value
          </button>
        ) : (
          <>
            <input className="field grow" aria-label="The value that shall stand, as Salesforce would show it" value={other} onChange={(event) => setOther(event.target.value)} />
            <Act label="Take this" act={() => decide({ value: other })} />
          </>
        )}
        {conflict.decision && (
          <Sign mood="busy">
            {conflict.decision.by} decided for {conflict.decision.take} <Ago at={conflict.decision.at} />; the next round carries it out
          </Sign>
        )}
      </div>
    </article>
  );
}
