import type { VerifiedSigner } from '../signer/verify-signer.ts';
import { verifyRsaPss } from '../signer/rsa-pss.ts';
import { fingerprintOf, type Fingerprint } from '../ssh/fingerprint.ts';
import { parsePublicKey, type PublicKey } from '../ssh/public-key.ts';
import type { KeyReason } from '../verdict/reasons.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict/refusal.ts';
import { parseKeyBlob, type Entry, type KeyBlock } from './key-blob.ts';

/** What sshd asks: may this user, on this instance, at this time, use a key (of this fingerprint)? */
export interface Request {
  readonly user: string;
  readonly instanceId: string;
  /** Absent where sshd_config does not pass `%f`: then every pushed key is judged. */
  readonly fingerprint?: Fingerprint | undefined;
  /** Unix seconds. */
  readonly now: number;
}

/** A block that could be accepted if its signature and fields hold. */
export interface Candidate {
  readonly number: number;
  readonly block: KeyBlock;
  readonly key: PublicKey;
}

/** The blob's blocks, divided by what can be said of them without believing anybody. */
export interface Selection {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly KeyVerdict[];
}

/** What the service says of an accepted key; all of it was under the signature. */
export interface AcceptedKey {
  readonly key: PublicKey;
  /** SHA-256 fingerprint. */
  readonly fingerprint: string;
  /** Unix seconds. */
  readonly expiry: number;
  readonly caller?: string | undefined;
  readonly request?: string | undefined;
}

/** The verdict on one block; `number` is its place in the blob, counted from 1. */
export type KeyVerdict = { readonly number: number } & Verdict<AcceptedKey, KeyReason>;

/** A pushed key lives for 60 s from the push. */
const KEY_LIFE = 60;
/** How far the service's clock and ours may be apart, as in OpenSSL's OCSP checks. */
const CLOCK_TOLERANCE = 300;

const KNOWN_FIELDS = ['Timestamp', 'Instance', 'Caller', 'Request'] as const;
const TIMESTAMP = /^[1-9][0-9]{0,11}$/;
const INSTANCE = /^i-[0-9a-f]{8,32}$/;

/**
 * Divides the blob into blocks that hold the key in question and blocks that cannot be accepted
 * whoever signed them. Where no candidate is left there is nothing to prove, and the signer's
 * material need not be fetched at all.
 * @param blob the body of `active-keys/<user>/`
 * @param fingerprint the offered key's fingerprint; absent, every well-formed key is a candidate
 */
export function selectCandidates(blob: Buffer, fingerprint?: Fingerprint): Selection {
  const candidates: Candidate[] = [];
  const refused: KeyVerdict[] = [];
  for (const entry of parseKeyBlob(blob)) {
    const candidate = toCandidate(entry, fingerprint);
    if (candidate.ok) candidates.push(candidate.value);
    else refused.push({ number: entry.number, ...candidate });
  }
  return { candidates, refused };
}

function toCandidate(entry: Entry, fingerprint?: Fingerprint): Verdict<Candidate, KeyReason> {
  if (!entry.block.ok) return entry.block;
  const key = parsePublicKey(entry.block.value.keyLine);
  if (!key.ok) return key;
  if (fingerprint && fingerprintOf(key.value.blob, fingerprint.hash) !== fingerprint.text) {
    return refuse('fingerprint-mismatch', 'the entry holds another key');
  }
  return accept({ number: entry.number, block: entry.block.value, key: key.value });
}

/**
 * Judges one candidate. The signature comes first: nothing of the block is believed, or quoted in a
 * refusal, before it holds.
 * @returns the accepted key; or `signature-invalid`, `field-duplicated`, `field-missing`,
 * `field-malformed`, `instance-mismatch`, `expired` (expiry at or before now) or `expiry-too-far`
 * (later than a push of this minute can be, with 300 s of tolerance)
 */
export function judgeKey(
  candidate: Candidate,
  signer: VerifiedSigner,
  request: Request,
): Verdict<AcceptedKey, KeyReason> {
  const { block, key } = candidate;
  if (!verifyRsaPss(signer.publicKey, block.signedBytes, block.signature)) {
    return refuse('signature-invalid', `the signature is not one of ${signer.name}`);
  }
  const fields = readFields(block);
  if (!fields.ok) return fields;
  const { expiry, instance, caller, request: requestId } = fields.value;
  if (instance !== request.instanceId) {
    return refuse('instance-mismatch', `expected ${request.instanceId}, got ${instance}`);
  }
  if (expiry <= request.now) {
    return refuse('expired', `expired ${request.now - expiry} s ago, at ${expiry}`);
  }
  if (expiry > request.now + KEY_LIFE + CLOCK_TOLERANCE) {
    return refuse('expiry-too-far', `expires in ${expiry - request.now} s, at ${expiry}`);
  }
  return accept({
    key,
    fingerprint: fingerprintOf(key.blob),
    expiry,
    caller,
    request: requestId,
  });
}

interface KnownFields {
  readonly expiry: number;
  readonly instance: string;
  readonly caller: string | undefined;
  readonly request: string | undefined;
}

function readFields(block: KeyBlock): Verdict<KnownFields, KeyReason> {
  const values = new Map<string, string>();
  for (const { name, value } of block.fields) {
    if (!KNOWN_FIELDS.some((known) => known === name)) continue;
    if (values.has(name)) return refuse('field-duplicated', `"${name}" stands twice`);
    values.set(name, value);
  }
  const timestamp = values.get('Timestamp');
  const instance = values.get('Instance');
  if (timestamp === undefined) return missing('Timestamp');
  if (instance === undefined) return missing('Instance');
  if (!TIMESTAMP.test(timestamp)) return refuse('field-malformed', '"Timestamp" is not decimal');
  if (!INSTANCE.test(instance)) return refuse('field-malformed', '"Instance" is no instance id');
  const expiry = Number(timestamp);
  return accept({
    expiry,
    instance,
    caller: values.get('Caller'),
    request: values.get('Request'),
  });
}

function missing(name: string): Refusal<KeyReason> {
  return refuse('field-missing', `"${name}" is missing`);
}
