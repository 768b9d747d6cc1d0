// People who are to be let in: those who asked by the form, and those whom support adds by itself. Both become records in
// the org like a click there.

import { useState } from 'react';
import { post, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Choice, Text } from '../parts/form';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Section, Table } from '../parts/show';
import { useRequests } from '../queries';
import type { Asked, Grant } from '../types';

/** What access is granted from. */
interface Target {
  source: string;
  record: string;
}

interface Known {
  grants: Grant[];
  sources: string[];
}

export function Requests(known: Known) {
  const requests = useRequests();
  return (
    <Section title="Asked for by the form">
      <Loaded query={requests} of="the requests">
        {({ requests }) =>
          requests.length ? (
            <Table of="Asked for by the form" heads={['Person', 'Company', 'Message', 'Asked', '']}>
              {requests.map((request) => (
                <Row key={request.id} request={request} {...known} />
              ))}
            </Table>
          ) : (
            <Empty title="Nobody waits for an answer." />
          )
        }
      </Loaded>
    </Section>
  );
}

function Row({ request, ...known }: Known & { request: Asked }) {
  const path = `/requests/${encodeURIComponent(request.id)}`;
  return (
    <tr>
      <td>
        {request.name}
        <span className="block text-faint">{request.email}</span>
      </td>
      <td>{request.company}</td>
      <td className="value">{request.message}</td>
      <td>
        <Ago at={request.asked} />
      </td>
      <td>
        <span className="flex flex-wrap gap-2">
          <Opens label="Approve" title={`Let ${request.name} in`} className="button main">
            {(close) => <Grantable known={known} email={request.email} label="Approve" close={close} act={(wish) => post(`${path}/approve`, wish)} />}
          </Opens>
          <Act label="Deny" className="button risky" act={() => post(`${path}/deny`, { by: whoActs() })} />
        </span>
      </td>
    </tr>
  );
}

/** Support adds somebody without Salesforce. */
export function AddContact(known: Known) {
  return (
    <Opens label="Add a contact" title="Add a contact">
      {(close) => <Grantable known={known} label="Add" close={close} act={(wish) => post('/access', wish)} />}
    </Opens>
  );
}

interface GrantableProps {
  known: Known;
  /** Of a person who asked. */
  email?: string;
  label: string;
  close: () => void;
  act: (wish: Target & { person?: string; by: string }) => Promise<unknown>;
}

function Grantable({ known, email, label, close, act }: GrantableProps) {
  const [organization, setOrganization] = useState('');
  const [other, setOther] = useState<Target>({ source: known.sources[0] ?? '', record: '' });
  const [person, setPerson] = useState('');
  const organizations = organizationsOf(known.grants);
  const target = organizations.find(({ key }) => key === organization)?.target ?? other;
  const record = target.record.trim();
  return (
    <div className="space-y-3">
      <Choice
        label="Organization"
        none="of another record"
        value={organization}
        set={setOrganization}
        options={organizations.map(({ key, name }) => ({ value: key, text: name }))}
        help="Those into which people were let already."
      />
      {!organization && (
        <>
          <Choice label="Source" value={other.source} set={(source) => setOther({ ...other, source })} options={known.sources.map((name) => ({ value: name, text: name }))} />
          <Text label="Record id" value={other.record} set={(record) => setOther({ ...other, record })} help="The project, account or lead in Salesforce." />
        </>
      )}
      {email ? (
        <p className="text-sm">The Contact or Lead with the address {email}.</p>
      ) : (
        <Text label="Person" value={person} set={setPerson} help="E-mail address or id of the Contact; nobody where the record is the person." />
      )}
      <div className="flex flex-wrap gap-2">
        <Act label={label} className="button main" disabled={!record || !target.source} act={() => act({ source: target.source, record, ...(person.trim() ? { person: person.trim() } : {}), by: whoActs() })} done={close} />
      </div>
    </div>
  );
}

/** Each organization once, with a record that stands for it. */
function organizationsOf(grants: Grant[]): { key: string; name: string; target: Target }[] {
  const found = new Map<string, { key: string; name: string; target: Target }>();
  for (const { organization, source, record } of grants) {
    if (organization && source && record) found.set(organization.id, { key: organization.id, name: organization.name, target: { source, record } });
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}
