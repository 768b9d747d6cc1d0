import { describe, expect, it } from 'vitest';

import { ago, mode, shown } from './words';

describe('words', () => {
  it.each([
    [null, 'not yet'],
    [0, 'just now'],
    [59, 'just now'],
    [60, '1 minute ago'],
    [7_199, '1 hour ago'],
    [7_200, '2 hours ago'],
    [172_800, '2 days ago'],
  ])('%s seconds are %s', (seconds, words) => expect(ago(seconds)).toBe(words));

  it('names modes, and what is empty', () => {
    expect(mode('display-only')).toBe('Display only');
    expect(shown('')).toBe('(empty)');
    expect(shown(' ')).toBe(' ');
  });
});
