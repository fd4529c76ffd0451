import { verifySigner, type SignerMaterial, type VerifiedSigner } from '../signer/verify-signer.ts';
import type { SignerReason } from '../verdict/reasons.ts';
import type { TrustAnchors } from '../x509/trust-anchors.ts';
import {
  judgeKey,
  type AcceptedKey,
  type KeyVerdict,
  type Request,
  type Selection,
} from './signed-key.ts';

/** Everything the decision rests on, gathered beforehand. */
export interface Evidence {
  readonly selection: Selection;
  readonly signer: SignerMaterial;
  /** `managed-ssh-signer.<region>.<domain>`, the only name that is believed. */
  readonly signerName: string;
  readonly anchors: TrustAnchors;
}

/** The whole answer: either the signer's word does not count, or each block has its verdict. */
export type Decision = SignerRefused | Judged;

/** The signer is not believed, so no block can be. */
export interface SignerRefused {
  readonly kind: 'signer-refused';
  readonly reason: SignerReason;
  readonly detail: string;
  /** The subject of the certificate that the refusal is about, if one could be read. */
  readonly subject?: string | undefined;
  /** Of the blocks that could not be accepted whoever signed them. */
  readonly verdicts: readonly KeyVerdict[];
}

/** The signer is believed (or was not needed), and every block has a verdict. */
export interface Judged {
  readonly kind: 'judged';
  readonly verdicts: readonly KeyVerdict[];
  /** Absent where no block was a candidate. */
  readonly signer?: VerifiedSigner;
}

/**
 * The decision. First the signer has to prove itself: its name, a certification path to a trust
 * anchor of this host, and a fresh good staple for every certificate below the anchor. Then each
 * candidate has to prove that it is the signer's word, for this instance and this minute.
 * @param evidence what was gathered; nothing of it is trusted beforehand but the anchors
 * @param request what sshd asks; `now` in Unix seconds
 */
export function authorize(evidence: Evidence, request: Request): Decision {
  const { selection, signer: material, signerName, anchors } = evidence;
  const signer = verifySigner(material, { signerName, anchors, now: request.now });
  if (!signer.ok) {
    const { reason, detail, subject } = signer;
    return { kind: 'signer-refused', reason, detail, subject, verdicts: selection.refused };
  }
  return judged(selection, request, signer.value);
}

/**
 * The answer where no block holds the offered key: nobody has to be believed for a no.
 * @param selection a selection without candidates
 */
export function nothingToProve(selection: Selection): Judged {
  return { kind: 'judged', verdicts: selection.refused };
}

function judged(selection: Selection, request: Request, signer: VerifiedSigner): Judged {
  const verdicts = selection.candidates.map((candidate): KeyVerdict => ({
    number: candidate.number,
    ...judgeKey(candidate, signer, request),
  }));
  const inOrder = [...selection.refused, ...verdicts].sort((a, b) => a.number - b.number);
  return { kind: 'judged', verdicts: inOrder, signer };
}

/** The keys that a decision accepts, in the blob's order. */
export function acceptedKeys(decision: Decision): readonly AcceptedKey[] {
  if (decision.kind === 'signer-refused') return [];
  return decision.verdicts.flatMap((verdict) => (verdict.ok ? [verdict.value] : []));
}
