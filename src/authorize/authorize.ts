import { verifySigner, type SignerMaterial, type VerifiedSigner } from '../signer/verify-signer.ts';
import type { SignerReason } from '../verdict/reasons.ts';
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
  readonly servedSigner: SignerMaterial;
  /** `managed-ssh-signer.<region>.<domain>`, the only name that is believed. */
  readonly signerName: string;
  readonly anchors: TrustAnchors;
}

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
 * The decision. First the signer has to prove itself: its name, a certification path to a trust
 * anchor of this host, and a fresh good staple for every certificate below the anchor. Then each
 * candidate has to prove that it is the signer's word, for this instance and this minute.
 * @param evidence what was gathered; nothing of it is trusted beforehand but the anchors
 * @param question what sshd asks; `now` in Unix seconds
 */
export function authorize(evidence: Evidence, question: Question): Decision {
  const { selection, servedSigner, signerName, anchors } = evidence;
  const signer = verifySigner(servedSigner, { signerName, anchors, now: question.now });
  if (!signer.ok) {
    const { reason, detail, subject } = signer;
    return { kind: 'signer-refused', reason, detail, subject, verdicts: selection.refused };
  }
  return judged(selection, question, signer.value);
}

/**
 * The answer where no entry holds the offered key: nobody has to be believed for a no.
 * @param selection a selection without candidates
 */
export function nothingToProve(selection: Selection): Judged {
  return { kind: 'judged', verdicts: selection.refused };
}

function judged(selection: Selection, question: Question, signer: VerifiedSigner): Judged {
  const verdicts = selection.candidates.map((candidate): KeyVerdict => ({
    place: candidate.place,
    ...judgeKey(candidate, signer, question),
  }));
  const inOrder = [...selection.refused, ...verdicts].sort((a, b) => a.place - b.place);
  return { kind: 'judged', verdicts: inOrder, provedSigner: signer };
}

/** The keys that a decision accepts, in the body's order. */
export function acceptedKeys(decision: Decision): readonly AcceptedKey[] {
  if (decision.kind === 'signer-refused') return [];
  return decision.verdicts.flatMap((verdict) => (verdict.ok ? [verdict.value] : []));
}
