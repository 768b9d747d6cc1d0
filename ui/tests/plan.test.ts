import { expect, it } from 'vitest';
import { byPair, tally } from '../src/plan';
import type { DryRun, PlannedWrite } from '../src/types';

const write = (link: number | null, record: string, op: string, field: string): PlannedWrite => ({ item: 'bugs', link, side: 'jira', op, record, field, from: null, to: 'x', why: '' });
const run: DryRun = {
  links: 2,
  writes: [write(null, '500A', 'create', 'Subject'), write(null, '500A', 'create', 'Priority'), write(null, '500B', 'create', 'Subject'), write(7, 'OPS-7', 'update', 'Subject')],
  conflicts: [{ item: 'bugs', link: 7, field: 'Priority', salesforce: 'High', jira: 'Low' }],
  notes: [],
  calls: { salesforce: 0, jira: 2 },
};

it('gathers writes and conflicts by pair', () => {
  expect(byPair(run).map(({ name, writes, conflicts }) => [name, writes.length, conflicts.length])).toEqual([
    ['500A', 2, 0],
    ['500B', 1, 0],
    ['OPS-7', 1, 1],
  ]);
});

it('counts pairs, not fields', () => expect(tally(run)).toBe('2 create, 1 update, 1 to decide'));
it('says when there is nothing', () => expect(tally({ ...run, writes: [], conflicts: [] })).toBe('nothing'));
