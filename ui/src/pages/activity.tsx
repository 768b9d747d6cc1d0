// What happened, the newest first. The filters stand in the address; a round can be taken back from here.

import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Dialog, Opens } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Head, LinkTo, RecordName, Value } from '../parts/show';
import { VirtualList } from '../parts/virtual';
import { useEntries, useExplanation, useStatus, type EntrySearch } from '../queries';
import type { Entry } from '../types';
import { Undo } from './undo';

const KINDS = [
  'access', 'agreed', 'alert', 'comment', 'configuration', 'create', 'decision', 'delivery', 'file', 'follow', 'inspection', 'item', 'link', 'lost', 'move',
  'note', 'overwrite', 'recovery', 'refused', 'relink', 'rest', 'restore', 'retry', 'trial', 'unexpected', 'unlink', 'user', 'write',
];
const WARNS = new Set(['lost', 'overwrite', 'refused', 'unexpected']);
const SPANS = [
  { name: 'all time', hours: 0 },
  { name: 'last hour', hours: 1 },
  { name: 'last day', hours: 24 },
  { name: 'last week', hours: 168 },
];

export function ActivityPage() {
  const search = useSearch({ from: '/activity' });
  const entries = useEntries(search);
  const [about, setAbout] = useState<Entry>();
  return (
    <>
      <Head title="Activity" about="The journal: nothing in it is ever changed.">
        {search.round && <Opens label="Take this round back" title="Take this round back" className="button risky" wide>{(close) => <Undo what={{ round: search.round }} close={close} />}</Opens>}
        {search.item && search.since && (
          <Opens label={`Take back ${search.item}’s writes since then`} title={`Take back ${search.item}’s writes`} className="button risky" wide>
            {(close) => <Undo what={{ item: search.item, since: search.since }} close={close} />}
          </Opens>
        )}
      </Head>
      <Filters search={search} />
      <Loaded query={entries} of="the journal">
        {({ pages }) => {
          const all = pages.flatMap((page) => page.entries);
          if (!all.length) return <Empty title={Object.values(search).some(Boolean) ? 'Nothing like this has happened.' : 'Nothing has happened yet.'} />;
          return (
            <VirtualList of="Activity" rows={all} height={44} keyOf={(entry) => entry.id} more={entries.hasNextPage && !entries.isFetching ? () => void entries.fetchNextPage() : undefined}>
              {(entry) => (
                <Happened entry={entry}>
                  <button type="button" className="text-sm text-accent underline" onClick={() => setAbout(entry)} aria-haspopup="dialog">
                    Details
                  </button>
                </Happened>
              )}
            </VirtualList>
          );
        }}
      </Loaded>
      {about && <Details entry={about} close={() => setAbout(undefined)} />}
    </>
  );
}

function Filters({ search }: { search: EntrySearch }) {
  const navigate = useNavigate({ from: '/activity' });
  const items = useStatus().data?.items.map(({ name }) => name) ?? [];
  const narrow = (part: Partial<EntrySearch>) => void navigate({ search: (before) => ({ ...before, ...part }) });
  const [link, setLink] = useState(search.link ? String(search.link) : '');
  useEffect(() => setLink(search.link ? String(search.link) : ''), [search.link]);
  return (
    <form
      role="search"
      className="mb-3 flex flex-wrap gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        narrow({ link: Number(link) || undefined });
      }}
    >
      <input type="search" inputMode="numeric" className="field w-36" aria-label="Link number" placeholder="Link number" value={link} onChange={(event) => setLink(event.target.value)} />
      <select className="field" aria-label="Item" value={search.item ?? ''} onChange={(event) => narrow({ item: event.target.value || undefined })}>
        <option value="">all items</option>
        {items.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select className="field" aria-label="Kind" value={search.kind ?? ''} onChange={(event) => narrow({ kind: event.target.value || undefined })}>
        <option value="">all kinds</option>
        {KINDS.map((kind) => (
          <option key={kind}>{kind}</option>
        ))}
      </select>
      <select className="field" aria-label="Time" value={search.since ? 'since' : ''} onChange={(event) => narrow({ since: since(Number(event.target.value)) })}>
        {search.since && <option value="since">since {new Date(search.since).toLocaleString()}</option>}
        {SPANS.map(({ name, hours }) => (
          <option key={name} value={hours || ''}>
            {name}
          </option>
        ))}
      </select>
      {search.round && (
        <button type="button" className="button" onClick={() => narrow({ round: undefined })}>
          × round {search.round.slice(0, 8)}
        </button>
      )}
    </form>
  );
}

const since = (hours: number) => (hours ? new Date(Date.now() - hours * 3_600_000).toISOString() : undefined);

/** One entry, in a line. */
export function Happened({ entry, children }: { entry: Entry; children?: React.ReactNode }) {
  return (
    <div className="grid gap-x-4 text-sm sm:grid-cols-[8.5rem_7rem_minmax(0,1fr)_auto]">
      <span className="text-faint">
        <Ago at={entry.at} />
      </span>
      <span className={WARNS.has(entry.kind) ? 'text-warn' : 'text-faint'}>
        {WARNS.has(entry.kind) && '! '}
        {entry.kind}
      </span>
      <span className="value">
        {entry.text} {entry.side && entry.record && <RecordName side={entry.side} id={entry.record} />}
      </span>
      <span className="flex gap-3">
        {entry.link !== null && <LinkTo link={entry.link} />}
        {children}
      </span>
    </div>
  );
}

function Details({ entry, close }: { entry: Entry; close: () => void }) {
  return (
    <Dialog title={`${entry.kind}, ${new Date(entry.at).toLocaleString()}`} close={close} wide>
      <p className="value">{entry.text}</p>
      <dl className="mt-3 grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[8rem_1fr]">
        <dt className="text-faint">Number</dt>
        <dd>{entry.id}</dd>
        <dt className="text-faint">Time, UTC</dt>
        <dd>{entry.at}</dd>
        {entry.item && (
          <>
            <dt className="text-faint">Item, owner</dt>
            <dd>
              {entry.item}, {entry.owner ?? 'nobody'}
            </dd>
          </>
        )}
        {entry.field && (
          <>
            <dt className="text-faint">Field</dt>
            <dd>{entry.field}</dd>
            <dt className="text-faint">Before</dt>
            <dd>
              <Value of={entry.before} />
            </dd>
            <dt className="text-faint">After</dt>
            <dd>
              <Value of={entry.after} />
            </dd>
          </>
        )}
        {entry.round && (
          <>
            <dt className="text-faint">Round</dt>
            <dd>
              <Link to="/activity" search={{ round: entry.round }} onClick={close}>
                {entry.round}
              </Link>
            </dd>
          </>
        )}
      </dl>
      {entry.link !== null && <Why link={entry.link} />}
      <div className="mt-3 flex gap-2">{entry.round && <Opens label="Take its round back" title="Take this round back" className="button risky" wide>{(done) => <Undo what={{ round: entry.round ?? undefined }} close={done} />}</Opens>}</div>
    </Dialog>
  );
}

/** How it is with the link now. */
function Why({ link }: { link: number }) {
  const explained = useExplanation(String(link));
  return (
    <div className="mt-3">
      <h3 className="font-medium">How it is with the link now</h3>
      <Loaded query={explained} of="both sides">
        {({ explanations }) => (
          <ul className="list-disc pl-5 text-sm">
            {explanations.flatMap(({ findings }) => findings).map((finding) => (
              <li key={finding}>{finding}</li>
            ))}
          </ul>
        )}
      </Loaded>
    </div>
  );
}
