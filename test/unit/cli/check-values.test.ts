import { describe, expect, it } from 'vitest';
import { checkValues } from '../../../src/cli/check-values.ts';
import type { CommandLine, CommandOption } from '../../../src/cli/command-line.ts';
import { UsageError } from '../../../src/cli/command.ts';

const option = (name: string, rest: Partial<CommandOption> = {}): CommandOption => ({
  name,
  describe: '',
  takesValue: true,
  isRepeatable: false,
  choices: [],
  ...rest,
});

const COMMAND: CommandLine = {
  path: [],
  describe: '',
  positionals: [],
  commands: [],
  options: [
    option('user'),
    option('file', { isRepeatable: true }),
    option('format', { choices: ['text', 'json', 'xml'] }),
    option('json', { takesValue: false }),
  ],
};

/** What is wrong with a call; undefined where nothing is. */
function problemOf(args: readonly string[]): string | undefined {
  try {
    checkValues(args, COMMAND);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
}

describe('the values of options', () => {
  it.each([
    [['--user', 'a', '--file', 'b', 'c', '--file=d', '--format', 'json', '--json', '--json=true']],
    [['--user=-a']],
    [['--user', '-1']],
    [['--file', 'a', '--json']],
    [['--user', 'a', '']],
    [['--unknown', '--unknown=', 'a']],
  ])('are taken as they are in %j', (args) => {
    expect(problemOf(args)).toBeUndefined();
  });

  it.each([
    [['--user'], '--user: expected a value'],
    [['--user', '--json'], '--user: expected a value'],
    [['--user', ''], '--user: expected a value, got ""'],
    [['--user='], '--user: expected a value, got ""'],
    [['--file', 'a', ''], '--file: expected a value, got ""'],
    [['--user', 'a', '--json', '--user', 'a'], '--user: given more than once'],
    [['--format', 'yaml'], '--format: expected text, json or xml, got "yaml"'],
    [['--json=yes'], '--json: expected no value, got "yes"'],
  ])('are refused in %j: %s', (args, problem) => {
    expect(problemOf(args)).toBe(problem);
  });
});
