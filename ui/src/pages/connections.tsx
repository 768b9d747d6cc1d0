// The orgs and the sites: how they are reached, who answers, what is left of their calls, and what is missing there.

import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Opens } from '../parts/dialog';
import { Empty, Loaded, Waiting } from '../parts/loaded';
import { Badge, Head, Section, Sign } from '../parts/show';
import { useConnections, useFindings, useIdentity } from '../queries';
import type { Connection, Finding, Identity, Side } from '../types';
import { distance } from '../words';
import { Left } from './overview';

const Removal = lazy(() => import('./removal'));

export function ConnectionsPage() {
  const connections = useConnections();
  return (
    <>
      <Head title="Connections" about="One Salesforce org or one Jira site each. Credentials are never shown.">
        <Link to="/new-connection" className="button">
          New connection
        </Link>
      </Head>
      <Loaded query={connections} of="the connections">
        {({ connections }) =>
          connections.length ? (
            <div className="grid gap-4 lg:grid-cols-2">
              {connections.map((connection) => (
                <One key={connection.name} connection={connection} />
              ))}
            </div>
          ) : (
            <Empty title="There is no connection yet.">Begin with your Salesforce org, then add your Jira site.</Empty>
          )
        }
      </Loaded>
      <Examination />
      <Help />
    </>
  );
}

function One({ connection }: { connection: Connection }) {
  const { name = '', side, url, sign_in, account, state = 'starting', fresh_seconds, circuit, circuit_seconds, problem, push_problem, sandbox, quota } = connection;
  const identity = useIdentity(name);
  const asked = useSearch({ from: '/connections' }).revoke === name;
  const facts: [string, React.ReactNode][] = [
    [side === 'salesforce' ? 'Login URL' : 'Site', url],
    ['Signs in by', sign_in],
    [side === 'salesforce' ? 'Client ID' : 'Account', account],
    ['Last read', fresh_seconds === null || fresh_seconds === undefined ? 'not yet' : distance(fresh_seconds)],
    ['Calls left', <Left key="left" quota={quota} />],
  ];
  return (
    <Section title={name} aside={<Badge state={state === 'ok' ? 'connected' : state} mood={state === 'ok' ? 'good' : state === 'starting' ? 'busy' : 'bad'} />}>
      {sandbox && <p className="text-sm text-faint">A stand-in: nothing real depends on it.</p>}
      {problem && (
        <p>
          <Sign mood="bad">{problem}</Sign>
        </p>
      )}
      {push_problem && (
        <p>
          <Sign mood="warn">{push_problem}</Sign>
        </p>
      )}
      {circuit && circuit !== 'closed' && <p className="text-sm text-warn">! It is left alone{circuit_seconds ? ` for ${circuit_seconds} s` : ' but for one call'}.</p>}
      <Facts of={facts} />
      <Loaded query={identity} of="who answers">
        {(identity) => <Facts of={identityFacts(side, identity)} />}
      </Loaded>
      <div className="mt-3 flex flex-wrap gap-2">
        <Link to="/connections/$connection" params={{ connection: name }} className="button" aria-label={`Edit ${name}`}>
          Edit
        </Link>
        <Opens least="administrator" label="Revoke" title={`Revoke ${name}`} className="button risky" asked={asked}>
          {(close) => (
            <Suspense fallback={<Waiting of="the configuration" />}>
              <Removal section="connections" name={name} close={close} />
            </Suspense>
          )}
        </Opens>
      </div>
    </Section>
  );
}

/** Who answers, as people know it from the vendor. */
export const identityFacts = (side: Side, identity: Identity): [string, string][] => [
  [side === 'salesforce' ? 'Org name' : 'Site name', identity.name],
  ...(identity.id ? [['Org ID', identity.id] as [string, string]] : []),
  ['Instance URL', identity.instance_url],
  ['Kind', identity.kind ?? 'not said'],
  ['We act as', identity.user],
];

export function Facts({ of }: { of: [string, React.ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      {of.map(([name, fact]) => (
        <div key={name} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className="value">{fact}</dd>
        </div>
      ))}
    </dl>
  );
}

function Examination() {
  const [asked, setAsked] = useState(false);
  const found = useFindings(asked);
  return (
    <Section
      title="Examination"
      aside={
        <button type="button" className="button" disabled={found.isFetching} onClick={() => (asked ? void found.refetch() : setAsked(true))}>
          {found.isFetching ? 'Examining both sides …' : 'Examine both sides'}
        </button>
      }
    >
      <p className="text-sm text-faint">Looks at both sides for rights, objects and fields that the configuration needs. It only reads.</p>
      {asked && (
        <Loaded query={found} of="both sides">
          {({ findings }) =>
            findings.length ? (
              <ul className="mt-2 space-y-2">
                {findings.map((finding) => (
                  <Found key={`${finding.code} ${finding.message}`} finding={finding} />
                ))}
              </ul>
            ) : (
              <p role="status">
                <Sign mood="good">Nothing is missing.</Sign>
              </p>
            )
          }
        </Loaded>
      )}
    </Section>
  );
}

function Found({ finding }: { finding: Finding }) {
  return (
    <li>
      <Sign mood={finding.severity === 'error' ? 'bad' : 'warn'}>{finding.severity}</Sign>
      {(finding.connection ?? finding.item) && <span className="text-faint"> {finding.connection ?? finding.item}</span>}: {finding.message}
      <p className="text-sm text-faint">{finding.remedy}</p>
    </li>
  );
}

function Help() {
  return (
    <details className="sheet p-4">
      <summary className="cursor-pointer font-semibold">Where the credentials are found</summary>
      <dl className="mt-2 space-y-2 text-sm">
        <dt className="font-medium">Client ID and secret of a Salesforce app</dt>
        <dd>
          In the org: Setup, Apps, App Manager; in the row of the app View (or, of an external client app, Settings), then Manage Consumer Details. Salesforce calls them consumer key and consumer secret. The app needs the
          client credentials flow and a user whom it runs as.
        </dd>
        <dt className="font-medium">Login URL</dt>
        <dd>
          The org’s own My Domain, as in https://acme.my.salesforce.com, rather than login.salesforce.com: sign-in and the links to records then stay in one family of hosts, which is also what a proxy or an allow-list has to know.
        </dd>
        <dt className="font-medium">API token of a Jira account</dt>
        <dd>In the Atlassian account of the integration user: Security, Create and manage API tokens.</dd>
      </dl>
      <p className="mt-2 text-sm text-faint">
        What is typed into a form goes into the encrypted store; a configuration may also name a variable of the environment or a file.
      </p>
    </details>
  );
}
