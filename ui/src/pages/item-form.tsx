// A connected item, picked together from what both sides have. The form edits the text of the configuration; what it does
// not show stays there as it is.

import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { names, Unreachable } from '../document';
import { draftOf, lacks, NEW, withDraft, type Draft } from '../draft';
import { Choice, Group, Text, Tick, Unpicked, type Option } from '../parts/form';
import { Empty, Failure, Loaded } from '../parts/loaded';
import { Problems, Saving, useChecked } from '../parts/saving';
import { Head, Sign } from '../parts/show';
import { useConfiguration, useConnections, useIdentity, useIssueTypes, useObjects, useProjects } from '../queries';
import type { ConfigurationText, Connection, Mode, Side } from '../types';
import { sideName } from '../words';
import { Fields, jiraOptions, salesforceOptions, StatusTable, useFields, type Change, type Part } from './mapping';

export function NewItemPage() {
  return <Page name={null} />;
}

export function EditItemPage() {
  return <Page name={useParams({ from: '/items/$item/edit' }).item} />;
}

function Page({ name }: { name: string | null }) {
  const kept = useConfiguration();
  const connections = useConnections();
  return (
    <>
      <Head title={name === null ? 'New item' : `Edit ${name}`} about="What pairs with what, and how. Nothing runs before it was looked at.">
        {name !== null && (
          <Link to="/configuration" search={{ item: name }} className="button">
            Edit as text
          </Link>
        )}
      </Head>
      <Loaded query={connections} of="the connections">
        {({ connections }) =>
          (['salesforce', 'jira'] as const).every((side) => connections.some((connection) => connection.side === side)) ? (
            <Loaded query={kept} of="the configuration">
              {(kept) => <Opened key={kept.digest} kept={kept} name={name} connections={connections} />}
            </Loaded>
          ) : (
            <Empty title="Connect both sides first.">
              An item needs a Salesforce org and a Jira site that answer: <Link to="/new-connection">add a connection</Link>.
            </Empty>
          )
        }
      </Loaded>
    </>
  );
}

function Opened({ kept, name, connections }: { kept: ConfigurationText; name: string | null; connections: Connection[] }) {
  try {
    const only = (side: Side) => (connections.filter((connection) => connection.side === side).length === 1 ? (connections.find((connection) => connection.side === side)?.name ?? '') : '');
    const begin = name === null ? { ...NEW, connections: { salesforce: only('salesforce'), jira: only('jira') } } : draftOf(kept.text, name);
    return begin ? <Form kept={kept} begin={begin} isNew={name === null} connections={connections} /> : <Empty title={`There is no item ${name} in the configuration.`} />;
  } catch (error) {
    if (error instanceof Unreachable) return <Failure error={error} />;
    throw error;
  }
}

function Form({ kept, begin, isNew, connections }: { kept: ConfigurationText; begin: Draft; isNew: boolean; connections: Connection[] }) {
  const [draft, setDraft] = useState(begin);
  const set: Change = (change) => setDraft((before) => ({ ...before, ...change }));
  const shows = draft.mode === 'display-only';
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <Group title="Item">
        {isNew && <Text label="Name" value={draft.name} set={(name) => set({ name })} help="Links belong to it." />}
        <Text label="Owner" type="email" value={draft.owner} set={(owner) => set({ owner })} help="The person who answers for it." />
        <Choice label="Sync mode" value={draft.mode} set={(mode) => set({ mode: mode as Mode, projects: mode === 'display-only' ? draft.projects : draft.projects.slice(0, 1) })} options={MODES} />
      </Group>
      <JiraEnd draft={draft} set={set} connections={connections} />
      <SalesforceEnd draft={draft} set={set} connections={connections} />
      <Fields draft={draft} set={set} />
      {!shows && <Options draft={draft} set={set} isNew={isNew} />}
      {!shows && <StatusTable draft={draft} set={set} />}
      {draft.more.length > 0 && (
        <p className="mb-4 text-sm text-faint">
          Only in the text, and kept: {draft.more.join(', ')}.
        </p>
      )}
      <Outcome kept={kept} draft={draft} isNew={isNew} />
    </form>
  );
}

const MODES: Option[] = [
  { value: 'two-way', text: 'Two-way: both sides are kept in agreement' },
  { value: 'one-way', text: 'One-way: from Salesforce to Jira' },
  { value: 'display-only', text: 'Display-only: issues show linked records' },
];

const named = (connections: Connection[], side: Side): Option[] => connections.filter((connection) => connection.side === side).map(({ name = '' }) => ({ value: name, text: name }));

function JiraEnd({ draft, set, connections }: Part & { connections: Connection[] }) {
  const site = draft.connections.jira;
  const projects = useProjects(site);
  const options = (projects.data?.projects ?? []).map(({ key, name }) => ({ value: key, text: `${name} (${key})` }));
  const types = useIssueTypes(site, draft.projects[0] ?? '');
  return (
    <Group title="Jira">
      <Choice label="Jira site" value={site} set={(jira) => set({ connections: { ...draft.connections, jira }, projects: [], issueType: '' })} options={named(connections, 'jira')} />
      <Confirmed side="jira" name={site} />
      {draft.mode === 'display-only' ? (
        <fieldset className="sm:col-span-2">
          <legend className="text-sm font-medium">Projects</legend>
          <div className="mt-1 flex max-h-48 flex-wrap gap-x-6 gap-y-1 overflow-y-auto">
            {options.map(({ value, text }) => (
              <Tick key={value} label={text} value={draft.projects.includes(value)} set={(on) => set({ projects: on ? [...draft.projects, value] : draft.projects.filter((key) => key !== value) })} />
            ))}
          </div>
        </fieldset>
      ) : (
        <>
          <Choice label="Project" value={draft.projects[0] ?? ''} set={(key) => set({ projects: [key], issueType: '' })} options={options} />
          <Choice label="Issue type" value={draft.issueType} set={(issueType) => set({ issueType })} options={(types.data?.types ?? []).map(({ name }) => ({ value: name, text: name }))} disabled={!draft.projects.length} />
          <Unpicked of={types} />
        </>
      )}
      <Unpicked of={projects} />
    </Group>
  );
}

