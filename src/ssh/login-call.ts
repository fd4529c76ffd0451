import { isFurtherToken, type FurtherToken, type TokenValues } from './command-tokens.ts';
import { parseFingerprint, type Fingerprint } from './fingerprint.ts';
import { accept, refuse, type Verdict } from '../verdict/refusal.ts';

/** The arguments of a call, as errors, help and manual show them. */
export const LOGIN_ARGUMENTS = '<user> [<fingerprint>] [<token> ...]';

/** What sshd asks by calling this program. */
export interface LoginCall {
  /** The login user, `%u`. */
  readonly user: string;
  /** The offered key's, `%f`; absent where sshd's line has no `%f`. */
  readonly fingerprint?: Fingerprint;
  /** The further tokens that came, for the administrator's helpers. */
  readonly further: TokenValues;
}

/**
 * Reads the arguments that sshd gives: `<user> [<fingerprint>] [<token>=<value> ...]`, which is
 * `%u %f k=%k t=%t ...` in its configuration. User and fingerprint are what our own decision takes;
 * the rest is passed on to helpers that ask for it in `NAME.args`. The token's name is its letter.
 *
 * @param args the arguments behind the program's name
 * @returns the call, or `usage` with what was expected and what was found
 */
export function parseLoginCall(args: readonly string[]): Verdict<LoginCall, 'usage'> {
  const [user, ...rest] = args;
  if (user === undefined) return usage(`expected ${LOGIN_ARGUMENTS}, got 0 arguments`);
  const further: Partial<Record<FurtherToken, string>> = {};
  let fingerprint: Fingerprint | undefined;
  for (const [index, word] of rest.entries()) {
    const [, letter, value = ''] = /^([A-Za-z])=(.*)$/s.exec(word) ?? [];
    if (letter === undefined && index > 0) {
      return usage(`expected ${LOGIN_ARGUMENTS}, got ${args.length} arguments`);
    }
    if (letter === undefined) {
      fingerprint = parseFingerprint(word);
      if (fingerprint === undefined) {
        return usage(`expected a fingerprint as "SHA256:..." or "MD5:...", got "${word}"`);
      }
    } else if (!isFurtherToken(letter) || further[letter] !== undefined) {
      return usage(`expected each of k=, t=, h=, U=, C= and D= at most once, got "${letter}="`);
    } else further[letter] = value;
  }
  return accept({ user, ...(fingerprint === undefined ? {} : { fingerprint }), further });
}

function usage(detail: string): Verdict<LoginCall, 'usage'> {
  return refuse('usage', detail);
}
