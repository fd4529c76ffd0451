import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { acceptedKeys, authorize } from '../authorize/authorize.ts';
import { renderAuthorizedKeys } from '../authorize/render.ts';
import { selectCandidates } from '../authorize/signed-key.ts';
import { BODY_LIMITS } from '../imds/limits.ts';
import { printable } from '../log/printable.ts';
import type { Fingerprint } from '../ssh/fingerprint.ts';
import { isSystemError, systemErrorText, type SystemError } from '../system/system-error.ts';
import { TrustAnchors } from '../x509/trust-anchors.ts';
import { describeVerdicts, type VerdictReport } from './verdict-report.ts';

/** The captured material and the question, as the command line gives them. */
export interface VerifyKeysOptions {
  readonly keys: string;
  readonly signerCert: string;
  readonly signerOcsp: string;
  readonly instanceId: string;
  readonly signerName: string;
  readonly trustAnchors: string;
  readonly fingerprint?: Fingerprint | undefined;
  /** Unix seconds. */
  readonly at: number;
}

/** What to print where; the caller prints. */
export interface VerifyKeysResult {
  /** Accepted lines for sshd. */
  readonly lines: string;
  readonly report: VerdictReport;
  readonly exitCode: 0 | 1;
}

/** A file or folder that cannot be used; `message` names the option and the path. */
export class InputError extends Error {}

/** Captured material is read whole; a bundle of anchors is the largest of it. */
const MAX_ANCHORS = 8 * 1024 * 1024;

/**
 * Takes the same decision as a login, offline, on captured material.
 * @returns exit code 0 where a key was accepted, 1 where none was
 * @throws InputError where a file or folder cannot be read, or a file other than a staple is larger than
 * a login would read
 */
export function verifyKeys(options: VerifyKeysOptions): VerifyKeysResult {
  const { instanceId, fingerprint, at } = options;
  const selection = selectCandidates(
    readInput('keys', options.keys, BODY_LIMITS.keys),
    fingerprint,
  );
  const servedSigner = {
    chainPem: readInput('signer-cert', options.signerCert, BODY_LIMITS.chain).toString('latin1'),
    staples: readFolder('signer-ocsp', options.signerOcsp),
  };
  const anchors = TrustAnchors.fromPem(
    readInput('trust-anchors', options.trustAnchors, MAX_ANCHORS),
  );
  const expectedSigner = { name: options.signerName };
  const proof = { instanceId, servedSigner, expectedSigner, anchors };
  const decision = authorize({ selection, proof }, { now: at });
  const accepted = acceptedKeys(decision);
  return {
    lines: renderAuthorizedKeys(accepted),
    report: describeVerdicts(decision),
    exitCode: accepted.length > 0 ? 0 : 1,
  };
}

function readInput(option: string, path: string, limit: number): Buffer {
  const content = readUpTo(option, path, limit);
  if (content !== undefined) return content;
  throw new InputError(`--${option}: ${printable(path)} is larger than ${limit} bytes`);
}

/** The content, or undefined where there is more of it. */
function readUpTo(option: string, path: string, limit: number): Buffer | undefined {
  return orInputError(option, path, () =>
    statSync(path).size > limit ? undefined : readFileSync(path),
  );
}

/** Each file of the folder is a staple, whatever it is called; one that a login would not read is none. */
function readFolder(option: string, path: string): readonly Buffer[] {
  const names = orInputError(option, path, () => readdirSync(path).sort());
  const staples = names.map((name) => readUpTo(option, join(path, name), BODY_LIMITS.staple));
  return staples.filter((staple) => staple !== undefined);
}

function orInputError<T>(option: string, path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new InputError(`--${option}: ${problemOf(printable(path), error)}`);
  }
}

function problemOf(path: string, error: SystemError): string {
  switch (error.code) {
    case 'ENOENT':
      return `${path} does not exist`;
    case 'EISDIR':
      return `${path} is a directory, expected a file`;
    case 'ENOTDIR':
      return `${path} is not a directory`;
    default:
      return `cannot read ${path}: ${systemErrorText(error)}`;
  }
}
