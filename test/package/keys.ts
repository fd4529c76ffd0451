/** OpenPGP keys for repositories under test, good and hostile ones, in folders of their own. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from '../../scripts/repo/key.ts';

/** A secret key and the folder that it is in. */
export interface TestKey extends SigningKey {
  readonly home: string;
}

function gpg(key: TestKey, args: readonly string[], input?: string | Buffer): Buffer {
  const fixed = ['--homedir', key.home, '--batch', '--quiet', '--passphrase', ''];
  return execFileSync('gpg', [...fixed, '--pinentry-mode', 'loopback', ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    ...(input === undefined ? {} : { input }),
  });
}

/**
 * Makes a key in a new folder of GnuPG.
 * @param algorithm as --quick-generate-key takes it
 */
export function makeKey(folder: string, algorithm = 'rsa3072'): TestKey {
  const key = { id: 'test@ec2-instance-connect.invalid', home: folder };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Older than any other key of the tests: a subkey cannot be older than what it is bound to.
  const since = ['--faked-system-time', '20260101T000000'];
  gpg(key, [...since, '--quick-generate-key', `Test <${key.id}>`, algorithm, 'sign', '5y']);
  return key;
}

/** Makes a key that somebody else may revoke, for which it has a signature on itself (RFC 4880 section 5.2.3.15). */
export function makeRevocableKey(folder: string, revoker: TestKey): TestKey {
  const key = { id: 'revocable@ec2-instance-connect.invalid', home: folder };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lines = ['%no-protection', 'Key-Type: RSA', 'Key-Length: 3072', 'Key-Usage: sign'];
  lines.push('Name-Real: Test', `Name-Email: ${key.id}`, `Revoker: 1:${fingerprint(revoker)}`, '');
  gpg(key, ['--faked-system-time', '20260101T000000', '--generate-key'], lines.join('\n'));
  return key;
}

/** Ends the agent that GnuPG has started in the key's folder. */
export function forget(key: TestKey): void {
  execFileSync('gpgconf', ['--homedir', key.home, '--kill', 'all']);
}

/** One field of the lines of a kind in `gpg --with-colons`, doc/DETAILS of GnuPG. */
function field(key: TestKey, kind: string, index: number, more: readonly string[] = []): string {
  const lines = gpg(key, ['--with-colons', ...more, '--list-keys', key.id])
    .toString()
    .split('\n');
  return lines.find((line) => line.startsWith(`${kind}:`))?.split(':')[index] ?? '';
}

/** The fingerprint of the primary key, 40 hexadecimal digits. */
export function fingerprint(key: TestKey): string {
  return field(key, 'fpr', 9);
}

/** The public key, ASCII-armoured for rpm or as apt reads it. */
export function publicKey(key: TestKey, form: 'armor' | 'binary' = 'binary'): Buffer {
  return gpg(key, [...(form === 'armor' ? ['--armor'] : []), '--export', key.id]);
}

/** Adds a subkey, which GnuPG then signs with. */
export function addSubkey(key: TestKey, algorithm: string): void {
  gpg(key, ['--quick-add-key', fingerprint(key), algorithm, 'sign', '4y']);
}

/** The packets of a public key (RFC 4880 section 4.2; GnuPG writes them in the old format). */
function packetsOf(bytes: Buffer): readonly Buffer[] {
  if (bytes.length === 0) return [];
  const octets = 1 << (bytes.readUInt8(0) & 3);
  const end = 1 + octets + bytes.readUIntBE(1, octets);
  return [bytes.subarray(0, end), ...packetsOf(bytes.subarray(end))];
}

/**
 * A public key without its user ids: GnuPG does not import it. Where the key has a signature on itself, as one
 * with a revoker has, gpgv and rpm believe it nonetheless.
 */
export function withoutUserId(key: TestKey): Buffer {
  const packets = packetsOf(publicKey(key));
  const userId = packets.findIndex((packet) => ((packet.readUInt8(0) >> 2) & 15) === 13);
  return Buffer.concat(packets.slice(0, userId));
}

/** RFC 4880 section 6.1. */
function crc24(bytes: Buffer): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return crc & 0xffffff;
}

/** Binary keys as one ASCII-armoured block (RFC 4880 section 6.2). */
export function armor(bytes: Buffer): Buffer {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  const sum = Buffer.alloc(3);
  sum.writeUIntBE(crc24(bytes), 0, 3);
  const [begin = '', end = ''] = ['BEGIN', 'END'].map(
    (word) => `-----${word} PGP PUBLIC KEY BLOCK-----`,
  );
  return Buffer.from([begin, '', ...lines, `=${sum.toString('base64')}`, end, ''].join('\n'));
}

/**
 * A foreign public key that has the public key of `known` as a subkey for encryption, for which nobody needs
 * known's consent: asked for known's fingerprint, GnuPG exports the foreign key.
 */
export function disguised(foreign: TestKey, known: TestKey): Buffer {
  const both = { id: foreign.id, home: `${foreign.home}.disguised` };
  cpSync(foreign.home, both.home, {
    recursive: true,
    filter: (path) => !path.includes('/S.gpg-agent'),
  });
  both.id = fingerprint(foreign);
  gpg(both, ['--import'], gpg(known, ['--export-secret-keys', known.id]));
  const told = { id: fingerprint(known), home: both.home };
  const grip = field(told, 'grp', 9, ['--with-keygrip']);
  // The same fingerprint takes the same time of birth.
  const time = ['--faked-system-time', `${field(told, 'pub', 5)}!`];
  const answers = ['addkey', '13', grip, 'S', 'Q', '0', 'save', ''].join('\n');
  const dialogue = ['--no-batch', '--expert', '--command-fd', '0', '--no-tty'];
  gpg(both, [...time, ...dialogue, '--edit-key', both.id], answers);
  const made = publicKey(both);
  forget(both);
  return made;
}

/** Where a key goes that is made for a test. */
export function keyFolder(work: string, name: string): string {
  return join(work, `gnupg-${name}`);
}
