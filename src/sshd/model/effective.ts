import { baseName } from '../../system/file-tree.ts';
import type { ConfigurationDump } from './dump.ts';
import { matchAnswer, type MatchSubject } from './match.ts';
import { globalSetting, matchSettings, type Setting, type SshdStart } from './model.ts';
import { hasQuirk } from './quirks.ts';
import { isAtLeast, type OpenSshVersion } from './version.ts';
import {
  COMMAND_TOKENS,
  isCommandToken,
  TOKENS,
  type CommandToken,
  type TokenValues,
} from '../../ssh/command-tokens.ts';
import { parseLoginCall } from '../../ssh/login-call.ts';
import { expandWord, sampleTokens } from '../../ssh/sample-login.ts';
import { splitTokens } from '../../ssh/tokens.ts';
import { splitWords } from '../../ssh/words.ts';

/** The paths by which sshd configurations name this program, and the user that it runs as. */
export interface OwnCommand {
  /** The path that enable writes, of this host's package family. */
  readonly path: string;
  /** Every path that is this program. */
  readonly paths: readonly string[];
  readonly user: string;
}

/** The paths of the two package families; sshd configurations of the stock packages name them. */
export const RPM_COMMAND_PATH = '/opt/aws/bin/eic_run_authorized_keys';
export const DEB_COMMAND_PATH = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';

/** The program under its own name. */
export const PROGRAM_PATH = '/usr/bin/ec2-instance-connect';

/** The system user that sshd runs the command as. */
export const COMMAND_USER = 'ec2-instance-connect';

/** Our own command, given which of the two paths this host has. */
export function ownCommand(path: string): OwnCommand {
  const paths = [RPM_COMMAND_PATH, DEB_COMMAND_PATH, PROGRAM_PATH];
  return { path, paths, user: COMMAND_USER };
}

/** An AuthorizedKeysCommand, judged by the arguments that its program will really get. */
export interface CommandFacts {
  /** Whether this program is run: at once, or by another one that chains to it. */
  readonly ours: boolean;
  /** Whether another program runs first, and runs ours as its own user. */
  readonly chained: boolean;
  readonly passesUser: boolean;
  readonly passesFingerprint: boolean;
  /** The tokens that this program gets, each where it looks for it. */
  readonly passes: readonly CommandToken[];
  /** Why this program would refuse its arguments, or sshd the line: lower case, for people. */
  readonly problem?: string;
  /** Whether this program is run and can answer. */
  readonly works: boolean;
}

/** The AuthorizedKeysCommand that sshd runs for somebody, and where it is set. */
export interface EffectiveCommand extends CommandFacts {
  /** As written; absent when no command is set, or `none`. */
  readonly command?: string;
  /** AuthorizedKeysCommandUser; absent when it is not set. */
  readonly user?: string;
  readonly setting?: Setting;
  readonly userSetting?: Setting;
  /**
   * False where `sshd -T` gives another value than the model: then the model has missed something,
   * and nothing should be decided from it.
   */
  readonly agrees: boolean;
}

const COMMAND = 'authorizedkeyscommand';
const USER = 'authorizedkeyscommanduser';

/** Whether a value of AuthorizedKeysCommand or its user means that there is none. */
export function isNone(value: string): boolean {
  return value.toLowerCase() === 'none';
}

/** Whether a program is systemd's userdbctl, which chains to a next command (userdbctl(1)). */
export function isUserdbctl(program: string): boolean {
  return baseName(program) === 'userdbctl';
}

/**
 * Says of a command line whether it runs this program, and with what: its words are split and filled
 * as sshd does, with the values of a sample login, and read as this program reads them.
 *
 * @param version of sshd, which decides what tokens it fills; undefined: the newest
 */
