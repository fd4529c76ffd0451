import {
  COMMAND_TOKENS,
  isFurtherToken,
  TOKENS,
  type CommandToken,
} from '../../ssh/command-tokens.ts';
import { splitWords } from '../../ssh/words.ts';
import { isUserdbctl, type OwnCommand } from '../model/effective.ts';
import { isAtLeast, type OpenSshVersion } from '../model/version.ts';

/** The values of the two statements that make sshd run our program. */
export interface WiredCommand {
  readonly command: string;
  readonly user: string;
}

/**
 * Our own command line: user and fingerprint, then the tokens that helpers ask for.
 *
 * @param tokens in any order; `u` and `f` are there anyway
 */
export function wiredCommand(own: OwnCommand, tokens: Iterable<CommandToken> = []): WiredCommand {
  return { command: commandLine(own, tokens), user: own.user };
}

/**
 * The command line of a program that runs the next command itself when it is done: systemd's
 * `userdbctl ssh-authorized-keys USER --chain COMMAND...` (userdbctl(1)), of which our own is the
 * next. Both run as its user.
 *
 * @param other the value of AuthorizedKeysCommand
 * @returns undefined for any other command, and for one that has a chain already
 */
export function chainedCommand(
  other: WiredCommand,
  own: OwnCommand,
  tokens: Iterable<CommandToken> = [],
): WiredCommand | undefined {
  const words = splitWords(other.command) ?? [];
  const [program = '', ...args] = words;
  const isPlain = args.length === 2 && args[0] === 'ssh-authorized-keys' && args[1] === '%u';
  if (!isUserdbctl(program) || !isPlain || /[\s'"\\#]/.test(program)) return undefined;
  const command = `${words.join(' ')} --chain ${commandLine(own, tokens)}`;
  return { command, user: other.user };
}

/**
 * A command line that runs our program, with these tokens instead of those that it passes.
 *
 * @param current the value of AuthorizedKeysCommand: our program, or userdbctl that chains to it
 */
export function withTokens(
  current: string,
  own: OwnCommand,
  tokens: Iterable<CommandToken>,
): string {
  const words = splitWords(current) ?? [];
  const chain = isUserdbctl(words[0] ?? '') ? words.indexOf('--chain') + 1 : 0;
  return [...words.slice(0, chain), commandLine(own, tokens)].join(' ');
}

/**
 * The tokens that a release fills. One that it does not know ends each login, so an unknown release
 * counts as the oldest here.
 */
export function knownTokens(
  tokens: Iterable<CommandToken>,
  version: OpenSshVersion | undefined,
): readonly CommandToken[] {
  return [...tokens].filter((token) => {
    const { major, minor } = COMMAND_TOKENS[token].since;
    return isAtLeast(version ?? { major: 6, minor: 9 }, major, minor);
  });
}

/** The two statements, as lines of sshd_config. */
export function configurationLines({ command, user }: WiredCommand): readonly string[] {
  return [`AuthorizedKeysCommand ${command}`, `AuthorizedKeysCommandUser ${user}`];
}

function commandLine({ path }: OwnCommand, tokens: Iterable<CommandToken>): string {
  const wanted = new Set(tokens);
  const further = TOKENS.filter((token) => isFurtherToken(token) && wanted.has(token));
  return [path, '%u', '%f', ...further.map((token) => `${token}=%${token}`)].join(' ');
}
