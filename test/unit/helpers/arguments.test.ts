import { describe, expect, it } from 'vitest';
import {
  defaultArguments,
  fillTemplate,
  MAX_TEMPLATE,
  needsHome,
  parseTemplate,
} from '../../../src/helpers/arguments.ts';

const VALUES = { user: 'alice', fingerprint: 'SHA256:abc', home: '/home/alice' };

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
    ['', []],
    ['  \n', []],
  ])('makes the words that sshd would make of %j', (template, words) => {
    expect(fill(template)).toEqual(words);
  });

  it.each([
    ['%k', 'token-unknown'],
    ['%U', 'token-unknown'],
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

  it('refuses %f when sshd gave no fingerprint', () => {
    expect(fill('%u %f', { user: 'alice' })).toBe('fingerprint-missing');
  });

  it('refuses %h when the user has no known home', () => {
    expect(fill('%h', { user: 'alice' })).toBe('home-missing');
  });

  it('never lets a value become more than one word or another token', () => {
    expect(fill('%u', { user: 'a b %f "' })).toEqual(['a b %f "']);
  });

  it('asks for the home only where %h stands', () => {
    const needs = ['%u', '%h', '%%h'].map((text) => {
      const parsed = parseTemplate(text);
      return parsed.ok && needsHome(parsed.value);
    });
    expect(needs).toEqual([false, true, false]);
  });
});

describe('the default arguments', () => {
  it('are the user and the fingerprint', () => {
    expect(defaultArguments(VALUES)).toEqual(['alice', 'SHA256:abc']);
  });

  it('are the user alone without a fingerprint', () => {
    expect(defaultArguments({ user: 'alice' })).toEqual(['alice']);
  });
});
