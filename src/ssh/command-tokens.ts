/** A token that sshd fills in the words of an AuthorizedKeysCommand; `%%` is none. */
export type CommandToken = 'u' | 'f' | 'k' | 't' | 'h' | 'U' | 'C' | 'D';

/** The tokens that stand behind user and fingerprint in our own command line, as `k=%k`. */
export type FurtherToken = Exclude<CommandToken, 'u' | 'f'>;

/** The values of tokens, where they are known. */
export type TokenValues = Readonly<Partial<Record<CommandToken, string>>>;

/** What a token stands for, and the OpenSSH release that brought it. */
export interface TokenFacts {
  readonly meaning: string;
  readonly since: { readonly major: number; readonly minor: number };
}

const SINCE_69 = { major: 6, minor: 9 };
const SINCE_94 = { major: 9, minor: 4 };

/**
 * The tokens of sshd_config(5) that AuthorizedKeysCommand takes, in the order in which our own
 * command line passes them on. A release that does not know a token ends each login at it.
 */
export const COMMAND_TOKENS: Readonly<Record<CommandToken, TokenFacts>> = {
  u: { meaning: 'the login user', since: SINCE_69 },
  f: { meaning: "the offered key's fingerprint", since: SINCE_69 },
  k: { meaning: 'the offered key or certificate, base64', since: SINCE_69 },
  t: { meaning: 'its type', since: SINCE_69 },
  h: { meaning: "the user's home folder", since: SINCE_69 },
  U: { meaning: "the user's number", since: { major: 7, minor: 8 } },
  C: { meaning: 'addresses and ports of the connection', since: SINCE_94 },
  D: { meaning: 'the routing domain', since: SINCE_94 },
};

/** Their letters, in that order. */
export const TOKENS: readonly CommandToken[] = Object.keys(COMMAND_TOKENS).filter(isCommandToken);

/** Whether a letter is one of AuthorizedKeysCommand's tokens, of any release. */
export function isCommandToken(letter: string): letter is CommandToken {
  return Object.hasOwn(COMMAND_TOKENS, letter);
}

/** Whether a letter is a token that our own command line passes on behind user and fingerprint. */
export function isFurtherToken(letter: string): letter is FurtherToken {
  return isCommandToken(letter) && letter !== 'u' && letter !== 'f';
}
