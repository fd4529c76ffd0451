import { describe, expect, it } from 'vitest';
import {
  bashCompletion,
  fishCompletion,
  zshCompletion,
} from '../../../../scripts/docs/completion.ts';
import type { CommandLine } from '../../../../src/cli/command-line.ts';

const LOGIN: CommandLine = {
  path: ['login'],
  describe: 'log in',
  positionals: ['<user>', '[<fingerprint>]'],
  commands: [],
  options: [
    {
      name: 'format',
      describe: 'how',
      takesValue: true,
      isRepeatable: false,
      choices: ['text', 'json'],
    },
  ],
};
const PROGRAM: CommandLine = {
  path: [],
  describe: '',
  positionals: [],
  options: [],
  commands: [LOGIN],
};

describe('the completions', () => {
  it('offer what an option can be set to', () => {
    expect(bashCompletion(PROGRAM)).toMatch(/--format\)\n *mapfile .*compgen -W 'text json' /);
    expect(zshCompletion(PROGRAM)).toContain(`'--format[how]:value:(text json)'`);
    expect(fishCompletion(PROGRAM)).toContain(`-l format -d 'how' -x -a 'text json'`);
  });

  it('offer users as the first argument alone', () => {
    expect(bashCompletion(PROGRAM)).toMatch(/users == yes && \$arguments == 0/);
    expect(zshCompletion(PROGRAM)).toContain(`'1:user:_users'`);
    const users = fishCompletion(PROGRAM)
      .split('\n')
      .filter((line) => line.includes('_users'));
    expect(users).toHaveLength(1);
    expect(users[0]).toContain('(commandline -opc))) -eq 2');
  });

  it('offer --version wherever they offer --help', () => {
    for (const text of [bashCompletion, zshCompletion, fishCompletion].map((each) =>
      each(PROGRAM),
    )) {
      const count = (word: string): number => text.split(new RegExp(`(?:--|-l )${word}\\b`)).length;
      expect(count('version')).toBe(count('help'));
    }
  });
});
