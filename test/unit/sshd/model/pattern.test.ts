import { describe, expect, it } from 'vitest';
import {
  expandGlob,
  matchesPattern,
  matchesPatternList,
} from '../../../../src/sshd/model/pattern.ts';

describe('matchesPattern', () => {
  it.each([
    ['alice', 'alice', true],
    ['alice', 'a*e', true],
    ['alice', '?????', true],
    ['alice', '*', true],
    ['', '*', true],
    ['alice', 'a*c', false],
    ['alice', 'a*lice', true],
    ['alice', 'alice*', true],
    ['alice', 'Alice', false],
    ['alice', '????', false],
    ['', '?', false],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaab', '*a*a*a*a*a*a*a*c', false],
    ['a.b@corp', 'a.b@*', true],
  ])('says of %j and the pattern %j: %s', (text, pattern, expected) => {
    expect(matchesPattern(text, pattern)).toBe(expected);
  });
});

describe('matchesPatternList', () => {
  it.each([
    ['alice', 'bob,alice', true],
    ['alice', 'bob', false],
    ['alice', '*,!alice', false],
    ['alice', '!alice,*', false],
    ['alice', '!bob', false],
    ['alice', '!bob,*', true],
    ['alice', 'malice,alice', true],
    ['alice!', 'alice!', true],
  ])('says of %j and the list %j: %s', (text, list, expected) => {
    expect(matchesPatternList(text, list)).toBe(expected);
  });
});

describe('expandGlob', () => {
  const folders: Record<string, readonly string[]> = {
    '/': ['etc'],
    '/etc': ['a', 'b'],
    '/etc/a': ['z.conf', '10.conf', '9.conf', 'Z.conf', '.hidden.conf', 'x.conf.bak'],
    '/etc/b': ['y.conf'],
    '/etc/c': ['].x', '!.x', 'a.x', 'a\nb', '[.x', '\\.x'],
  };
  const names = (directory: string): readonly string[] => folders[directory] ?? [];

  it.each([
    ['/etc/a/*.conf', ['/etc/a/10.conf', '/etc/a/9.conf', '/etc/a/Z.conf', '/etc/a/z.conf']],
    ['/etc/?/[xyz].conf', ['/etc/a/z.conf', '/etc/b/y.conf']],
    ['/etc/*/[!a-y].conf', ['/etc/a/9.conf', '/etc/a/Z.conf', '/etc/a/z.conf']],
    ['/etc/a/\\*.conf', []],
    ['/etc/a/.h*', ['/etc/a/.hidden.conf']],
    ['/etc/none/*.conf', []],
    ['/e*/b/*', ['/etc/b/y.conf']],
    ['/etc/a/1[0-9].conf', ['/etc/a/10.conf']],
    ['/etc/a/conf.b*', []],
    ['/etc/c/a*b', ['/etc/c/a\nb']],
    ['/etc/c/\\!.x', ['/etc/c/!.x']],
    ['/etc/c/[]!].x', ['/etc/c/!.x', '/etc/c/].x']],
    ['/etc/c/[!]!].x', ['/etc/c/[.x', '/etc/c/\\.x', '/etc/c/a.x']],
    ['/etc/c/[a!].x', ['/etc/c/!.x', '/etc/c/a.x']],
    ['/etc/c/[.x', ['/etc/c/[.x']],
    ['/etc/a/[z-a].conf', []],
    [`/etc/b/${'*'.repeat(2000)}`, ['/etc/b/y.conf']],
    [`/etc/b/${'*'.repeat(2000)}x`, []],
    ['/plain/path', ['/plain/path']],
  ])('finds for %s what glob(3) finds, in the order of the bytes', (pattern, paths) => {
    expect(expandGlob(pattern, names)).toEqual(paths);
  });
});
