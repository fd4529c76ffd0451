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

const CERTIFICATE = '-----BEGIN CERTIFICATE-----';

/** A CA bundle: PEM and the file that it came from. */
export interface TrustStore {
  readonly path: string;
  readonly pem: Buffer;
}

/**
 * Reads the first of the host's CA bundles that can be read and holds a certificate. What stands in
 * the place of another distribution's bundle says nothing against the host's own.
 * @throws Fault TRUST_STORE_UNREADABLE where there is none; it says what was found instead
 */
export function readTrustStore(): TrustStore {
  const problems: Problem[] = [];
  for (const path of TRUST_STORES) {
    const found = readBundle(path);
    if (Buffer.isBuffer(found)) return { path, pem: found };
    if (found !== undefined) problems.push(found);
  }
  if (problems.length === 0) problems.push({ text: `no CA bundle at ${TRUST_STORES.join(', ')}` });
  const message = problems.map(({ text }) => text).join('; ');
  const { cause } = problems.find((problem) => problem.cause !== undefined) ?? {};
  throw new Fault('TRUST_STORE_UNREADABLE', message, { cause });
}

interface Problem {
  readonly text: string;
  readonly cause?: unknown;
}

/** The bundle, or why it is none; undefined where nothing is there. */
function readBundle(path: string): Buffer | Problem | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    if (fstatSync(descriptor).size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    const pem = readFileSync(descriptor);
    return pem.includes(CERTIFICATE) ? pem : { text: `no certificate in ${path}` };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return { text: `cannot read ${path}`, cause: error };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
