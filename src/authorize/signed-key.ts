import type { VerifiedSigner } from '../signer/verify-signer.ts';
import { verifyRsaPss } from '../signer/rsa-pss.ts';
import { fingerprintOf, type Fingerprint } from '../ssh/fingerprint.ts';
import { parsePublicKey, type PublicKey } from '../ssh/public-key.ts';
import type { KeyReason, SelectionReason } from '../verdict/reasons.ts';
import { accept, refuse, type Accepted, type Refusal, type Verdict } from '../verdict/refusal.ts';
import { parseKeyBody, type Entry, type PlacedEntry } from './key-body.ts';
import { checkFields, readFieldTexts, readValues, type SignedValues } from './signed-fields.ts';

/** What sshd asks: which keys may this user use now? */
export interface Question {
  readonly user: string;
  /** The offered key's; absent where sshd_config does not pass `%f`: then every pushed key is judged. */
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

/** What an entry says of its key; all of it was under a signature that holds. */
export interface SignedFacts extends SignedValues {
  /** SHA-256 fingerprint. */
  readonly fingerprint: string;
  readonly keyType: string;
}

/** A key that may be used now, and what the service says of it. */
export interface AcceptedKey extends SignedFacts {
  readonly key: PublicKey;
  /** Unix seconds. */
  readonly expiry: number;
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

/** What a candidate is held against. */
export interface Occasion {
  /** The instance that this is. */
  readonly instanceId: string;
  /** Unix seconds. */
  readonly now: number;
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
  occasion: Occasion,
): Accepted<AcceptedKey> | CandidateRefusal {
  const { entry, key } = candidate;
  if (!verifyRsaPss(signer.publicKey, entry.signedBytes, entry.signature)) {
    return refuse('signature-invalid', `the signature is not one of ${signer.name}`);
  }
  const signed = { fingerprint: fingerprintOf(key.wire), keyType: key.type };
  const texts = readFieldTexts(entry);
  if (!texts.ok) return { ...texts, facts: signed };
  const values = readValues(texts.value);
  const facts = { ...signed, ...values };
  const flaw = checkFields(texts.value, values);
  if (flaw !== undefined) return { ...flaw, facts };
  const expiry = judgeValues(values, occasion);
  return expiry.ok ? accept({ ...facts, key, expiry: expiry.value }) : { ...expiry, facts };
}

/** Whether the entry is for this instance and this minute; its expiry where it is. */
function judgeValues(
  { instanceId = '', expiry = 0 }: SignedValues,
  occasion: Occasion,
): Verdict<number, CandidateReason> {
  const { now } = occasion;
  if (instanceId !== occasion.instanceId) {
    return refuse('instance-mismatch', `expected ${occasion.instanceId}, got ${instanceId}`);
  }
  if (expiry <= now) return refuse('expired', `expired ${now - expiry} s ago, at ${expiry}`);
  if (expiry > now + KEY_LIFE + CLOCK_TOLERANCE) {
    return refuse('expiry-too-far', `expires in ${expiry - now} s, at ${expiry}`);
  }
  return accept(expiry);
}
