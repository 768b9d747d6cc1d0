import { expect, it } from 'vitest';

import type { Described, ItemStatus } from './answers';
import { cells, COLUMNS } from './cells';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const item: ItemStatus = { name: 'bugs', owner: null, state: 'active', last_sync: '2026-11-21T11:58:00Z', links: 3 };
const described: Described = {
  name: 'bugs', mode: 'two-way', object: 'Case', projects: ['OPS'], issue_type: 'Bug', auto_create: 'jira',
  fields: [{ salesforce: 'Subject', jira: 'summary' }], status: {}, comments: true, attachments: true,
};
const row = (item: ItemStatus, described?: Described) => Object.fromEntries(cells(item, described, NOW_MS).map((cell, n) => [COLUMNS[n], cell]));

it('has a cell for each column, also before the item was described', () => {
  expect(cells(item, described, NOW_MS)).toHaveLength(COLUMNS.length);
  expect(cells(item, undefined, NOW_MS)).toHaveLength(COLUMNS.length);
});

it('says what an item that synchronizes does', () => {
  expect(row(item, described)).toMatchObject({
    Mode: 'Two-way', 'Jira scope': 'OPS', 'Issue type': 'Bug', 'Salesforce source': 'Case', Fields: 'Subject – summary',
    'Auto create': 'In Jira', Comments: 'Enabled', Attachments: 'Enabled', Status: 'Enabled', Links: '3', 'Latest sync': '2 minutes ago',
  });
});

it('says of an item that only displays that it is linked by hand', () => {
  const shown: Described = { ...described, mode: 'display-only', projects: ['OPS', 'SUP'], issue_type: null, auto_create: 'none', status: null, comments: false, attachments: false };
  expect(row(item, shown)).toMatchObject({
    'Jira scope': 'OPS, SUP', 'Issue type': 'manual link only', Fields: 'Subject', 'Auto create': 'Off', Comments: 'Off', Attachments: 'Off', Status: 'Off',
    'Latest sync': 'Shows what is linked',
  });
});

it.each([
  [{ last_sync: null }, 'Waiting for the first sync'],
  [{ state: 'paused' as const }, 'Rests'],
  [{ problem: 'Salesforce does not answer' }, 'Attention required: Salesforce does not answer'],
])('says of %j when it was synchronized last', (different, words) => {
  expect(row({ ...item, ...different }, described)['Latest sync']).toBe(words);
});
