// Who is let into the customer portal: every grant with why it waits, and the domains from which people are let in.

import { useState } from 'react';
import { Refusal, post, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Badge, Head, Section, Sign, Table } from '../parts/show';
import { useDomains, useGrants } from '../queries';
import type { Domain, Grant } from '../types';
import { count } from '../words';
import { AddContact, Requests } from './requests';

export function AccessPage() {
  const grants = useGrants();
  const off = grants.error instanceof Refusal && grants.error.status < 500;
  return (
    <>
      <Head title="Portal access" about="Who is let into the customer portal, and from which domains." />
      {off ? (
        <Empty title="There is no portal access here.">{grants.error?.message}</Empty>
      ) : (
        <>
          <Domains />
          <Loaded query={grants} of="the grants">
            {(known) => (
              <>
                <Requests {...known} />
                <Grants {...known} />
              </>
            )}
          </Loaded>
        </>
      )}
    </>
  );
}

function Grants({ grants, sources }: { grants: Grant[]; sources: string[] }) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = grants.filter((grant) => JSON.stringify(grant).toLowerCase().includes(wanted));
  return (
    <Section
      title="Requests"
      aside={
        <>
          <AddContact grants={grants} sources={sources} />
          <input type="search" className="field" aria-label="Search the requests" placeholder="Person, organization, status" value={text} onChange={(event) => setText(event.target.value)} />
        </>
      }
    >
      {found.length === 0 ? (
        <Empty title={grants.length ? 'No request is like this.' : 'Nobody has asked for access yet.'} />
      ) : (
        <>
          <p role="status" className="text-sm text-faint">
            {count(found.length, 'request')}
          </p>
          <Table of="Requests" heads={['Request', 'Person', 'Organization', 'Status', 'Asked', '']}>
            {found.map((grant) => (
              <Row key={grant.id} grant={grant} />
            ))}
          </Table>
        </>
      )}
    </Section>
  );
}

function Row({ grant }: { grant: Grant }) {
  const path = `/access/${encodeURIComponent(grant.id)}`;
  return (
    <tr>
      <td>
        {grant.name}
        <span className="block text-faint">{[grant.source, grant.record].filter(Boolean).join(' ')}</span>
      </td>
      <td>
        {grant.person?.name}
        <span className="block text-faint">{grant.person?.email}</span>
      </td>
      <td>{grant.organization?.name}</td>
      <td>
        <Badge state={grant.status} mood={grant.finished ? (grant.reason ? 'bad' : 'good') : 'busy'} />
        {grant.reason && <span className="block">{grant.reason}</span>}
      </td>
      <td>
        <Ago at={grant.requested} />
      </td>
      <td>
        <span className="flex flex-wrap gap-2">
          {grant.reason && <Act label="Retry" act={() => post(`${path}/retry`, { by: whoActs() })} />}
          {!grant.revoke && (
            <Opens label="Revoke" title={`Take ${grant.name} back`} className="button risky">
              {(close) => (
                <>
                  <p>{grant.person?.email ?? 'The person'} leaves {grant.organization?.name ?? 'the organization'} and sees its requests no longer.</p>
                  <div className="mt-3">
                    <Act label="Take it back" className="button risky" act={() => post(`${path}/revoke`, { by: whoActs() })} done={close} />
                  </div>
                </>
              )}
            </Opens>
          )}
        </span>
      </td>
    </tr>
  );
}

function Domains() {
  const domains = useDomains();
  const [domain, setDomain] = useState('');
  return (
    <Section title="Domains">
      <Loaded query={domains} of="the domains">
        {({ domains }) => (
          <>
            {domains.length === 0 && <Empty title="No domain is on the list yet.">Requests wait until theirs is.</Empty>}
            <ul className="divide-y divide-line">
              {domains.map((domain) => (
                <DomainRow key={domain.domain} domain={domain} />
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <form className="mt-3 flex flex-wrap gap-2" onSubmit={(event) => event.preventDefault()}>
        <input className="field" aria-label="Domain" placeholder="customer.example" value={domain} onChange={(event) => setDomain(event.target.value)} />
        <Act least="administrator" label="Allow" className="button main" disabled={!domain.trim()} act={() => post('/domains', { domain: domain.trim(), by: whoActs() })} done={() => setDomain('')} />
      </form>
    </Section>
  );
}

function DomainRow({ domain: { domain, added, added_by, task } }: { domain: Domain }) {
  return (
    <li className="flex flex-wrap items-center gap-3 py-1.5 text-sm" data-row>
      <span className="grow">
        <span className="font-medium">{domain}</span>{' '}
        {added_by ? (
          <span className="text-faint">
            by {added_by}, <Ago at={added} />
          </span>
        ) : (
          <Sign mood="warn">asked for{task ? ` in ${task}` : ''}; requests wait</Sign>
        )}
      </span>
      {added_by ? (
        <Act least="administrator" label={`Withdraw ${domain}`} className="button risky" act={() => post(`/domains/${encodeURIComponent(domain)}/withdraw`, { by: whoActs() })} />
      ) : (
        <Act least="administrator" label={`Allow ${domain}`} className="button main" act={() => post('/domains', { domain, by: whoActs() })} />
      )}
    </li>
  );
}
