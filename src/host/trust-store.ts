import { closeSync, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { readPathFacts } from '../system/files.ts';
import { unsafeReason } from '../system/path-safety.ts';
import { Fault } from '../verdict/fault.ts';

/** Where the distributions keep their CA bundle: Debian and Ubuntu; Amazon Linux and RHEL; RHEL 10. */
export const TRUST_STORES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
] as const;

/**
 * Certificates of the administrator's choice that take the place of the host's whole CA store, so
 * that no other CA of it can make a signer. No package has this file.
 */
export const OWN_ANCHORS = '/etc/ec2-instance-connect/trust-anchors.pem';

/** A whole distribution's bundle is about a quarter of a mebibyte. */
const MAX_BYTES = 8 * 1024 * 1024;

const CERTIFICATE = '-----BEGIN CERTIFICATE-----';

/** A CA bundle: PEM and the file that it came from. */
export interface TrustStore {
  readonly path: string;
  readonly pem: Buffer;
}

/**
 * Reads the administrator's own trust anchors where there are any, else the host's CA store. Where
 * the file is there and cannot be used, nothing else is: whoever wrote it wanted fewer CAs, not all.
 * It has to be as safe as a helper, root's on every step of the way; whoever can write it decides who
 * may log in. Where it is not there this is one failed lstat(2).
 * @throws Fault TRUST_STORE_UNREADABLE
 */
export function readTrustStore(): TrustStore {
  return isThere(OWN_ANCHORS) ? readOwnAnchors() : readHostStore();
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // It cannot be seen, and may be there.
    return true;
  }
}

function readOwnAnchors(): TrustStore {
  const problem = (text: string, cause?: unknown): Fault =>
    new Fault('TRUST_STORE_UNREADABLE', `${OWN_ANCHORS} replaces the CA store: ${text}`, {
      cause,
    });
  let real: string;
  try {
    const way = readPathFacts(OWN_ANCHORS);
    const unsafe = unsafeReason(way);
    if (unsafe !== undefined) throw problem(unsafe);
    real = way[0]?.path ?? OWN_ANCHORS;
  } catch (error) {
    throw error instanceof Fault ? error : problem('cannot be read', error);
  }
  const found = readBundle(real);
  if (Buffer.isBuffer(found)) return { path: OWN_ANCHORS, pem: found };
  throw problem(found?.text ?? 'it has gone', found?.cause);
}

/**
 * Reads the first of the host's CA bundles that can be read and holds a certificate. What stands in
 * the place of another distribution's bundle says nothing against the host's own.
 * @throws Fault TRUST_STORE_UNREADABLE where there is none; it says what was found instead
 */
function readHostStore(): TrustStore {
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
