import { expect, it } from 'vitest';
import { count, distance, refusalOf, shown } from '../src/words';

it.each([
  [0, 'just now'],
  [42, '42 seconds ago'],
  [120, '2 minutes ago'],
  [7_200, '2 hours ago'],
  [-7_200, 'in 2 hours'],
  [86_400 * 3, '3 days ago'],
])('%i seconds', (seconds, text) => expect(distance(seconds)).toBe(text));

it('counts in words', () => expect([count(1, 'link'), count(1_200, 'link'), count(2, 'pass', 'passes')]).toEqual(['1 link', '1,200 links', '2 passes']));
it('says that nothing is there', () => expect([shown(''), shown(null), shown('x')]).toEqual(['(empty)', '(empty)', 'x']));
it('says why a role is not enough', () =>
  expect([refusalOf('viewer', 'operator'), refusalOf('operator', 'administrator'), refusalOf('administrator', 'operator')]).toEqual([
    'This needs an operator; you are a viewer.',
    'This needs an administrator; you are an operator.',
    undefined,
  ]));
