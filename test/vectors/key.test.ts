import { describe, expect, it } from 'vitest';
import { KEY_REASONS } from '../../src/verdict/reasons.ts';
import { BAD_KEYS } from './key-bad.ts';
import { GOOD_KEYS } from './key-good.ts';
import { decide } from './key-vector.ts';

describe('key vectors', () => {
  it.each([...GOOD_KEYS, ...BAD_KEYS])('$expect: $title', (vector) => {
    const { verdict, lines, neighbours } = decide(vector);
    expect(verdict).toBe(vector.expect);
    expect(lines).toHaveLength(verdict === 'accepted' ? 1 : 0);
    // With a fingerprint the neighbours are other keys, and refused for that.
    const accepted = vector.offered === undefined;
    expect(neighbours).toEqual([accepted, accepted]);
  });

  it('have titles of their own', () => {
    const titles = [...GOOD_KEYS, ...BAD_KEYS].map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('have at least one case for every reason for which a key is refused', () => {
    const covered = new Set<string>(BAD_KEYS.map(({ expect: expected }) => expected));
    expect([...covered].sort()).toEqual(Object.keys(KEY_REASONS).sort());
  });
});
