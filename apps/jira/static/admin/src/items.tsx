// All items in one table, those that only display and those that synchronize.

import DynamicTable from '@atlaskit/dynamic-table';
import { useEffect, useState } from 'react';

import { ask } from '../../shared/ask';
import { cells, COLUMNS } from './cells';
import { InConsole } from './in-console';
import type { Described, ItemStatus } from './answers';

export function Items({ items, console }: { items: ItemStatus[]; console: string | null }) {
  const [described, setDescribed] = useState<Map<string, Described>>(new Map());
  const names = items.map((item) => item.name).join('\n');
  useEffect(() => {
    let isWanted = true;
    const wanted = names.split('\n').filter(Boolean).map((name) => ask<Described>('GET', `admin/items/${encodeURIComponent(name)}`));
    // What is known of an item beside its state is missing in its row if it cannot be had.
    void Promise.allSettled(wanted).then((all) => {
      const had = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (isWanted) setDescribed(new Map(had.map((item) => [item.name, item])));
    });
    return () => {
      isWanted = false;
    };
  }, [names]);

  if (items.length === 0) return <p>The configuration has no items yet.</p>;
  const head = { cells: [...COLUMNS, 'Change'].map((name) => ({ key: name, content: name })) };
  const rows = items.map((item) => ({
    key: item.name,
    cells: [
      ...cells(item, described.get(item.name), Date.now()).map((content, n) => ({ key: COLUMNS[n] ?? '', content })),
      { key: 'Change', content: <Acts item={item.name} console={console} /> },
    ],
  }));
  return <DynamicTable head={head} rows={rows} label="Connected items" />;
}

function Acts({ item, console }: { item: string; console: string | null }) {
  return (
    <div className="row">
      <InConsole console={console} path={`/items/${encodeURIComponent(item)}/edit`} label="Edit" of={item} />
      <InConsole console={console} path={`/items?delete=${encodeURIComponent(item)}`} label="Delete" of={item} />
    </div>
  );
}
