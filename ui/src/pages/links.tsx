// All links: found by key or id, narrowed by item and state, read as they come into sight.

import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ask, post, query, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Badge, Head, ItemTo, LinkTo, RecordName } from '../parts/show';
import { VirtualList } from '../parts/virtual';
import { useLinks, useStatus, type LinkSearch } from '../queries';
import type { Card, Found } from '../types';
import { count } from '../words';

const STATES = ['active', 'parked', 'detached', 'unlinked'];

export function LinksPage() {
  const search = useSearch({ from: '/links' });
  const links = useLinks(search);
  const items = useStatus().data?.items.map(({ name }) => name) ?? [];
  return (
    <>
      <Head title="Links" about="Records and issues that belong together.">
        <Opens label="Link a Salesforce record" title="Link a Salesforce record" className="button main">
          {(close) => <MakeLink items={items} close={close} />}
        </Opens>
      </Head>
      <Filters search={search} items={items} />
      <Loaded query={links} of="the links">
        {({ pages }) => {
          const cards = pages.flatMap((page) => page.links);
          if (!cards.length) return <Empty title={Object.values(search).some(Boolean) ? 'No link is like this.' : 'There is no link yet.'}>Links come from the rounds of an item, or from “Link a Salesforce record”.</Empty>;
          return (
            <>
              <p role="status" className="mb-2 text-sm text-faint">
                {count(cards.length, 'link')}
                {links.hasNextPage && ' so far; scroll for more'}
              </p>
              <VirtualList of="Links" rows={cards} height={58} keyOf={(card) => card.link} more={links.hasNextPage && !links.isFetching ? () => void links.fetchNextPage() : undefined}>
                {(card) => <Row card={card} />}
              </VirtualList>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Filters({ search, items }: { search: LinkSearch; items: string[] }) {
  const navigate = useNavigate({ from: '/links' });
  const [text, setText] = useState(search.text ?? '');
  const typed = useDeferredValue(text);
  useEffect(() => {
    void navigate({ search: (before) => ({ ...before, text: typed.trim() || undefined }), replace: true });
  }, [typed, navigate]);
  const narrow = (part: Partial<LinkSearch>) => void navigate({ search: (before) => ({ ...before, ...part }) });
  return (
    <form role="search" className="mb-3 flex flex-wrap gap-2" onSubmit={(event) => event.preventDefault()}>
      <input type="search" className="field w-72" aria-label="Issue key or record id" placeholder="Issue key or record id" value={text} onChange={(event) => setText(event.target.value)} />
      <select className="field" aria-label="Item" value={search.item ?? ''} onChange={(event) => narrow({ item: event.target.value || undefined })}>
        <option value="">all items</option>
        {items.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select className="field" aria-label="State" value={search.state ?? ''} onChange={(event) => narrow({ state: event.target.value || undefined })}>
        <option value="">all that are kept</option>
        {STATES.map((state) => (
          <option key={state}>{state}</option>
        ))}
      </select>
    </form>
  );
}

function Row({ card }: { card: Card }) {
  const title = card.fields[0];
  return (
    <div className="grid gap-x-4 text-sm sm:grid-cols-[5rem_13rem_8rem_minmax(0,1fr)_auto]">
      <LinkTo link={card.link} />
      <RecordName side="salesforce" id={card.salesforce.id} url={card.salesforce.url} />
      <RecordName side="jira" id={card.jira.id} url={card.jira.url} />
      <span className="truncate">{title?.salesforce || title?.jira}</span>
      <span className="flex gap-2">
        {card.fields.some(({ conflict }) => conflict) && <Badge state="conflict" />}
        <Badge state={card.state} />
        <ItemTo item={card.item} />
      </span>
      {card.reason && <span className="text-warn sm:col-span-5">! {card.reason}</span>}
    </div>
  );
}

/** Search a record or paste its id, then name the issue. */
function MakeLink({ items, close }: { items: string[]; close: () => void }) {
  const navigate = useNavigate();
  const [item, setItem] = useState(items[0] ?? '');
  const [text, setText] = useState('');
  const [record, setRecord] = useState('');
  const [issue, setIssue] = useState('');
  const typed = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['records', item, typed],
    queryFn: ({ signal }) => ask<Found>(query(`/items/${encodeURIComponent(item)}/records`, { text: typed }), { signal }),
    enabled: item !== '' && typed.length >= 2,
    retry: false,
  });
  return (
    <div className="space-y-3 text-sm">
      <label className="block">
        Item
        <select className="field mt-1 w-full" value={item} onChange={(event) => setItem(event.target.value)}>
          {items.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label className="block">
        Salesforce record: type to search, or paste an id of 15 or 18 characters
        <input className="field mt-1 w-full" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      {typed.length >= 2 && (
        <Loaded query={found} of="records">
          {({ records, message }) => (
            <fieldset className="max-h-48 overflow-y-auto">
              <legend className="sr-only">Records</legend>
              {message && <p className="text-faint">{message}</p>}
              {records.map(({ id, display }) => (
                <label key={id} className="flex gap-2 py-0.5">
                  <input type="radio" name="record" checked={record === id} onChange={() => setRecord(id)} />
                  <span>
                    {display} <span className="font-mono text-faint">{id}</span>
                  </span>
                </label>
              ))}
            </fieldset>
          )}
        </Loaded>
      )}
      <label className="block">
        Issue key
        <input className="field mt-1 w-full" placeholder="OPS-7" value={issue} onChange={(event) => setIssue(event.target.value)} />
      </label>
      <div className="flex flex-wrap gap-2">
        <Act
          label="Link"
          className="button main"
          disabled={!record || !issue.trim()}
          act={() => post<Card>('/links', { item, record, issue: issue.trim(), by: whoActs() })}
          done={(card) => {
            close();
            void navigate({ to: '/links/$link', params: { link: String(card.link) } });
          }}
        />
      </div>
      <p className="text-faint">
        An item that makes its links itself may refuse; it says why. <Link to="/items">All items</Link>
      </p>
    </div>
  );
}
