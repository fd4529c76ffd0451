import { describe, expect, it } from 'vitest';
import { splitTokens } from '../../../src/ssh/tokens.ts';

// The rules are those of TOKENS in sshd_config(5).
describe('splitTokens', () => {
  it.each([
    ['finds nothing in an empty word', '', []],
    ['takes text as one part', '--user=alice', [{ text: '--user=alice' }]],
    [
      'takes a token from the text around it',
      '--user=%u,x',
      [{ text: '--user=' }, { token: 'u' }, { text: ',x' }],
    ],
    ['takes one character for a token', '%uf%h', [{ token: 'u' }, { text: 'f' }, { token: 'h' }]],
    [
      'makes a percent sign of two',
      '%%u%%%u',
      [{ text: '%' }, { text: 'u' }, { text: '%' }, { token: 'u' }],
    ],
    ['has no letter for a percent sign at the end', 'a%', [{ text: 'a' }, { token: '' }]],
    ['takes a line break as it is', 'a\nb%\n', [{ text: 'a\nb' }, { token: '\n' }]],
  ])('%s', (_, word, parts) => {
    expect(splitTokens(word)).toEqual(parts);
  });
});