export function commandFacts(
  command: string,
  own: OwnCommand,
  version: OpenSshVersion | undefined,
): CommandFacts {
  const words = splitWords(command) ?? [];
  const call = ownCall(words, own);
  const asks = (token: CommandToken): boolean =>
    words
      .slice(1)
      .some((word) => splitTokens(word).some((part) => 'token' in part && part.token === token));
  const passed = { passesUser: asks('u'), passesFingerprint: asks('f'), passes: [] };
  if (call === undefined) return { ours: false, chained: false, ...passed, works: false };
  const { chained } = call;
  const values = sampleTokens({ user: 'sample', home: '/home/sample' });
  const lacking = call.words
    .flatMap(splitTokens)
    .find((part) => 'token' in part && !isFilled(part.token, version));
  if (lacking !== undefined && 'token' in lacking) {
    const problem = `${releaseName(version)} does not fill %${lacking.token}`;
    return { ours: true, chained, ...passed, problem, works: false };
  }
  const read = parseLoginCall(call.words.map((word) => expandWord(word, values) ?? ''));
  if (!read.ok) return { ours: true, chained, ...passed, problem: read.detail, works: false };
  const { user, fingerprint, further } = read.value;
  const passesFingerprint = fingerprint !== undefined;
  const got: TokenValues = { ...further, u: user, ...(passesFingerprint ? { f: values.f } : {}) };
  const passes = TOKENS.filter((token) => got[token] === values[token]);
  const passesUser = passes.includes('u');
  return { ours: true, chained, passesUser, passesFingerprint, passes, works: passesUser };
}

/** The words that this program gets, tokens unfilled; undefined where it is not run. */
function ownCall(
  words: readonly string[],
  own: OwnCommand,
): { words: readonly string[]; chained: boolean } | undefined {
  const [program = '', ...args] = words;
  if (isUserdbctl(program)) {
    const chain = args.indexOf('--chain');
    if (args[0] !== 'ssh-authorized-keys' || chain === -1) return undefined;
    // It runs the second word after its verb, and refuses one that is not an absolute path.
    const users = args.slice(1, chain).filter((word) => !word.startsWith('-'));
    if (users.length !== 1) return undefined;
    const next = ownWords(args.slice(chain + 1), own);
    return next && { words: next, chained: true };
  }
  // A command without arguments gets the user (user_key_command_allowed2 in auth2-pubkey.c).
  const found = ownWords(words.length === 1 ? [program, '%u'] : words, own);
  return found && { words: found, chained: false };
}

function ownWords(
  [program = '', ...args]: readonly string[],
  own: OwnCommand,
): readonly string[] | undefined {
  if (!own.paths.includes(program)) return undefined;
  if (program !== PROGRAM_PATH) return args;
  const [command, ...rest] = args;
  return command === 'authorized-keys' ? rest.filter((word) => word !== '--explain') : undefined;
}

function isFilled(token: string, version: OpenSshVersion | undefined): boolean {
  if (!isCommandToken(token)) return false;
  const { major, minor } = COMMAND_TOKENS[token].since;
  return isAtLeast(version, major, minor);
}

function releaseName(version: OpenSshVersion | undefined): string {
  return version === undefined ? 'sshd' : `OpenSSH ${version.major}.${version.minor}`;
}

/**
 * The AuthorizedKeysCommand and its user that are effective for somebody, as far as the files tell,
 * or exactly where a dump of `sshd -T -C user=…` for that person is given.
 *
 * A Match block that holds wins over everything outside of Match blocks; among Match blocks the
 * first value wins (copy_set_server_options in OpenSSH's servconf.c).
 *
 * @param subject whom it is asked for; without a user, what holds outside of Match blocks
 * @param dump what `sshd -T` with this start's arguments said, for the same subject
 */
