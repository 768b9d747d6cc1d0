// All items in one table.

import DynamicTable from '@atlaskit/dynamic-table';

import { ago } from '../../shared/words';
import type { ItemStatus } from './answers';

const COLUMNS = ['Name', 'State', 'Links', 'Owner', 'Latest sync'];

export function Items({ items }: { items: ItemStatus[] }) {
  if (items.length === 0) return <p>The configuration has no items yet.</p>;
  const head = { cells: COLUMNS.map((name) => ({ key: name, content: name })) };
  const rows = items.map((item) => ({
    key: item.name,
    cells: [item.name, item.state, String(item.links), item.owner ?? 'nobody', latest(item)].map((content, n) => ({
      key: COLUMNS[n] ?? '',
      content,
    })),
  }));
  return <DynamicTable head={head} rows={rows} label="Connected items" />;
}

function latest(item: ItemStatus): string {
  if (item.problem) return `Attention: ${item.problem}`;
  if (!item.last_sync) return item.state === 'active' ? 'Waiting for its first sync' : 'Not run';
  return ago((Date.now() - Date.parse(item.last_sync)) / 1_000);
}
