import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type KeyKind =
  | 'rsa1024'
  | 'rsa2048'
  | 'rsa3072'
  | 'rsa4096'
  | 'p256'
  | 'p384'
  | 'p521'
  | 'secp256k1'
  | 'ed25519';

export interface TestKey {
  readonly kind: KeyKind;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
}

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/test-keys');
const known = new Map<string, TestKey>();

/**
 * The key of this kind called `slot`: the same key every time, made once and kept in memory and
 * under node_modules/.cache, because making RSA keys is most of what a test PKI costs.
 */
export function testKey(kind: KeyKind, slot = 'default'): TestKey {
  const id = `${kind}-${slot}`;
  let key = known.get(id);
  if (key === undefined) {
    key = fromPem(kind, readCached(id) ?? writeCached(id, generatePem(kind)));
    known.set(id, key);
  }
  return key;
}

/** A key that nobody has seen before and that is not kept. */
export function freshKey(kind: KeyKind): TestKey {
  return fromPem(kind, generatePem(kind));
}

function fromPem(kind: KeyKind, pem: string): TestKey {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  return { kind, privateKey, publicKey, spki: publicKey.export({ type: 'spki', format: 'der' }) };
}

const CURVES: Partial<Record<KeyKind, string>> = {
  p256: 'P-256',
  p384: 'P-384',
  p521: 'P-521',
  secp256k1: 'secp256k1',
};

function generatePem(kind: KeyKind): string {
  return generate(kind).export({ type: 'pkcs8', format: 'pem' });
}

function generate(kind: KeyKind): KeyObject {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  const namedCurve = CURVES[kind];
  return namedCurve === undefined
    ? generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(3)) }).privateKey
    : generateKeyPairSync('ec', { namedCurve }).privateKey;
}

function readCached(id: string): string | undefined {
  try {
    return readFileSync(join(CACHE, `${id}.pem`), 'utf8');
  } catch {
    return undefined;
  }
}

/** Test files run in parallel processes: write aside, rename, and take whichever came first. */
function writeCached(id: string, pem: string): string {
  try {
    mkdirSync(CACHE, { recursive: true, mode: 0o700 });
    const aside = join(CACHE, `.${id}.${process.pid}`);
    writeFileSync(aside, pem, { mode: 0o600 });
    renameSync(aside, join(CACHE, `${id}.pem`));
  } catch {
    // A read-only checkout only loses the speed.
  }
  return pem;
}
