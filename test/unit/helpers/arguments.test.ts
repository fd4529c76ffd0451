import { describe, expect, it } from 'vitest';
import {
  defaultArguments,
  fillTemplate,
  MAX_TEMPLATE,
  neededTokens,
  parseTemplate,
} from '../../../src/helpers/arguments.ts';

const VALUES = {
  u: 'alice',
  f: 'SHA256:abc',
  h: '/home/alice',
  k: 'AAAA=',
  t: 'ssh-ed25519',
  U: '7',
};

function fill(template: string, values: Parameters<typeof fillTemplate>[1] = VALUES): unknown {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return parsed.reason;
  const filled = fillTemplate(parsed.value, values);
  return filled.ok ? filled.value : filled.reason;
}

describe('a template of arguments', () => {
  it.each([
    ['%u', ['alice']],
    ['%u %f\n', ['alice', 'SHA256:abc']],
    ['--user=%u\t--home=%h\r\n', ['--user=alice', '--home=/home/alice']],
    ['"a b" \'c "d\' e\\ f g\\"h', ['a b', 'c "d', 'e f', 'g"h']],
    ['100%% %%u \\n "" x""y', ['100%', '%u', '\\n', '', 'xy']],
    ['# %u', ['#', 'alice']],
    ['verify %u %k %t', ['verify', 'alice', 'AAAA=', 'ssh-ed25519']],
    ['%%k %U-%k', ['%k', '7-AAAA=']],
    ['', []],
    ['  \n', []],
  ])('makes the words that sshd would make of %j', (template, words) => {
    expect(fill(template)).toEqual(words);
  });

  it.each([
    ['%i', 'token-unknown'],
    ['%__proto__', 'token-unknown'],
    ['a%', 'token-unknown'],
    ['% u', 'token-unknown'],
    ['"open', 'template-malformed'],
    ['%u\n%f\n', 'template-malformed'],
    ['a\0b', 'template-malformed'],
    ['a\x1b[0m', 'template-malformed'],
    ['x '.repeat(65), 'template-malformed'],
    ['x'.repeat(MAX_TEMPLATE + 1), 'template-too-long'],
  ])('refuses %j', (template, reason) => {
    expect(fill(template)).toBe(reason);
  });

  it.each(['%f', '%h', '%k', '%C'])('refuses %s when sshd gave none', (template) => {
    expect(fill(template, { u: 'alice' })).toBe('token-missing');
  });

  it('never lets a value become more than one word or another token', () => {
    expect(fill('%u', { u: 'a b %f "' })).toEqual(['a b %f "']);
  });

  it.each([
    ['%u x', ['u']],
    ['%h-%k %k', ['h', 'k']],
    ['%%h', []],
  ])('asks for the tokens of %s, each once', (text, tokens) => {
    const parsed = parseTemplate(text);
    expect(parsed.ok && [...neededTokens(parsed.value)]).toEqual(tokens);
  });
});

describe('the default arguments', () => {
  it('are the user and the fingerprint', () => {
    expect(defaultArguments(VALUES)).toEqual(['alice', 'SHA256:abc']);
  });

  it('are the user alone without a fingerprint', () => {
    expect(defaultArguments({ u: 'alice' })).toEqual(['alice']);
  });
});
