import { expect, it } from 'vitest';
import { UsageError } from '../../../scripts/options.ts';
import { NOBODY, parseMaintainer } from '../../../scripts/package/build.ts';

it.each([
  ['Jo Doe <jo@example.com>', { name: 'Jo Doe', mail: 'jo@example.com' }],
  [
    'Team SSH (EU) <ssh+eic@mail.example.com>',
    { name: 'Team SSH (EU)', mail: 'ssh+eic@mail.example.com' },
  ],
])('takes a name and an address as Debian writes them: %s', (text, expected) => {
  expect(parseMaintainer(text)).toEqual(expected);
});

it.each([
  'jo@example.com',
  'Jo Doe',
  '<jo@example.com>',
  ' Jo <jo@example.com>',
  'Jo <jo@example.com> ',
  'Jo <jo>',
  'Jo <a@b@c>',
  'Jo\nDepends: x <jo@example.com>',
  'Jo <jo@example.com\n>',
])('refuses what a control file would read otherwise: %j', (text) => {
  expect(() => parseMaintainer(text)).toThrow(UsageError);
});

it('names nobody who exists in packages for tests', () => {
  expect(parseMaintainer(NOBODY).mail).toMatch(/\.invalid$/);
});
