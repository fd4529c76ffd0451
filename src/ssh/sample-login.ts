import { createHash } from 'node:crypto';
import type { CommandToken, TokenValues } from './command-tokens.ts';
import { fingerprintOf } from './fingerprint.ts';
import { splitTokens } from './tokens.ts';
import { wireString } from './wire.ts';

/** The login whose tokens are wanted; a key of its own only where a person names one. */
export interface SampleLogin {
  readonly user: string;
  readonly home: string;
  /** The user's number. */
  readonly uid?: string;
  /** Which form `%f` has, by sshd's FingerprintHash. */
  readonly hash?: 'SHA256' | 'MD5';
  /** A public key or certificate as `%t` and `%k` hand it over. */
  readonly key?: { readonly type: string; readonly base64: string; readonly fingerprint: string };
}

/**
 * Values of every token for trying an AuthorizedKeysCommand: without a key those of a well-formed
 * ED25519 key that nobody can have the other half of (its point is a hash), from an address of the
 * documentation range (RFC 5737).
 */
export function sampleTokens(login: SampleLogin): Required<TokenValues> {
  const { user, home, uid = '65534', hash = 'SHA256' } = login;
  const type = 'ssh-ed25519';
  const point = createHash('sha256').update('verify-install').digest();
  const wire = Buffer.concat([wireString(Buffer.from(type)), wireString(point)]);
  const key = login.key ?? {
    type,
    base64: wire.toString('base64'),
    fingerprint: fingerprintOf(wire, hash),
  };
  return {
    u: user,
    f: key.fingerprint,
    k: key.base64,
    t: key.type,
    h: home,
    U: uid,
    C: '192.0.2.1 50000 192.0.2.2 22',
    D: '',
  };
}

/**
 * Fills the tokens of one word of an AuthorizedKeysCommand as sshd does.
 *
 * @returns undefined for a token that has no value, at which sshd ends the login
 */
export function expandWord(word: string, values: TokenValues): string | undefined {
  const parts = splitTokens(word).map((part) =>
    'text' in part ? part.text : values[part.token as CommandToken],
  );
  return parts.includes(undefined) ? undefined : parts.join('');
}
