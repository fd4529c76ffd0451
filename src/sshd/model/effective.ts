import type { ConfigurationDump } from './dump.ts';
import { matchAnswer, type MatchSubject } from './match.ts';
import { globalSetting, matchSettings, type Setting, type SshdStart } from './model.ts';
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

/** An AuthorizedKeysCommand taken apart. */
export interface CommandFacts {
  readonly ours: boolean;
  readonly passesUser: boolean;
  readonly passesFingerprint: boolean;
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
   * False where `sshd -T` gives a value that no line in the model has: then the model has missed
   * something, and nothing should be decided from it.
   */
  readonly agrees: boolean;
}

const COMMAND = 'authorizedkeyscommand';
const USER = 'authorizedkeyscommanduser';

/** Whether a value of AuthorizedKeysCommand or its user means that there is none. */
export function isNone(value: string): boolean {
  return value.toLowerCase() === 'none';
}

/** Says of a command line whether it is this program, and whether it hands `%u` and `%f` over. */
export function commandFacts(command: string, own: OwnCommand): CommandFacts {
  const words = splitWords(command) ?? [];
  const [program = '', ...args] = words;
  const direct = own.paths.includes(program);
  const ours = direct && (program !== PROGRAM_PATH || args[0] === 'authorized-keys');
  return {
    ours,
    passesUser: args.some((word) => /(^|[^%])(%%)*%u/.test(word)),
    passesFingerprint: args.some((word) => /(^|[^%])(%%)*%f/.test(word)),
  };
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
  const facts = commandFacts(command.value ?? '', own);
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
  const dumped = dump?.get(keyword)?.[0];
  if (dumped === undefined) {
    const setting = candidates.find(({ answer }) => answer === 'yes')?.setting;
    return found(setting, setting && valueOf(setting), true);
  }
  const equal = candidates.filter(({ setting }) => sameValue(valueOf(setting), dumped));
  const best = equal.find(({ answer }) => answer === 'yes') ?? equal[0];
  if (best !== undefined) return found(best.setting, dumped, true);
  // A default is nobody's line; these two keywords have none but `none`.
  const byDefault = isNone(dumped) || !keyword.startsWith(COMMAND);
  return found(undefined, dumped, byDefault && !candidates.some(({ answer }) => answer === 'yes'));
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
  return global === undefined
    ? conditional
    : [...conditional, { setting: global, answer: 'yes' as const }];
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
  return a === b || (isNone(a) && isNone(b));
}
