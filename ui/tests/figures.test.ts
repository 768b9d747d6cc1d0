import { expect, it } from 'vitest';
import { hours } from '../src/figures';

const since = '2026-11-21T10:00:00Z';
const figures = [
  { at: '2026-11-21T10:00:00Z', kind: 'write', n: 4 },
  { at: '2026-11-21T10:00:00Z', kind: 'create', n: 1 },
  { at: '2026-11-21T12:00:00Z', kind: 'refused', n: 2 },
  { at: '2026-11-21T12:00:00Z', kind: 'lost', n: 1 },
  { at: '2026-11-21T12:00:00Z', kind: 'configuration', n: 9 },
];

it('fills the hours in which nothing happened, up to the one that runs', () => {
  const all = hours({ since, figures }, Date.parse('2026-11-21T13:20:00Z'));
  expect(all.map(({ at, ...counts }) => [at.slice(11, 13), ...Object.values(counts)])).toEqual([
    ['10', 5, 0, 0],
    ['11', 0, 0, 0],
    ['12', 0, 1, 2],
    ['13', 0, 0, 0],
  ]);
});

it('has one hour at least', () => expect(hours({ since, figures: [] }, Date.parse(since) - 1)).toHaveLength(1));
