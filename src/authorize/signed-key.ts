import type { VerifiedSigner } from '../signer/verify-signer.ts';
import { verifyRsaPss } from '../signer/rsa-pss.ts';
import { fingerprintOf, type Fingerprint } from '../ssh/fingerprint.ts';
import { parsePublicKey, type PublicKey } from '../ssh/public-key.ts';
import type { KeyReason, SelectionReason } from '../verdict/reasons.ts';
import { accept, refuse, type Accepted, type Refusal, type Verdict } from '../verdict/refusal.ts';
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

/** What a refused block says of its key; all of it was under a signature that holds. */
export interface SignedFacts {
  /** SHA-256 fingerprint. */
  readonly fingerprint: string;
  readonly keyType: string;
  /** Unix seconds. */
  readonly expiry?: number | undefined;
  readonly caller?: string | undefined;
  readonly request?: string | undefined;
}

/** Why a block is not accepted. */
export interface KeyRefusal extends Refusal<KeyReason> {
  /** Only where the signature holds: nothing that anybody could have written is told of a block. */
  readonly facts?: SignedFacts;
}

/** Why a candidate is not accepted. */
export type CandidateRefusal = KeyRefusal & Refusal<CandidateReason>;
type CandidateReason = Exclude<KeyReason, SelectionReason>;

/** The verdict on one block; `number` is its place in the blob, counted from 1. */
export type KeyVerdict = { readonly number: number } & (Accepted<AcceptedKey> | KeyRefusal);

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

function toCandidate(entry: Entry, fingerprint?: Fingerprint): Verdict<Candidate, SelectionReason> {
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
 * (later than a push of this minute can be, with 300 s of tolerance); with what the block says of its
 * key wherever the signature holds
 */
export function judgeKey(
  candidate: Candidate,
  signer: VerifiedSigner,
  request: Request,
): Accepted<AcceptedKey> | CandidateRefusal {
  const { block, key } = candidate;
  if (!verifyRsaPss(signer.publicKey, block.signedBytes, block.signature)) {
    return refuse('signature-invalid', `the signature is not one of ${signer.name}`);
  }
  const signed = { fingerprint: fingerprintOf(key.blob), keyType: key.type };
  const fields = readFields(block);
  if (!fields.ok) return { ...fields, facts: signed };
  const { caller, request: requestId } = fields.value;
  const expiry = judgeFields(fields.value, request);
  if (!expiry.ok) {
    const said = { expiry: readTimestamp(fields.value.timestamp), caller, request: requestId };
    return { ...expiry, facts: { ...signed, ...said } };
  }
  const { fingerprint } = signed;
  return accept({ key, fingerprint, expiry: expiry.value, caller, request: requestId });
}

/** The known fields of a block, as they are written. */
interface KnownFields {
  readonly timestamp: string | undefined;
  readonly instance: string | undefined;
  readonly caller: string | undefined;
  readonly request: string | undefined;
}

function readFields(block: KeyBlock): Verdict<KnownFields, CandidateReason> {
  const values = new Map<string, string>();
  for (const { name, value } of block.fields) {
    if (!KNOWN_FIELDS.some((known) => known === name)) continue;
    if (values.has(name)) return refuse('field-duplicated', `"${name}" stands twice`);
    values.set(name, value);
  }
  return accept({
    timestamp: values.get('Timestamp'),
    instance: values.get('Instance'),
    caller: values.get('Caller'),
    request: values.get('Request'),
  });
}

/** Whether the block is for this instance and this minute; its expiry where it is. */
function judgeFields(
  fields: KnownFields,
  { instanceId, now }: Request,
): Verdict<number, CandidateReason> {
  const { timestamp, instance } = fields;
  if (timestamp === undefined) return missing('Timestamp');
  if (instance === undefined) return missing('Instance');
  const expiry = readTimestamp(timestamp);
  if (expiry === undefined) return refuse('field-malformed', '"Timestamp" is not decimal');
  if (!INSTANCE.test(instance)) return refuse('field-malformed', '"Instance" is no instance id');
  if (instance !== instanceId) {
    return refuse('instance-mismatch', `expected ${instanceId}, got ${instance}`);
  }
  if (expiry <= now) return refuse('expired', `expired ${now - expiry} s ago, at ${expiry}`);
  if (expiry > now + KEY_LIFE + CLOCK_TOLERANCE) {
    return refuse('expiry-too-far', `expires in ${expiry - now} s, at ${expiry}`);
  }
  return accept(expiry);
}

function readTimestamp(text: string | undefined): number | undefined {
  return text !== undefined && TIMESTAMP.test(text) ? Number(text) : undefined;
}

function missing(name: string): Refusal<CandidateReason> {
  return refuse('field-missing', `"${name}" is missing`);
}
