import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { realEdges } from '../../../src/edges.ts';
import { Run } from '../../../src/login/run.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { VERSION } from '../../../src/version.ts';
import type { CommandResult } from '../../rig/run.ts';
import { runCalls } from '../../support/program.ts';

/** Options that `verify-keys` cannot do without. */
const FILES = ['keys', 'signer-cert', 'signer-ocsp', 'trust-anchors'];
const REQUIRED = [...FILES, 'instance-id', 'signer-name'];
const FROM_NOWHERE = FILES.flatMap((name) => [`--${name}`, '/nowhere']);
const NAMED = ['--signer-name', 'managed-ssh-signer.us-east-1.amazonaws.com'];
const GIVEN = ['verify-keys', ...FROM_NOWHERE, ...NAMED, '--instance-id', 'i-0123456789abcdef0'];

const HELP = [['--help'], ['-h'], ['help']];
const VERSIONS = [['--version'], ['-V']];
const COMMAND_HELP = ['verify-keys', '--help'];
const MISSING = ['verify-keys', '--keys', 'a', '--at', '1'];
const HOSTILE = ['\u001b[31mred\nline'];

/** What is wrong, the call, and what the message has to name. */
const WRONG: readonly (readonly [string, readonly string[], string])[] = [
  ['nothing at all', [], 'expected a command'],
  ['an unknown command', ['nonsense'], 'nonsense'],
  ['an unknown option', ['--nonsense'], 'nonsense'],
  ['an unknown short option', ['-x'], 'x'],
  ['an unknown option of a command', [...GIVEN, '--nonsense'], 'nonsense'],
  ['an unknown option, and others missing', ['verify-keys', '--key', 'a'], 'key'],
  ['an option in camel case', [...GIVEN, '--signerName', 'a'], 'signerName'],
  ['an option with a dot', [...GIVEN, '--keys.x', 'a'], 'keys.x'],
  ['an option that is negated', [...GIVEN, '--no-keys'], 'no-keys'],
  ['an argument too many', [...GIVEN, 'extra'], 'extra'],
  ['arguments behind --', [...GIVEN, '--', '--json'], '--'],
  ['an option without its value', ['verify-keys', '--keys'], 'keys'],
  ['an empty fingerprint', [...GIVEN, '--fingerprint', ''], '--fingerprint'],
  ['a malformed fingerprint', [...GIVEN, '--fingerprint', 'SHA256:x'], 'SHA256:x'],
  ['an empty time', [...GIVEN, '--at', ''], '--at'],
  ['a time in words', [...GIVEN, '--at', 'now'], 'now'],
  ['a time before 1970', [...GIVEN, '--at=-1'], '-1'],
  ['a file that is not there', GIVEN, '/nowhere'],
  [
    'an instance id of another form',
    ['verify-keys', ...FROM_NOWHERE, ...NAMED, '--instance-id', 'i-1'],
    '--instance-id',
  ],
  [
    'no user',
    ['authorized-keys', '--explain'],
    'expected <user> [<fingerprint>] [<token> ...], got 0 arguments',
  ],
  ['an unknown option and no user', ['authorized-keys', '--nonsense'], 'nonsense'],
  ['a user behind --', ['authorized-keys', '--', 'alice'], '--'],
  ['sshd alone', ['sshd'], 'expected a command after sshd'],
  ['an unknown command of sshd', ['sshd', 'nonsense'], 'nonsense'],
  ['an unknown option of sshd', ['sshd', '--nonsense'], 'nonsense'],
  ['an unknown option of sshd enable', ['sshd', 'enable', '--dry-run', '--nonsense'], 'nonsense'],
  ['two formats at once', ['verify-install', '--json', '--format', 'text'], '--json'],
  [
    'a format that there is not',
    ['verify-install', '--format', 'xml'],
    '--format: expected text, json or prometheus, got "xml"',
  ],
  ['no format', ['verify-install', '--format', '--json'], '--format: expected a value'],
  ['no user at the end', ['verify-install', '--user'], '--user: expected a value'],
  ['an empty user', ['verify-install', '--user', ''], '--user: expected a value, got ""'],
  ['an empty user behind =', ['sshd', 'status', '--user='], '--user: expected a value, got ""'],
  ['two users', ['verify-install', '--user', 'a', '--user=b'], '--user: given more than once'],
  ['an empty one of several', ['sshd', 'adopt', '--try-user', 'a', ''], '--try-user: expected'],
  ['a switch with a value', ['verify-install', '--json=x'], '--json: expected no value, got "x"'],
  ['an empty argument', ['verify-install', ''], 'unexpected argument: ""'],
  ['an empty command', [''], 'unknown command: ""'],
  ['an empty login user', ['authorized-keys', '', '--explain'], 'expected a user, got ""'],
  ['metrics in a folder of no name', ['verify-install', '--metrics', 'eic.prom'], '--metrics'],
  ['metrics that no collector reads', ['verify-install', '--metrics', '/x/eic.txt'], '--metrics'],
  ['too many arguments of a login', ['authorized-keys', '--explain', 'a', 'b', 'c'], 'c'],
];