function SalesforceEnd({ draft, set, connections }: Part & { connections: Connection[] }) {
  const org = draft.connections.salesforce;
  const objects = useObjects(org);
  const groups = (objects.data?.groups ?? []).map(({ name, objects }) => ({ name, options: objects.map(({ name, label }) => ({ value: name, text: `${label} (${name})` })) }));
  const help = objects.data?.groups.find(({ objects }) => objects.some(({ name }) => name === draft.object))?.help;
  return (
    <Group title="Salesforce">
      <Choice label="Salesforce org" value={org} set={(salesforce) => set({ connections: { ...draft.connections, salesforce }, object: '', ...unpicked(draft) })} options={named(connections, 'salesforce')} />
      <Confirmed side="salesforce" name={org} />
      <Choice label="Object" help={help} value={draft.object} set={(object) => set({ object, ...unpicked(draft) })} options={[]} groups={groups} />
      <Unpicked of={objects} />
    </Group>
  );
}

/** Another object has other fields. */
const unpicked = ({ rows, correlation }: Draft): Partial<Draft> => ({ rows: rows.map((row) => ({ ...row, salesforce: '' })), correlation: { ...correlation, salesforce: '' }, statusField: '', statusValues: {} });

/** Whether somebody answers there. */
function Confirmed({ side, name }: { side: Side; name: string }) {
  const identity = useIdentity(name);
  if (!name) return <span />;
  return (
    <div role="status" className="self-center text-sm">
      {identity.data ? <Sign mood="good">Connected to {identity.data.name}</Sign> : identity.isError ? <Failure error={identity.error} again={() => void identity.refetch()} /> : `Asking ${sideName[side]} …`}
    </div>
  );
}

const CREATES: Option[] = [
  { value: 'none', text: 'Off' },
  { value: 'jira', text: 'In Jira' },
  { value: 'salesforce', text: 'In Salesforce' },
  { value: 'both', text: 'On both sides' },
];

const STARTS: Option[] = [
  { value: 'now', text: 'New records, from now on' },
  { value: 'everything', text: 'Everything that is there' },
];

function Options({ draft, set, isNew }: Part & { isNew: boolean }) {
  const { record, issue } = useFields(draft);
  const texts = (record.data?.fields ?? []).filter(({ type, updateable }) => updateable && type === 'string');
  const lines = (issue.data?.fields ?? []).filter((field) => field.is_line);
  const correlate = (side: Side) => (name: string) => set({ correlation: { ...draft.correlation, [side]: name } });
  return (
    <Group title="Options">
      <Choice label="Auto create" help="On which side missing twins are made." value={draft.autoCreate} set={(autoCreate) => set({ autoCreate })} options={CREATES} />
      <Choice label="Records" help={isNew ? undefined : 'Which records get twins.'} value={draft.start} set={(start) => set({ start })} options={STARTS} />
      <Choice label="Issue key in Salesforce" help="A text field of yours that shows the issue." value={draft.correlation.salesforce} set={correlate('salesforce')} options={salesforceOptions(texts)} />
      <Choice label="Record id in Jira" help="A text field of yours that shows the record." value={draft.correlation.jira} set={correlate('jira')} options={jiraOptions(lines)} />
      <Tick label="Comments" help="Both ways, for staff only; the text says more." value={draft.comments} set={(comments) => set({ comments })} />
      <Tick label="Attachments" value={draft.attachments} set={(attachments) => set({ attachments })} />
    </Group>
  );
}

function Outcome({ kept, draft, isNew }: { kept: ConfigurationText; draft: Draft; isNew: boolean }) {
  try {
    const missing = lacks(draft, isNew && names(kept.text, 'items').includes(draft.name));
    const text = missing ? kept.text : withDraft(kept.text, draft);
    return missing ? (
      <p role="status">
        <Sign mood="warn">{missing}</Sign>
      </p>
    ) : (
      <Draftable kept={kept} draft={draft} text={text} />
    );
  } catch (error) {
    if (error instanceof Unreachable) return <Failure error={error} />;
    throw error;
  }
}

function Draftable({ kept, draft, text }: { kept: ConfigurationText; draft: Draft; text: string }) {
  const navigate = useNavigate();
  const checked = useChecked(text);
  const sides = [useIdentity(draft.connections.salesforce), useIdentity(draft.connections.jira)];
  const waits = sides.every((side) => side.isSuccess) ? undefined : 'It waits until both connections are confirmed.';
  if (text === kept.text) return <p role="status" className="text-faint">Nothing is changed.</p>;
  return (
    <>
      <Problems checked={checked} />
      <Saving kept={kept} text={text} checked={checked} item={draft.name} waits={waits} done={() => void navigate({ to: '/items' })} />
    </>
  );
}
