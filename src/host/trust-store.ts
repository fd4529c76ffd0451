import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { Fault } from '../verdict/fault.ts';

/** Where the distributions keep their CA bundle: Debian and Ubuntu; Amazon Linux and RHEL; RHEL 10. */
export const TRUST_STORES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
] as const;

/** A whole distribution's bundle is about a quarter of a mebibyte. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A CA bundle: PEM and the file that it came from. */
export interface TrustStore {
  readonly path: string;
  readonly pem: Buffer;
}

/**
 * Reads the first of the host's CA bundles that is there and not empty.
 * @throws Fault TRUST_STORE_UNREADABLE where there is none, or it is too large, or reading fails
 */
export function readTrustStore(): TrustStore {
  for (const path of TRUST_STORES) {
    const pem = readBundle(path);
    if (pem !== undefined && pem.length > 0) return { path, pem };
  }
  throw new Fault('TRUST_STORE_UNREADABLE', `no CA bundle at ${TRUST_STORES.join(', ')}`);
}

function readBundle(path: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    if (fstatSync(descriptor).size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    return readFileSync(descriptor);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Fault('TRUST_STORE_UNREADABLE', `cannot read ${path}`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
