import { constants, sign, type KeyObject } from 'node:crypto';
import { verifySigner, type VerifiedSigner } from '../../src/signer/verify-signer.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import { instanceConnectChain, type InstanceConnectChain } from '../pki/index.ts';
import { keyLine, testBlob } from './ssh-keys.ts';

/** The time at which everything that these helpers make is good, Unix seconds. */
export const NOW = 1_764_000_000;
export const INSTANCE = 'i-0123456789abcdef0';
export const CALLER = 'arn:aws:sts::123456789012:assumed-role/admin/alice';
export const REQUEST = '0a1b2c3d-1111-2222-3333-444455556666';
export const KEY_LINE: string = keyLine(testBlob('ed25519'));

export const chain: InstanceConnectChain = instanceConnectChain({ now: NOW });

/** A signer that has proved itself, the only way there is. */
export function verifiedSigner(): VerifiedSigner {
  const verdict = verifySigner(
    { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
    { signerName: chain.signerName, anchors: TrustAnchors.fromPem(chain.root.pem), now: NOW },
  );
  if (!verdict.ok) throw new Error(`the test chain is not believed: ${verdict.reason}`);
  return verdict.value;
}

/** The fields that the service writes today; undefined leaves one out. */
export interface Fields {
  readonly Timestamp?: number | string | undefined;
  readonly Instance?: string | undefined;
  readonly Caller?: string | undefined;
  readonly Request?: string | undefined;
}

/** `#Name=value` lines for a key that was pushed at NOW; `changes` replaces or removes fields. */
export function fieldLines(changes: Fields = {}): readonly string[] {
  const fields = {
    Timestamp: NOW + 60,
    Instance: INSTANCE,
    Caller: CALLER,
    Request: REQUEST,
    ...changes,
  };
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`#${name}=${value}`],
  );
}

/** How an entry is signed, where that matters to a test. */
export interface Signing {
  readonly key?: KeyObject | undefined;
  readonly hash?: string | undefined;
  readonly padding?: number | undefined;
  readonly saltLength?: number | undefined;
}

/** A signature as the service makes it: RSA-PSS, SHA-256, a salt of 32 bytes. */
export function signBytes(data: Buffer, signing: Signing = {}): Buffer {
  const { key = chain.signerKey.privateKey, hash = 'sha256', saltLength = 32 } = signing;
  const { padding = constants.RSA_PKCS1_PSS_PADDING } = signing;
  return sign(hash, data, { key, padding, saltLength });
}

/** The signature over the lines, each ended by `\n`. */
export function signLines(lines: readonly string[], signing?: Signing): Buffer {
  return signBytes(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'), signing);
}

/** An entry of these lines, the last of which is the key line, with their signature. */
export function signedEntry(lines: readonly string[], signing: Signing = {}): string {
  return [...lines, signLines(lines, signing).toString('base64'), ''].join('\n');
}

/** An entry as the service makes it. */
export function goodEntry(changes: Fields = {}, line: string = KEY_LINE): string {
  return signedEntry([...fieldLines(changes), line]);
}

/** Entries with a blank line between them. */
export function bodyOf(...entries: readonly string[]): Buffer {
  return Buffer.from(entries.join('\n'), 'latin1');
}
