import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../src/encoding/base64.ts';

describe('decodeBase64', () => {
  it.each(['', 'AA==', 'AAE=', 'AAEC', '+/+/'])('reads %j', (text) => {
    expect(decodeBase64(text)?.toString('base64')).toBe(text);
  });

  it.each([
    ['missing padding', 'AA'],
    ['too much padding', 'AA==='],
    ['stray bits', 'AB=='],
    ['the url alphabet', '-_-_'],
    ['a space', 'AA EC'],
    ['a line break at the end', 'AAEC\n'],
    ['text after the padding', 'AA==AA=='],
    ['a foreign character', 'AA*C'],
  ])('refuses %s', (_what, text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});
