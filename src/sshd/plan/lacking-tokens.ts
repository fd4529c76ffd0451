import { LOOKED_UP, neededTokens, parseTemplate } from '../../helpers/arguments.ts';
import { ARGUMENTS_SUFFIX, HELPERS_DIRECTORY, helperNames } from '../../helpers/names.ts';
import { COMMAND_TOKENS, TOKENS, type CommandToken } from '../../ssh/command-tokens.ts';
import type { FileTree } from '../../system/file-tree.ts';
import type { EffectiveCommand, OwnCommand } from '../model/effective.ts';
import type { OpenSshVersion } from '../model/version.ts';
import { knownTokens, withTokens } from './wired-command.ts';

/** A `NAME.args` file whose helper is not run, because sshd's line does not pass what it asks for. */
export interface LackingTokens {
  /** The file. */
  readonly path: string;
  /** The letters of the tokens that it asks for and does not get. */
  readonly tokens: readonly CommandToken[];
  /** Those of them that this release of sshd does not know. */
  readonly unknown: readonly CommandToken[];
  /** The same for people: lower case, the file first. */
  readonly detail: string;
}

/** What helpers ask for and one line of sshd does not pass, and what would pass it. */
export interface TokenGap {
  /** Each helper that asks for a token that it does not get. */
  readonly helpers: readonly LackingTokens[];
  /** The AuthorizedKeysCommand that passes all that this release knows; absent where this one does. */
  readonly command?: string;
  /** The `sshd` command that writes it; absent where a person wrote the line. */
  readonly writtenBy?: 'enable' | 'adopt';
}

/** The tokens that the arguments of each helper ask for; a file that cannot be parsed asks for none. */
export function askedTokens(tree: FileTree): ReadonlyMap<string, ReadonlySet<CommandToken>> {
  const asked = new Map<string, ReadonlySet<CommandToken>>();
  for (const name of helperNames(tree.names(HELPERS_DIRECTORY))) {
    const path = `${HELPERS_DIRECTORY}/${name}${ARGUMENTS_SUFFIX}`;
    const template = parseTemplate(tree.text(path) ?? '');
    if (template.ok) asked.set(path, neededTokens(template.value));
  }
  return asked;
}

/**
 * Which helpers ask for more than they are given. `%h` and `%U` never lack: they are looked up.
 *
 * @param version of sshd; an unknown one knows the oldest tokens alone
 */
export function lackingTokens(
  tree: FileTree,
  given: readonly CommandToken[],
  version: OpenSshVersion | undefined,
): readonly LackingTokens[] {
  return [...askedTokens(tree)].flatMap(([path, asked]): LackingTokens[] => {
    const tokens = TOKENS.filter(
      (token) => asked.has(token) && !given.includes(token) && !LOOKED_UP.includes(token),
    );
    const known = knownTokens(tokens, version);
    const unknown = tokens.filter((token) => !known.includes(token));
    if (tokens.length === 0) return [];
    return [{ path, tokens, unknown, detail: detailOf(path, known, unknown, version) }];
  });
}

/**
 * Compares what helpers ask for with what a line passes.
 *
 * @param effective a command that works; for any other there is nothing to compare
 * @returns undefined where every helper gets what it asks for
 */
export function tokenGap(
  tree: FileTree,
  { command, works, passes }: EffectiveCommand,
  own: OwnCommand,
  version: OpenSshVersion | undefined,
): TokenGap | undefined {
  if (!works || command === undefined) return undefined;
  const helpers = lackingTokens(tree, passes, version);
  if (helpers.length === 0) return undefined;
  const wanted = knownTokens(
    helpers.flatMap(({ tokens }) => tokens),
    version,
  );
  if (wanted.length === 0) return { helpers };
  return { helpers, command: withTokens(command, own, [...passes, ...wanted]) };
}

function detailOf(
  path: string,
  unpassed: readonly CommandToken[],
  unknown: readonly CommandToken[],
  version: OpenSshVersion | undefined,
): string {
  const release =
    version === undefined ? 'an unknown release' : `${version.major}.${version.minor}`;
  const names = unpassed.map((token) => `%${token}`).join(', ');
  const newer = unknown.map((token) => {
    const { major, minor } = COMMAND_TOKENS[token].since;
    return `asks for %${token}, which came with OpenSSH ${major}.${minor}; this is ${release}`;
  });
  const asks = names === '' ? newer : [`asks for ${names}, which sshd does not pass`, ...newer];
  return `${path} ${asks.join('; it ')}`;
}
