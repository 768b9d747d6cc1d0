// All connected items in one table: those that only display beside those that keep in agreement.

import { useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Opens } from '../parts/dialog';
import { Empty, Loaded, Waiting } from '../parts/loaded';
import { Ago, Badge, Head, ItemTo, Table } from '../parts/show';
import { useItems, useStatus } from '../queries';
import type { Item, ItemStatus } from '../types';
import { count } from '../words';

const HEADS = ['Name', 'State', 'Sync mode', 'Jira scope', 'Issue type', 'Salesforce source', 'Fields', 'Auto create', 'Comments', 'Attachments', 'Status', 'Latest sync', 'Owner', ''];

const Removal = lazy(() => import('./removal'));

export function ItemsPage() {
  const status = useStatus();
  const queries = useQueryClient();
  return (
    <>
      <Head title="Connected items" about="What pairs with what, and how.">
        <button type="button" className="button" onClick={() => void queries.invalidateQueries()}>
          Refresh
        </button>
        <Link to="/new-item" className="button main">
          New item
        </Link>
      </Head>
      <Loaded query={status} of="the items">
        {({ items }) => (items.length ? <Rows items={items} /> : <Empty title="There is no connected item yet.">Make the first one, or write it into the configuration.</Empty>)}
      </Loaded>
    </>
  );
}

function Rows({ items }: { items: ItemStatus[] }) {
  const described = useItems(items.map(({ name }) => name));
  return (
    <div className="sheet p-4">
      <Table of="Connected items" heads={HEADS}>
        {items.map((status, place) => (
          <tr key={status.name}>
            <td>
              <ItemTo item={status.name} />
            </td>
            <td>
              <Badge state={status.state} />
            </td>
            <Shape item={described[place]?.data} />
            <td>
              <Latest status={status} item={described[place]?.data} />
            </td>
            <td>{status.owner ?? <span className="text-warn">! nobody</span>}</td>
            <td>
              <Acts item={status.name} />
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function Acts({ item }: { item: string }) {
  const asked = useSearch({ from: '/items' }).delete === item;
  return (
    <span className="flex gap-2">
      <Link to="/items/$item/edit" params={{ item }} className="button" aria-label={`Edit ${item}`}>
        Edit
      </Link>
      <Opens least="administrator" label="Delete" title={`Delete ${item}`} className="button risky" asked={asked}>
        {(close) => (
          <Suspense fallback={<Waiting of="the configuration" />}>
            <Removal section="items" name={item} close={close} />
          </Suspense>
        )}
      </Opens>
    </span>
  );
}

function Shape({ item }: { item: Item | undefined }) {
  if (!item) return <td colSpan={9}>…</td>;
  const displays = item.mode === 'display-only';
  return (
    <>
      <td className="whitespace-nowrap">{item.mode}</td>
      <td>{item.projects.join(', ')}</td>
      <td>{item.issue_type ?? (displays ? 'manual link only' : 'any')}</td>
      <td>
        {item.object}
        {item.filtered.salesforce && <span className="text-faint"> (filtered)</span>}
      </td>
      <td title={item.fields.map(({ key }) => key).join('\n')}>{count(item.fields.length, displays ? 'preview field' : 'mapped field')}</td>
      <td>{item.auto_create === 'none' ? 'Off' : `Enabled: ${item.auto_create}`}</td>
      <td>{onOff(item.comments)}</td>
      <td>{onOff(item.attachments)}</td>
      <td>{onOff(item.status)}</td>
    </>
  );
}

const onOff = (said: unknown) => (said ? 'Enabled' : 'Off');

/** What the last sync came to, in words. */
function Latest({ status, item }: { status: ItemStatus; item: Item | undefined }) {
  if (status.problem || status.state === 'held') return <span className="text-bad">× attention required: {status.problem ?? 'held'}</span>;
  if (status.state === 'draft' || status.state === 'paused') return <span className="text-faint">{status.state}</span>;
  if (item?.mode === 'display-only') return <>display only, {count(status.links, 'link')}</>;
  if (!status.last_sync) return <span className="text-faint">waiting</span>;
  return (
    <>
      <Ago at={status.last_sync} />, {count(status.links, 'pair')}
    </>
  );
}