export function effectiveCommand(
  start: SshdStart,
  own: OwnCommand,
  subject: MatchSubject = {},
  dump?: ConfigurationDump,
): EffectiveCommand {
  const command = effectiveSetting(start, COMMAND, subject, dump);
  const user = effectiveSetting(start, USER, subject, dump);
  const facts = commandFacts(command.value ?? '', own, start.version);
  return {
    ...facts,
    ...(command.value === undefined ? {} : { command: command.value }),
    ...(user.value === undefined ? {} : { user: user.value }),
    ...(command.setting === undefined ? {} : { setting: command.setting }),
    ...(user.setting === undefined ? {} : { userSetting: user.setting }),
    agrees: command.agrees && user.agrees,
  };
}

/** A keyword's value for somebody and the statement that gives it. */
export interface EffectiveSetting {
  /** Absent when nothing sets it, or when it is `none`. */
  readonly value?: string;
  readonly setting?: Setting;
  readonly agrees: boolean;
}

/**
 * The value of a keyword with one value, and where it is set; see effectiveCommand.
 *
 * @param keyword in lower case
 */
export function effectiveSetting(
  start: SshdStart,
  keyword: string,
  subject: MatchSubject,
  dump?: ConfigurationDump,
): EffectiveSetting {
  const candidates = candidateSettings(start, keyword, subject);
  const dumped = dump?.get(keyword)?.[0] ?? (dump && undumped(start, keyword));
  if (dumped === undefined) {
    const setting = candidates.find(({ answer }) => answer === 'yes')?.setting;
    return found(setting, setting && valueOf(setting), true);
  }
  const expected = candidates.findIndex(({ answer }) => answer === 'yes');
  const equal = candidates.filter(({ setting }) => sameValue(valueOf(setting), dumped));
  const best = equal.find(({ answer }) => answer === 'yes') ?? equal[0];
  if (best !== undefined) {
    const agrees = expected === -1 || candidates.indexOf(best) <= expected;
    return found(best.setting, valueOf(best.setting), agrees);
  }
  // A default is nobody's line; these two keywords have none but `none`.
  const byDefault = isNone(dumped) || !keyword.startsWith(COMMAND);
  return found(undefined, dumped, byDefault && !candidates.some(({ answer }) => answer === 'yes'));
}

/** What the absence of a keyword in sshd's own dump means. */
function undumped(start: SshdStart, keyword: string): string | undefined {
  const isAbsence = keyword.startsWith(COMMAND) && hasQuirk(start.version, 'unset-not-dumped');
  return isAbsence ? 'none' : undefined;
}

function candidateSettings(
  start: SshdStart,
  keyword: string,
  subject: MatchSubject,
): { setting: Setting; answer: 'yes' | 'unknown' }[] {
  const conditional = matchSettings(start, keyword).flatMap((setting) => {
    const answer = matchAnswer(setting.match, subject);
    return answer === 'no' ? [] : [{ setting, answer }];
  });
  const global = globalSetting(start, keyword);
  if (global === undefined) return conditional;
  const winners = conditional.filter(({ setting }) => !losesAgainst(start, setting, global));
  return [...winners, { setting: global, answer: 'yes' as const }];
}

function losesAgainst(start: SshdStart, setting: Setting, global: Setting): boolean {
  const { configFile } = start.arguments;
  return (
    hasQuirk(start.version, 'included-match-loses') &&
    setting.place.path !== configFile &&
    global.place.path === configFile &&
    start.settings.indexOf(global) > start.settings.indexOf(setting)
  );
}

function found(
  setting: Setting | undefined,
  value: string | undefined,
  agrees: boolean,
): EffectiveSetting {
  return {
    ...(value === undefined || isNone(value) ? {} : { value }),
    ...(setting === undefined ? {} : { setting }),
    agrees,
  };
}

// The command takes the rest of its line, every other keyword its first argument.
function valueOf(setting: Setting): string {
  return setting.keyword === COMMAND ? setting.value : (setting.args[0] ?? '');
}

function sameValue(a: string, b: string): boolean {
  // sshd -T of old releases prints blanks at the end, which the dump's reader takes off.
  return a.trimEnd() === b.trimEnd() || (isNone(a) && isNone(b));
}
