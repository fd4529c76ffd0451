/** The key that the repositories are signed with: the builder's, in the builder's own GnuPG. */
import { run } from '../package/process.ts';
import { judgeKey, type KeyFault } from './key-rules.ts';

/** A secret key in GnuPG. */
export interface SigningKey {
  /** As GnuPG takes it: a fingerprint, with `!` behind it where that very key shall sign. */
  readonly id: string;
  /** GnuPG's folder; its own default when left out. */
  readonly home: string | undefined;
}

/** A key that no repository shall be signed with. */
export class KeyRefused extends Error {
  /** What is wrong with it. */
  readonly faults: readonly KeyFault[];

  /** @param id as it was asked for */
  constructor(id: string, faults: readonly KeyFault[]) {
    super(
      [
        `the key ${id} cannot sign a repository for every host:`,
        ...faults.map(({ message }) => `  ${message}`),
        'One that they all can read:',
        "  gpg --quick-generate-key 'NAME <MAIL>' rsa4096 sign 5y",
        ...(faults.every(({ newHostsCan }) => newHostsCan)
          ? ['Where none of those hosts is to be served: --allow-new-hosts-only']
          : []),
      ].join('\n'),
    );
    this.faults = faults;
  }
}

/** GnuPG's arguments for that key. */
function home(key: SigningKey): string[] {
  return key.home === undefined ? [] : ['--homedir', key.home];
}

/**
 * The key to sign with, looked at before anything is written.
 * @param allowNewHostsOnly whether what only old hosts cannot read is let pass
 * @throws KeyRefused
 */
export function takeKey(asked: SigningKey, allowNewHostsOnly = false): SigningKey {
  const list = ['--batch', '--with-colons', '--fingerprint', '--list-secret-keys', asked.id];
  const { fingerprint, primarySigns, faults } = judgeKey(listing([...home(asked), ...list]));
  const refused = faults.filter(({ newHostsCan }) => !(newHostsCan && allowNewHostsOnly));
  if (refused.length > 0) throw new KeyRefused(asked.id, refused);
  // Left alone, GnuPG signs with the newest subkey that can.
  return { id: primarySigns ? `${fingerprint}!` : fingerprint, home: asked.home };
}

/** GnuPG's answer; it ends with a failure where there is no such key. */
function listing(args: readonly string[]): string {
  try {
    return run('gpg', args).toString();
  } catch {
    return '';
  }
}

/** Signs a file; `how` says in which form and where to. */
export function sign(key: SigningKey, how: readonly string[], file: string): void {
  const fixed = ['--batch', '--yes', '--digest-algo', 'SHA256', '--local-user', key.id];
  run('gpg', [...home(key), ...fixed, ...how, file]);
}

/**
 * The public keys that clients are to know, each as a block of its own: rpm 4.11 and yum read no more than one key of
 * a block.
 * @param next fingerprints of keys that will sign later, or have signed before
 * @param armor as text, for rpm; else binary, for apt
 */
export function exportKeys(key: SigningKey, next: readonly string[], armor: boolean): Buffer {
  const form = [...(armor ? ['--armor'] : []), '--export-options', 'export-minimal'];
  const blocks = [key.id.replace(/!$/, ''), ...next].map((id) => {
    const bytes = run('gpg', [...home(key), ...form, '--export', id]);
    if (bytes.length === 0) throw new Error(`expected a key ${id} in GnuPG, found none`);
    return bytes;
  });
  return Buffer.concat(blocks);
}