/** What a person may have meant: the call, and the word that the message suggests. */
const MISSPELT: readonly (readonly [readonly string[], string])[] = [
  [['verify-instal'], 'verify-install'],
  [['sshd', 'enabel'], 'enable'],
  [['sshd', 'adopt', '--try-usr', 'alice'], '--try-user'],
  [['sshd', 'status', '-json'], '--json'],
  [['verify-install', '--ofline'], '--offline'],
  [['authorized-keys', 'alice', '-explain'], '--explain'],
];

/** The help that a wrong call is sent to: that of the command that it has named. */
function helpOf([first = '', second = '']: readonly string[]): string {
  if (first === 'sshd') {
    return ['enable', 'adopt', 'status'].includes(second)
      ? ` sshd ${second} --help`
      : ' sshd --help';
  }
  return ['verify-keys', 'verify-install', 'authorized-keys'].includes(first)
    ? ` ${first} --help`
    : ' --help';
}

/** A run whose standard output goes to a disk that is full. */
class FullOutput extends Run {
  said = '';

  override write(descriptor: 1 | 2, text: string | Buffer): void {
    if (descriptor === 1) throw new Fault('OUTPUT_UNWRITABLE', 'the disk is full');
    this.said += text.toString();
  }
}

const results = new Map<readonly string[], CommandResult>();
beforeAll(async () => {
  const calls = [
    ...HELP,
    ...VERSIONS,
    COMMAND_HELP,
    MISSING,
    HOSTILE,
    ...WRONG.map(([, args]) => args),
    ...MISSPELT.map(([args]) => args),
  ];
  const ended = await runCalls(calls);
  for (const [index, args] of calls.entries()) {
    const result = ended[index];
    if (result !== undefined) results.set(args, result);
  }
}, 60_000);

describe('the program, for a person', () => {
  it.each(HELP.map((args) => [args]))('tells its commands with %s', (args) => {
    const result = results.get(args);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    for (const text of ['authorized-keys', '<user> [<fingerprint>]', 'verify-keys', 'Commands:']) {
      expect(result?.stdout).toContain(text);
    }
  });

  it.each(VERSIONS.map((args) => [args]))('tells its version with %s', (args) => {
    expect(results.get(args)).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it.each([['--help'], ['--version'], ['sshd enable --help']])(
    'fails where %s cannot be printed, and says so',
    async (call) => {
      const full = new FullOutput();
      expect(await runProgram(call.split(' '), realEdges(full))).toBe(1);
      expect(full.said).toBe('ec2-instance-connect: the disk is full\n');
    },
  );

  it('is 80 columns wide at most where it is not read on a terminal', () => {
    for (const args of [...HELP, COMMAND_HELP]) {
      const lines = results.get(args)?.stdout.split('\n') ?? [];
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('tells the options of a command', () => {
    const result = results.get(COMMAND_HELP);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    for (const name of [...REQUIRED, 'fingerprint', 'at', 'json']) {
      expect(result?.stdout).toContain(`--${name} `);
    }
    expect(result?.stdout).toMatch(/--at .*\n? .*\[default: now\]/);
  });
});

describe('the program, called in a wrong way', () => {
  it.each(WRONG)('says what is wrong with %s, and ends with 2', (_, args, named) => {
    const result = results.get(args);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    const [line, ...others] = result?.stderr.split('\n') ?? [];
    expect(line).toMatch(/^ec2-instance-connect: ["a-z-]/);
    expect(line?.slice('ec2-instance-connect: '.length)).toContain(named);
    expect(others).toEqual([`see "ec2-instance-connect${helpOf(args)}"`, '']);
  });

  it.each(MISSPELT)('suggests for %j what was probably meant: %s', (args, meant) => {
    const { status, stderr } = results.get(args) ?? {};
    expect(status).toBe(2);
    expect(stderr?.split('\n')[0]?.endsWith(`; did you mean ${meant}?`)).toBe(true);
  });

  it('names an option with one hyphen as one word', () => {
    const [args] = MISSPELT.at(-1) ?? [];
    const [line] = results.get(args ?? [])?.stderr.split('\n') ?? [];
    expect(line).toBe('ec2-instance-connect: unknown option: -explain; did you mean --explain?');
  });

  it('names all options that are missing', () => {
    const result = results.get(MISSING);
    expect(result?.status).toBe(2);
    for (const name of REQUIRED.slice(1)) expect(result?.stderr).toContain(`--${name}`);
    expect(result?.stderr).not.toContain('--keys');
  });

  it('prints nothing to the terminal that could control it', () => {
    const result = results.get(HOSTILE);
    expect(result?.status).toBe(2);
    expect(result?.stderr).toMatch(/^[\x20-\x7e]*\n[\x20-\x7e]*\n$/);
    expect(result?.stderr).toContain('red');
  });
});
