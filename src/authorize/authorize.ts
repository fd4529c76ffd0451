import { signerName } from '../signer/signer-name.ts';
import {
  verifySigner,
  type SignerMaterial,
  type SignerVerdict,
  type VerifiedSigner,
} from '../signer/verify-signer.ts';
import type { SignerReason } from '../verdict/reasons.ts';
import { accept } from '../verdict/refusal.ts';
import type { TrustAnchors } from '../x509/trust-anchors.ts';
import {
  judgeKey,
  type AcceptedKey,
  type KeyVerdict,
  type Question,
  type Selection,
} from './signed-key.ts';

/** Everything the decision rests on, gathered beforehand. */
export interface Evidence {
  readonly selection: Selection;
  /** Absent where no entry is a candidate: nobody has to be believed for a no. */
  readonly proof?: Proof | undefined;
}

/** What the candidates need to be believed; nothing of it is trusted beforehand but the anchors. */
export interface Proof extends SignerEvidence {
  /** The instance that this is; whoever gathered it has compared it with the machine. */
  readonly instanceId: string;
}

/** What tells whether the signer may be believed. */
export interface SignerEvidence {
  readonly servedSigner: SignerMaterial;
  readonly expectedSigner: ExpectedSigner;
  readonly anchors: TrustAnchors;
}

/** Where the only signer that is believed is at home: `managed-ssh-signer.<region>.<domain>`. */
export type ExpectedSigner =
  { readonly region: string; readonly domain: string } | { readonly name: string };

/** The whole answer: either the signer's word does not count, or each entry has its verdict. */
export type Decision = SignerRefused | Judged;

/** The signer is not believed, so no entry can be. */
export interface SignerRefused {
  readonly kind: 'signer-refused';
  readonly reason: SignerReason;
  readonly detail: string;
  /** The subject of the certificate that the refusal is about, if one could be read. */
  readonly subject?: string | undefined;
  /** Of the entries that could not be accepted whoever signed them. */
  readonly verdicts: readonly KeyVerdict[];
}

/** The signer is believed (or was not needed), and every entry has a verdict. */
export interface Judged {
  readonly kind: 'judged';
  readonly verdicts: readonly KeyVerdict[];
  /** Absent where no entry was a candidate. */
  readonly provedSigner?: VerifiedSigner;
}

/**
 * The decision. Where no entry is a candidate, it is taken. Else the signer has to prove itself first:
 * its name, a certification path to a trust anchor of this host, and a fresh good staple for every
 * certificate below the anchor. Then each candidate has to prove that it is the signer's word, for this
 * instance and this minute.
 * @param evidence what was gathered
 * @param question what sshd asks; of it, the time in Unix seconds
 * @throws Error where there are candidates and no proof: a bug of the caller's
 */
export function authorize(evidence: Evidence, question: Pick<Question, 'now'>): Decision {
  const { selection, proof } = evidence;
  const { candidates, refused } = selection;
  if (candidates.length === 0) return { kind: 'judged', verdicts: refused };
  if (proof === undefined) throw new Error('candidates without anything to prove them');
  const signer = proveSigner(proof, question.now);
  if (!signer.ok) {
    const { reason, detail, subject } = signer;
    return { kind: 'signer-refused', reason, detail, subject, verdicts: refused };
  }
  const occasion = { instanceId: proof.instanceId, now: question.now };
  const judged = candidates.map((candidate): KeyVerdict => ({
    place: candidate.place,
    ...judgeKey(candidate, signer.value, occasion),
  }));
  const verdicts = [...refused, ...judged].sort((a, b) => a.place - b.place);
  return { kind: 'judged', verdicts, provedSigner: signer.value };
}

/**
 * Whether the signer may be believed: region and domain give the name that it must have, the rest is
 * verifySigner's.
 * @param now Unix seconds
 * @returns the signer, or why not: `domain-unknown`, `region-unknown` and the reasons of verifySigner
 */
export function proveSigner(evidence: SignerEvidence, now: number): SignerVerdict {
  const { servedSigner, expectedSigner: expected, anchors } = evidence;
  const name =
    'name' in expected ? accept(expected.name) : signerName(expected.region, expected.domain);
  return name.ok ? verifySigner(servedSigner, { signerName: name.value, anchors, now }) : name;
}

/** The keys that a decision accepts, in the body's order. */
export function acceptedKeys(decision: Decision): readonly AcceptedKey[] {
  if (decision.kind === 'signer-refused') return [];
  return decision.verdicts.flatMap((verdict) => (verdict.ok ? [verdict.value] : []));
}
