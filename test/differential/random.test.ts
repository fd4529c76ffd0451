import { describe, expect, it } from 'vitest';
import { compare, COMPARISONS } from './compare.ts';

/** The same cases every time: what a new seed finds is for `npm run differential` to tell. */
const SEED = 1;
const COUNT = 20;

describe('random material', () => {
  it.each(Object.entries(COMPARISONS))(
    'is judged alike, or the difference has a reason: %s',
    (_, judge) => {
      const { unexplained, classes } = compare(judge, SEED, COUNT);
      expect(unexplained).toEqual([]);
      expect([...classes.keys()]).toEqual(expect.arrayContaining(['both accept', 'both refuse']));
    },
    300_000,
  );
});
