/** The key that the repositories are signed with: the builder's, in the builder's own GnuPG. */
import { run } from '../package/process.ts';

/** A secret key in GnuPG. */
export interface SigningKey {
  /** Fingerprint or mail address. */
  readonly id: string;
  /** GnuPG's folder; its own default when left out. */
  readonly home: string | undefined;
}

/** GnuPG's arguments for that key. */
function home(key: SigningKey): string[] {
  return key.home === undefined ? [] : ['--homedir', key.home];
}

/** Signs a file; `how` says in which form and where to. */
export function sign(key: SigningKey, how: readonly string[], file: string): void {
  const fixed = ['--batch', '--yes', '--digest-algo', 'SHA256', '--local-user', key.id];
  run('gpg', [...home(key), ...fixed, ...how, file]);
}

/**
 * The public key.
 * @param armor as text, for rpm; else binary, for apt
 */
export function exportKey(key: SigningKey, armor: boolean): Buffer {
  const bytes = run('gpg', [...home(key), ...(armor ? ['--armor'] : []), '--export', key.id]);
  if (bytes.length === 0) throw new Error(`expected a key ${key.id} in GnuPG, found none`);
  return bytes;
}
