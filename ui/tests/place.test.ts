import { describe, expect, it } from 'vitest';
import { lineOfItem, offsetOf } from '../src/place';

describe('a line and a column in a text', () => {
  const text = 'one\n  zwö🙂lf: x\n\nlast';
  it.each([
    [1, 1, 0],
    [2, 3, 6],
    [2, 7, 11], // The face before it is one character and two units.
    [2, 99, 16],
    [3, 1, 17],
    [4, 2, 19],
    [9, 1, text.length],
  ])('line %i, column %i', (line, column, offset) => expect(offsetOf(text, line, column)).toBe(offset));
});

describe('the line of an item', () => {
  const text = 'version: 1\nconnections:\n  bugs: x\nitems:\n  # bugs: no\n  bugs:\n    a: 1\n  "more.bugs": {}\n';
  it('is below items', () => expect(lineOfItem(text, 'bugs')).toBe(6));
  it('may be quoted, and its name is no pattern', () => {
    expect(lineOfItem(text, 'more.bugs')).toBe(8);
    expect(lineOfItem(text, 'moreXbugs')).toBeUndefined();
  });
  it('is nowhere without items', () => expect(lineOfItem('version: 1', 'bugs')).toBeUndefined());
});
