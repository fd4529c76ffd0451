import { readFileSync } from 'node:fs';
import type { Namespace } from './namespace.ts';
import { runOrThrow } from './run.ts';

const KINDS = {
  ed25519: ['-t', 'ed25519'],
  rsa: ['-t', 'rsa', '-b', '2048'],
  ecdsa: ['-t', 'ecdsa', '-b', '256'],
} as const;

/** Kinds of keys that ssh-keygen makes here. */
export type SshKeyKind = keyof typeof KINDS;

/** A key pair in a namespace. */
export interface SshKey {
  /** The private key's path inside; `.pub` lies beside it. */
  readonly path: string;
  /** `type base64 comment`. */
  readonly publicKey: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
}

/** Makes a key pair called `name` inside, with ssh-keygen; without a passphrase. */
export async function makeSshKey(
  namespace: Namespace,
  name: string,
  kind: SshKeyKind = 'ed25519',
): Promise<SshKey> {
  const path = `/run/rig/keys/${name}`;
  const outside = namespace.path(path);
  await runOrThrow(['ssh-keygen', '-q', ...KINDS[kind], '-N', '', '-C', name, '-f', outside]);
  const listing = await runOrThrow(['ssh-keygen', '-l', '-f', `${outside}.pub`]);
  return {
    path,
    publicKey: readFileSync(`${outside}.pub`, 'utf8').trim(),
    fingerprint: listing.split(' ')[1] ?? '',
  };
}
