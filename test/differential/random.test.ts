import { describe, expect, it } from 'vitest';
import { compare, COMPARISONS } from './compare.ts';

/** The same cases every time: what a new seed finds is for `npm run differential` to tell. */
const SEED = 1;
/** 500 in all; a chain with its staples asks openssl up to four times. */
const COUNTS: Readonly<Record<keyof typeof COMPARISONS, number>> = {
  'chains and staples, openssl verify and ocsp': 100,
  'key lines, ssh-keygen -l': 200,
  "signatures on pushed keys, openssl dgst's RSA-PSS": 200,
};

describe('random material', () => {
  it.each(Object.entries(COMPARISONS))(
    'is judged alike, or the difference has a reason: %s',
    (name, judge) => {
      const { unexplained, classes } = compare(judge, SEED, COUNTS[name] ?? 0);
      expect(unexplained).toEqual([]);
      expect([...classes.keys()]).toEqual(expect.arrayContaining(['both accept', 'both refuse']));
    },
    300_000,
  );
});
