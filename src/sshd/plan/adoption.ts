import { neededTokens, parseTemplate } from '../../helpers/arguments.ts';
import { ARGUMENTS_SUFFIX, HELPERS_DIRECTORY } from '../../helpers/names.ts';
import { COMMAND_TOKENS } from '../../ssh/command-tokens.ts';
import { splitWords } from '../../ssh/words.ts';
import { isAtLeast, type OpenSshVersion } from '../model/version.ts';
import { accept, refuse, type Verdict } from '../../verdict/refusal.ts';

/** Why another command cannot move into the chain. */
export type AdoptionReason = 'tokens-not-supported' | 'command-malformed';

/** Another AuthorizedKeysCommand as a helper of the chain. */
export interface Adoption {
  /** The link in the chain's folder. */
  readonly helper: string;
  /** The program that the link leads to. */
  readonly program: string;
  /** The file of arguments beside the link. */
  readonly argumentsFile: string;
  readonly template: string;
}

/**
 * Makes a helper of another AuthorizedKeysCommand: a link to its program and a template of its
 * arguments. It gets what it got before: our own command line asks sshd for the same tokens. One that
 * this release of sshd does not fill is refused; sshd itself ends each login at it.
 *
 * @param command the value of AuthorizedKeysCommand, as sshd_config has it
 * @param version of the installed sshd; undefined: the newest
 */
export function adoptCommand(
  command: string,
  version: OpenSshVersion | undefined,
): Verdict<Adoption, AdoptionReason> {
  const words = splitWords(command);
  const program = words?.[0];
  if (words === undefined || !program?.startsWith('/')) {
    return refuse('command-malformed', `expected an absolute path, got ${JSON.stringify(command)}`);
  }
  // sshd gives its command the user as the only argument when it has none of its own
  // (user_key_command_allowed2 in auth2-pubkey.c).
  const args = words.length === 1 ? ['%u'] : words.slice(1);
  const template = `${args.map(quoteWord).join(' ')}\n`;
  const parsed = parseTemplate(template);
  if (!parsed.ok) {
    return parsed.reason === 'token-unknown'
      ? refuse('tokens-not-supported', parsed.detail)
      : refuse('command-malformed', parsed.detail);
  }
  for (const token of neededTokens(parsed.value)) {
    const { major, minor } = COMMAND_TOKENS[token].since;
    if (!isAtLeast(version, major, minor)) {
      const release = `OpenSSH ${version?.major ?? ''}.${version?.minor ?? ''}`;
      const detail = `${release} does not fill %${token}, which came with ${major}.${minor}`;
      return refuse('tokens-not-supported', detail);
    }
  }
  const name = `50-${program.slice(program.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_-]/g, '-')}`;
  const helper = `${HELPERS_DIRECTORY}/${name}`;
  return accept({ helper, program, argumentsFile: helper + ARGUMENTS_SUFFIX, template });
}

function quoteWord(word: string): string {
  return /^[^\s'"\\#]+$/.test(word) ? word : `"${word.replace(/[\\"]/g, '\\$&')}"`;
}
