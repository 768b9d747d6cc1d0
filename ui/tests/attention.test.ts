import { describe, expect, it } from 'vitest';
import { attention, summary } from '../src/attention';
import type { ConnectionStatus, ItemStatus, Status } from '../src/types';

const item: ItemStatus = { name: 'support bugs', owner: 'ada', state: 'active', actions: null, last_sync: null, links: 3 };
const connection: ConnectionStatus = { name: 'acme-org', sandbox: true, state: 'ok', fresh_seconds: 1, problem: null, circuit: 'closed', quota: null };
const calm: Status = {
  idle: true, backlog: 0, in_flight: 0, links: 3, conflicts: 0, parked: 0, waiting: 0, held: [], items: [item], connections: [connection], configuration_problem: null,
};

describe('the whole in one sentence', () => {
  const cases: [string, Partial<Status>, string][] = [
    ['nothing to do', {}, 'In agreement'],
    ['work', { idle: false, backlog: 1_200, in_flight: 34 }, 'Working: 1,234 to do'],
    ['a database that takes nothing', { database_problem: 'there is no room left', conflicts: 1 }, 'What is done cannot be kept'],
    ['another server at work', { waits_for: [{ connection: 'acme-org', holder: 'process 7 on machine a', until: '2026-01-01T00:00:20Z' }] }, 'This server waits: another one works'],
    ['portal access that failed', { access: { state: 'attention', waiting: 1, failed: 2, problem: 'delivery 000002: refused' } }, 'Portal access needs a person'],
    ['decisions come before work', { idle: false, backlog: 1, conflicts: 2, parked: 1 }, '3 for a person to decide'],
    ['a held item comes before decisions', { held: ['support bugs'], conflicts: 2 }, '1 item held by a guard'],
    ['a dead connection comes first', { held: ['support bugs'], connections: [{ ...connection, state: 'unreachable' }] }, '1 of 1 connection does not work'],
  ];
  it.each(cases)('%s', (_, change, text) => expect(summary({ ...calm, ...change }).text).toBe(text));
});

describe('what needs attention', () => {
  it('is nothing when all is well', () => expect(attention(calm)).toEqual([]));

  it('lists the worst first, each with where something can be done', () => {
    const found = attention({
      ...calm,
      conflicts: 1,
      parked: 2,
      items: [{ ...item, owner: null }, { ...item, name: 'a/b', state: 'held', problem: '25 deletions' }],
      connections: [{ ...connection, state: 'refused', problem: 'the token is not accepted' }],
      configuration_problem: '4:2: unknown key',
    });
    expect(found.map(({ text, to }) => [text, to])).toEqual([
      ['The newest configuration is not in use: 4:2: unknown key', '/configuration'],
      ['acme-org: the token is not accepted', '/connections'],
      ['a/b is held: 25 deletions', '/items/a%2Fb'],
      ['1 conflict to decide', '/conflicts'],
      ['2 refused writes parked', '/parked'],
      ['support bugs has no owner.', '/items/support%20bugs'],
    ]);
  });
});
