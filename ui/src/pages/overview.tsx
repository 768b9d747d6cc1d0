// How things stand: what needs a person, the numbers, what is left of the vendors' calls, and what happened last.

import { Link } from '@tanstack/react-router';
import { attention, summary } from '../attention';
import { LastDay } from '../parts/figures';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Badge, Head, ItemTo, Section, Sign, Table } from '../parts/show';
import { useEntries, useStatus } from '../queries';
import type { ConnectionStatus, Quota, Status } from '../types';
import { distance } from '../words';
import { Happened } from './activity';

const ENTRIES_SHOWN = 10;

export function OverviewPage() {
  const status = useStatus();
  return (
    <>
      <Head title="Overview" about={status.data && summary(status.data).text} />
      <Loaded query={status} of="the state">
        {(status) => (
          <>
            <Numbers status={status} />
            <Wanted status={status} />
            <Items status={status} />
            <Calls connections={status.connections} />
          </>
        )}
      </Loaded>
      <LastDay />
      <Latest />
    </>
  );
}

function Numbers({ status }: { status: Status }) {
  const tiles = [
    { name: 'pairs in agreement', n: status.links, to: '/links', ink: 'text-good' },
    { name: 'to do now', n: status.backlog + status.in_flight, to: '/activity', ink: 'text-busy' },
    { name: 'waiting', n: status.waiting, to: '/activity', ink: 'text-busy' },
    { name: 'conflicts', n: status.conflicts, to: '/conflicts', ink: 'text-warn' },
    { name: 'parked', n: status.parked, to: '/parked', ink: 'text-warn' },
  ] as const;
  return (
    <ul className="mb-4 grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-5">
      {tiles.map(({ name, n, to, ink }) => (
        <li key={name}>
          <Link to={to} className="sheet block p-4 text-ink no-underline hover:bg-sunk">
            <span className={`block text-3xl tabular-nums ${n ? ink : 'text-faint'}`}>{n.toLocaleString('en')}</span>
            <span className="text-sm text-faint">{name}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Wanted({ status }: { status: Status }) {
  const wanted = attention(status);
  return (
    <Section title="Needs attention">
      {wanted.length === 0 ? (
        <Sign mood="good">Nothing does.</Sign>
      ) : (
        <ul className="space-y-1">
          {wanted.map(({ mood, text, to }) => (
            <li key={text}>
              <Sign mood={mood}>
                <Link to={to} className="value">
                  {text}
                </Link>
              </Sign>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Items({ status }: { status: Status }) {
  return (
    <Section title="Connected items">
      {status.items.length === 0 && <Empty title="There is no connected item yet.">Add one to the configuration.</Empty>}
      <Table of="Connected items" heads={['Item', 'State', 'Links', 'Latest sync']}>
        {status.items.map((item) => (
          <tr key={item.name}>
            <td>
              <ItemTo item={item.name} />
            </td>
            <td>
              <Badge state={item.state} />
            </td>
            <td className="tabular-nums">{item.links.toLocaleString('en')}</td>
            <td>
              <Ago at={item.last_sync} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function Calls({ connections }: { connections: ConnectionStatus[] }) {
  return (
    <Section title="Connections and their calls">
      <Table of="Connections and their calls" heads={['Connection', 'State', 'Last read', 'Calls left']}>
        {connections.map((connection) => (
          <tr key={connection.name}>
            <td>
              <Link to="/connections">{connection.name}</Link>
              {connection.sandbox && <span className="text-faint"> (stand-in)</span>}
            </td>
            <td>
              <Badge state={connection.state} />
            </td>
            <td>{connection.fresh_seconds === null ? 'not yet' : distance(connection.fresh_seconds)}</td>
            <td>
              <Left quota={connection.quota} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

export function Left({ quota }: { quota: Quota | null | undefined }) {
  if (!quota) return <span className="text-faint">not told yet</span>;
  if (quota.left === null) return <span className="text-faint">plenty; {quota.scope} tells once they become few</span>;
  return (
    <>
      <meter className="w-24 align-middle" min={0} max={quota.allowed} low={quota.reserve} value={quota.left} aria-label={`calls left of ${quota.scope}`} />{' '}
      <span className="tabular-nums">
        {quota.left.toLocaleString('en')} of {quota.allowed.toLocaleString('en')}
      </span>
      {quota.runs_out_at && (
        <span className="text-warn">
          {' '}
          ! runs out <Ago at={quota.runs_out_at} />
        </span>
      )}
    </>
  );
}

function Latest() {
  const entries = useEntries({});
  return (
    <Section title="Latest activity" aside={<Link to="/activity">All activity</Link>}>
      <Loaded query={entries} of="the journal">
        {({ pages }) => {
          const latest = (pages[0]?.entries ?? []).slice(0, ENTRIES_SHOWN);
          if (!latest.length) return <Empty title="Nothing has happened yet." />;
          return (
            <ol className="divide-y divide-line">
              {latest.map((entry) => (
                <li key={entry.id} className="py-1.5">
                  <Happened entry={entry} />
                </li>
              ))}
            </ol>
          );
        }}
      </Loaded>
    </Section>
  );
}
