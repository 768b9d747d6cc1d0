// What of a record goes with what of an issue: the lines of an item's mapping and its statuses, picked from the fields that
// both sides have now.

import type { Direction, Draft, Row } from '../draft';
import { Choice, Unpicked, type Option } from '../parts/form';
import { Section, Sign, Table } from '../parts/show';
import { useIssueFields, useIssueTypes, useObjectFields } from '../queries';
import type { IssueField, ObjectField } from '../types';

/** Changes some of the item. */
export type Change = (change: Partial<Draft>) => void;

/** A part of the form: the item, and how it is changed. */
export interface Part {
  draft: Draft;
  set: Change;
}

const label = (field: { label: string; name: string; type: string }, notes: string[]) => `${field.label} (${[field.name, field.type, ...notes].filter((word, place) => place > 0 || word !== field.label).join(', ')})`;
export const salesforceOptions = (fields: ObjectField[]): Option[] => fields.map((field) => ({ value: field.name, text: label(field, [field.required ? 'required' : '', field.updateable ? '' : 'read only'].filter(Boolean)) }));
export const jiraOptions = (fields: IssueField[]): Option[] => fields.map((field) => ({ value: field.name, text: label(field, field.required ? ['required'] : []) }));

/** Words that stand for no field, and only flow away from their side. */
const VIRTUAL = {
  salesforce: [{ name: 'Of the record', options: [{ value: 'record.url', text: 'Its address (record.url)' }] }],
  jira: [{ name: 'Of the issue', options: [{ value: 'issue.key', text: 'Its key (issue.key)' }, { value: 'issue.id', text: 'Its id (issue.id)' }, { value: 'issue.url', text: 'Its address (issue.url)' }] }],
};

const DIRECTIONS: Option[] = [
  { value: 'both', text: '↔ both ways' },
  { value: 'to-jira', text: '→ to Jira' },
  { value: 'to-salesforce', text: '← to Salesforce' },
];

/** The fields of both sides, as they are now. */
export function useFields(draft: Draft) {
  const record = useObjectFields(draft.connections.salesforce, draft.object);
  const issue = useIssueFields(draft.connections.jira, draft.projects[0] ?? '', draft.mode === 'display-only' ? '' : draft.issueType);
  return { record, issue };
}

export function Fields({ draft, set }: Part) {
  const { record, issue } = useFields(draft);
  const shows = draft.mode === 'display-only';
  const [of, to] = [salesforceOptions(record.data?.fields ?? []), jiraOptions(issue.data?.fields ?? [])];
  const change = (id: number, change: Partial<Row>) => set({ rows: draft.rows.map((row) => (row.id === id ? { ...row, ...change } : row)) });
  const add = () => set({ rows: [...draft.rows, { id: 1 + Math.max(-1, ...draft.rows.map(({ id }) => id)), at: null, salesforce: '', jira: '', direction: '', more: [] }] });
  const mapped = new Set(draft.rows.map(({ jira }) => jira));
  const open = shows ? [] : (issue.data?.fields ?? []).filter(({ required, name }) => required && !mapped.has(name));
  return (
    <Section title={shows ? 'Preview fields' : 'Fields'}>
      <Unpicked of={record} />
      <Unpicked of={issue} />
      {open.length > 0 && (
        <p role="status" className="mb-2">
          <Sign mood="warn">
            {draft.issueType} needs {open.map(({ label }) => label).join(', ')}: map {open.length === 1 ? 'it' : 'them'}, or choose another issue type.
          </Sign>
        </p>
      )}
      <Table of="Lines" heads={shows ? ['Salesforce', 'Shown as', ''] : ['Salesforce', 'Flows', 'Jira', 'Also', '']}>
        {draft.rows.map((row, place) => (
          <tr key={row.id}>
            <td className="min-w-44">
              <Choice bare label={`Salesforce field of line ${place + 1}`} value={row.salesforce} set={(salesforce) => change(row.id, { salesforce })} options={of} groups={shows ? [] : VIRTUAL.salesforce} disabled={!draft.object} />
            </td>
            {!shows && (
              <td className="min-w-36">
                <Choice bare label={`Direction of line ${place + 1}`} none="as mode and fields allow" value={row.direction} set={(direction) => change(row.id, { direction: direction as Direction })} options={DIRECTIONS} />
              </td>
            )}
            <td className="min-w-44">
              {shows ? (
                <input className="field w-full" aria-label={`Label of line ${place + 1}`} placeholder="its own label" value={row.jira} onChange={(event) => change(row.id, { jira: event.target.value })} />
              ) : (
                <Choice bare label={`Jira field of line ${place + 1}`} value={row.jira} set={(jira) => change(row.id, { jira })} options={to} groups={VIRTUAL.jira} disabled={!draft.issueType} />
              )}
            </td>
            {!shows && <td className="text-faint">{row.more.join(', ')}</td>}
            <td>
              <button type="button" className="button" aria-label={`Take out line ${place + 1}`} onClick={() => set({ rows: draft.rows.filter(({ id }) => id !== row.id) })}>
                ×
              </button>
            </td>
          </tr>
        ))}
      </Table>
      <button type="button" className="button mt-2" onClick={add}>
        Add a field
      </button>
    </Section>
  );
}

export function StatusTable({ draft, set }: Part) {
  const { record } = useFields(draft);
  const types = useIssueTypes(draft.connections.jira, draft.projects[0] ?? '');
  const usable = (record.data?.fields ?? []).filter((field) => field.is_status);
  const field = usable.find(({ name }) => name === draft.statusField);
  const statuses = types.data?.types.find(({ name }) => name === draft.issueType)?.statuses ?? [];
  const options = statuses.map((name) => ({ value: JSON.stringify(name), text: name }));
  const values = [...new Set([...(field?.values ?? []), ...Object.keys(draft.statusValues)])];
  const pick = (value: string, status: string) => {
    const { [value]: _, ...others } = draft.statusValues;
    set({ statusValues: status ? { ...draft.statusValues, [value]: JSON.parse(status) } : others });
  };
  return (
    <Section title="Status">
      <div className="mb-3 max-w-md">
        <Choice
          label="Status field"
          help={draft.object && record.data && !usable.length ? `${draft.object} has no picklist that the integration user may update, so no status follows the issue’s.` : 'A picklist that the integration user may update.'}
          none="Off"
          value={draft.statusField}
          set={(statusField) => set({ statusField, statusValues: {} })}
          options={salesforceOptions(usable)}
          disabled={!draft.object}
        />
      </div>
      {draft.statusField && (
        <Table of="Statuses" heads={['In Salesforce', 'In Jira']}>
          {values.map((value) => (
            <tr key={value}>
              <td>{value}</td>
              <td className="min-w-44">
                <Choice bare label={`Jira status of ${value}`} none="left alone" value={draft.statusValues[value] === undefined ? '' : JSON.stringify(draft.statusValues[value])} set={(status) => pick(value, status)} options={options} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
