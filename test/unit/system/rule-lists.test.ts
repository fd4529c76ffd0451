import { describe, expect, it } from 'vitest';
import { listMatch, longLines } from '../../../src/system/rule-lists.ts';

describe('longLines', () => {
  it('puts lines together, and counts where each begins', () => {
    expect(longLines('a\nb \\\nc\\\nd\ne', '')).toEqual([
      { text: 'a', line: 1 },
      { text: 'b cd', line: 2 },
      { text: 'e', line: 5 },
    ]);
    expect(longLines('b\\\nc', ' ')).toEqual([{ text: 'b c', line: 1 }]);
  });
});

describe('listMatch', () => {
  const matches = (word: string) => (word === 'A' ? 'yes' : word === '?' ? 'unknown' : 'no');

  it.each([
    ['', 'no'],
    ['A', 'yes'],
    ['x ?', 'unknown'],
    ['? A', 'yes'],
    ['A EXCEPT x', 'yes'],
    ['A EXCEPT A', 'no'],
    ['A EXCEPT ?', 'unknown'],
    ['x EXCEPT A', 'no'],
    ['A EXCEPT A EXCEPT A', 'yes'],
  ])('judges "%s": %s', (list, expected) => {
    expect(listMatch(list.split(' '), matches)).toBe(expected);
  });
});
