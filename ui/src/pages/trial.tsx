// One record through an item that rests, really delivered, and away with it again.

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { post, whoActs } from '../api';
import { Act } from '../parts/dialog';
import { Failure } from '../parts/loaded';
import { Badge, RecordName, Section, Sign, Table, Value } from '../parts/show';
import type { Item, Trial } from '../types';
import { useRefusal } from '../queries';
import { count } from '../words';

export function Try({ item }: { item: Item }) {
  const [record, setRecord] = useState('');
  const refusal = useRefusal('operator');
  const path = `/items/${encodeURIComponent(item.name)}/trial`;
  const trying = useMutation({ mutationFn: () => post<Trial>(path, { record: record.trim(), by: whoActs() }) });
  if (item.state === 'active' || item.mode === 'display-only') return null;
  return (
    <Section title="Test one record">
      <p className="text-sm text-faint">The one record goes through the item for real; everything else stays at rest.</p>
      <form
        className="my-2 flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          trying.mutate();
        }}
      >
        <label className="text-sm">
          Record id or issue key
          <input className="field ml-2" value={record} required onChange={(event) => setRecord(event.target.value)} />
        </label>
        <button className="button main" title={refusal} disabled={!!refusal || trying.isPending}>
          {trying.isPending ? 'Testing …' : 'Test'}
        </button>
      </form>
      {trying.isError && <Failure error={trying.error} />}
      {trying.data && <Tried trial={trying.data} />}
      {trying.data?.outcome === 'created' && <Act label="Remove what the test made" className="button risky" act={() => post(`${path}/remove`, { record: record.trim(), by: whoActs() })} done={() => trying.reset()} />}
    </Section>
  );
}

function Tried({ trial }: { trial: Trial }) {
  return (
    <>
      <p role="status" className="my-2">
        <Badge state={trial.outcome} /> {trial.salesforce && <RecordName side="salesforce" id={trial.salesforce.name} url={trial.salesforce.url} />}{' '}
        {trial.jira && <RecordName side="jira" id={trial.jira.name} url={trial.jira.url} />} {trial.unexpected > 0 && <Sign mood="warn">{count(trial.unexpected, 'unexpected value')}</Sign>}
      </p>
      <ul className="list-disc pl-5 text-sm">
        {trial.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <Table of="What the test showed" heads={['Field', 'Salesforce', 'Jira', 'Written']}>
        {trial.fields.map((field) => (
          <tr key={field.field}>
            <td>{field.field}</td>
            <td>
              <Value of={field.salesforce} />
            </td>
            <td>
              <Value of={field.jira} />
            </td>
            <td>
              {field.written === null ? '' : <Value of={field.written} />} {field.unexpected && <Badge state="unexpected" mood="warn" />}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
