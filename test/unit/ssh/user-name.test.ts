import { describe, expect, it } from 'vitest';
import { isPushableUserName } from '../../../src/ssh/user-name.ts';

describe('isPushableUserName', () => {
  it.each([
    'a',
    'ec2-user',
    'ubuntu',
    '_apt',
    '1000user',
    'a.b@corp',
    'Alice.Smith@corp.example.com',
    'machine$',
    'a'.repeat(32),
    `${'a'.repeat(31)}$`,
    'a-',
    'a..b',
  ])('takes %s', (user) => {
    expect(isPushableUserName(user)).toBe(true);
  });

  it.each([
    ['an empty name', ''],
    ['33 characters', 'a'.repeat(33)],
    ['32 characters and a dollar', `${'a'.repeat(32)}$`],
    ['the folder itself', '.'],
    ['the folder above', '..'],
    ['a leading dot', '.profile'],
    ['a leading dash, which looks like an option', '-x'],
    ['a leading at sign', '@corp'],
    ['a dollar alone', '$'],
    ['a dollar inside', 'a$b'],
    ['a slash', 'a/b'],
    ['a path that climbs', 'a/../b'],
    ['a backslash', 'CORP\\alice'],
    ['a percent sign', 'a%2fb'],
    ['a question mark', 'a?b'],
    ['a space', 'a b'],
    ['a line break behind it', 'alice\n'],
    ['a line break inside', 'alice\nroot'],
    ['a NUL', 'alice\0'],
    ['a letter beyond ASCII', 'jürgen'],
    ['a plus sign', 'a+b'],
  ])('refuses %s', (_, user) => {
    expect(isPushableUserName(user)).toBe(false);
  });
});
