import type { VerifiedSigner } from '../signer/verify-signer.ts';
import { verifyRsaPss } from '../signer/rsa-pss.ts';
import { fingerprintOf, type Fingerprint } from '../ssh/fingerprint.ts';
import { parsePublicKey, type PublicKey } from '../ssh/public-key.ts';
import type { KeyReason, SelectionReason } from '../verdict/reasons.ts';
import { accept, refuse, type Accepted, type Refusal, type Verdict } from '../verdict/refusal.ts';
import { parseKeyBody, type Entry, type PlacedEntry } from './key-body.ts';

/** What sshd asks: may this user, on this instance, at this time, use a key (of this fingerprint)? */
export interface Question {
  readonly user: string;
  readonly instanceId: string;
  /** Absent where sshd_config does not pass `%f`: then every pushed key is judged. */
  readonly fingerprint?: Fingerprint | undefined;
  /** Unix seconds. */
  readonly now: number;
}

/** An entry that could be accepted if its signature and fields hold. */
export interface Candidate {
  readonly place: number;
  readonly entry: Entry;
  readonly key: PublicKey;
}

/** The body's entries, divided by what can be said of them without believing anybody. */
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
  readonly requestId?: string | undefined;
}

/** What a refused entry says of its key; all of it was under a signature that holds. */
export interface SignedFacts {
  /** SHA-256 fingerprint. */
  readonly fingerprint: string;
  readonly keyType: string;
  /** Unix seconds. */
  readonly expiry?: number | undefined;
  readonly caller?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Why an entry is not accepted. */
export interface KeyRefusal extends Refusal<KeyReason> {
  /** Only where the signature holds: nothing that anybody could have written is told of an entry. */
  readonly facts?: SignedFacts;
}

/** Why a candidate is not accepted. */
export type CandidateRefusal = KeyRefusal & Refusal<CandidateReason>;
type CandidateReason = Exclude<KeyReason, SelectionReason>;

/** The verdict on one entry; `place` is its own in the body, counted from 1. */
export type KeyVerdict = { readonly place: number } & (Accepted<AcceptedKey> | KeyRefusal);

/** A pushed key lives for 60 s from the push. */
const KEY_LIFE = 60;
/** How far the service's clock and ours may be apart, as in OpenSSL's OCSP checks. */
const CLOCK_TOLERANCE = 300;

const KNOWN_FIELDS = ['Timestamp', 'Instance', 'Caller', 'Request'] as const;
const TIMESTAMP = /^[1-9][0-9]{0,11}$/;
const INSTANCE = /^i-[0-9a-f]{8,32}$/;

/**
 * Divides the body into entries that hold the key in question and entries that cannot be accepted
 * whoever signed them. Where no candidate is left there is nothing to prove, and the signer's
 * material need not be fetched at all.
 * @param body the body of `active-keys/<user>/`
 * @param fingerprint the offered key's fingerprint; absent, every well-formed key is a candidate
 */
export function selectCandidates(body: Buffer, fingerprint?: Fingerprint): Selection {
  const candidates: Candidate[] = [];
  const refused: KeyVerdict[] = [];
  for (const placed of parseKeyBody(body)) {
    const candidate = toCandidate(placed, fingerprint);
    if (candidate.ok) candidates.push(candidate.value);
    else refused.push({ place: placed.place, ...candidate });
  }
  return { candidates, refused };
}

function toCandidate(
  { place, entry }: PlacedEntry,
  fingerprint?: Fingerprint,
): Verdict<Candidate, SelectionReason> {
  if (!entry.ok) return entry;
  const key = parsePublicKey(entry.value.keyLine);
  if (!key.ok) return key;
  if (fingerprint && fingerprintOf(key.value.wire, fingerprint.hash) !== fingerprint.text) {
    return refuse('fingerprint-mismatch', 'the entry holds another key');
  }
  return accept({ place, entry: entry.value, key: key.value });
}

/**
 * Judges one candidate. The signature comes first: nothing of the entry is believed, or quoted in a
 * refusal, before it holds.
 * @returns the accepted key; or `signature-invalid`, `field-duplicated`, `field-missing`,
 * `field-malformed`, `instance-mismatch`, `expired` (expiry at or before now) or `expiry-too-far`
 * (later than a push of this minute can be, with 300 s of tolerance); with what the entry says of its
 * key wherever the signature holds
 */
export function judgeKey(
  candidate: Candidate,
  signer: VerifiedSigner,
  question: Question,
): Accepted<AcceptedKey> | CandidateRefusal {
  const { entry, key } = candidate;
  if (!verifyRsaPss(signer.publicKey, entry.signedBytes, entry.signature)) {
    return refuse('signature-invalid', `the signature is not one of ${signer.name}`);
  }
  const signed = { fingerprint: fingerprintOf(key.wire), keyType: key.type };
  const fields = readFields(entry);
  if (!fields.ok) return { ...fields, facts: signed };
  const { caller, requestId } = fields.value;
  const expiry = judgeFields(fields.value, question);
  if (!expiry.ok) {
    const said = { expiry: readTimestamp(fields.value.timestamp), caller, requestId };
    return { ...expiry, facts: { ...signed, ...said } };
  }
  const { fingerprint } = signed;
  return accept({ key, fingerprint, expiry: expiry.value, caller, requestId });
}

/** The known fields of an entry, as they are written. */
interface KnownFields {
  readonly timestamp: string | undefined;
  readonly instance: string | undefined;
  readonly caller: string | undefined;
  readonly requestId: string | undefined;
}

function readFields(entry: Entry): Verdict<KnownFields, CandidateReason> {
  const values = new Map<string, string>();
  for (const { name, value } of entry.fields) {
    if (!KNOWN_FIELDS.some((known) => known === name)) continue;
    if (values.has(name)) return refuse('field-duplicated', `"${name}" stands twice`);
    values.set(name, value);
  }
  return accept({
    timestamp: values.get('Timestamp'),
    instance: values.get('Instance'),
    caller: values.get('Caller'),
    requestId: values.get('Request'),
  });
}

/** Whether the entry is for this instance and this minute; its expiry where it is. */
function judgeFields(
  fields: KnownFields,
  { instanceId, now }: Question,
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
