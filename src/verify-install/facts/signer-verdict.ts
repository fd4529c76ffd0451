import type { SignerVerdict } from '../../signer/verify-signer.ts';
import { SIGNER_REASONS, type SignerReason } from '../../verdict/reasons.ts';
import type { CheckId } from '../check.ts';

/** Which check speaks of which reason. */
const BLAMED: Readonly<Record<SignerReason, CheckId>> = {
  'domain-unknown': 'signer-name',
  'region-unknown': 'signer-name',
  'chain-malformed': 'signer-path',
  'name-mismatch': 'signer-path',
  'path-not-trusted': 'ca-root',
  'path-signature-invalid': 'signer-path',
  'path-expired': 'signer-path',
  'path-constraint-violated': 'signer-path',
  'unknown-critical-extension': 'signer-path',
  'weak-signature': 'signer-path',
  'staple-missing': 'signer-staples',
  'staple-malformed': 'signer-staples',
  'staple-error-status': 'signer-staples',
  'staple-responder-unauthorized': 'signer-staples',
  'staple-signature-invalid': 'signer-staples',
  'staple-expired': 'signer-staples',
  'certificate-revoked': 'signer-staples',
  'revocation-unknown': 'signer-staples',
};

/**
 * What one check has to say of a verdict.
 * @returns the refusal in words where it is this check's to report, else undefined
 */
export function judgeSigner(verdict: SignerVerdict, check: CheckId): string | undefined {
  if (verdict.ok || BLAMED[verdict.reason] !== check) return undefined;
  const { reason, detail, subject } = verdict;
  const about = subject === undefined ? '' : ` [${subject}]`;
  return `${SIGNER_REASONS[reason]} (${detail})${about}`;
}
