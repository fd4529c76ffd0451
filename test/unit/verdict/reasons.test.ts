import { describe, expect, it } from 'vitest';
import { KEY_REASONS, SIGNER_REASONS } from '../../../src/verdict/reasons.ts';

const ALL = [...Object.entries(SIGNER_REASONS), ...Object.entries(KEY_REASONS)];

describe('the tables of reasons', () => {
  it('have no code in common, so that a code alone says what was refused', () => {
    expect(new Set(ALL.map(([code]) => code)).size).toBe(ALL.length);
  });

  it.each(ALL)(
    'have for %s a code of hyphenated words and a sentence in lower case',
    (code, text) => {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(text).toMatch(/^[a-z][\x20-\x7e]*[^.]$/);
    },
  );

  it('explain each code in its own words', () => {
    expect(new Set(ALL.map(([, text]) => text)).size).toBe(ALL.length);
  });
});
