/**
 * Every reason for which a signer or a key is refused, with the sentence that explains it.
 * A refusal is an expected outcome: it is returned and logged, never thrown. The manual's table of
 * reasons is made from these two tables, and a test demands a vector for each entry.
 */
const SIGNER_REASON_MESSAGES = {
  'domain-unknown': 'the service domain is not one of an AWS partition',
  'region-unknown': 'the region does not belong to the partition of the service domain',
  'chain-malformed': 'the served certificate chain cannot be parsed',
  'name-mismatch':
    'the signer certificate does not name the Instance Connect signer of this region',
  'path-not-trusted': 'no certification path leads from the signer to a trust anchor of this host',
  'path-signature-invalid': 'a certificate of the path is not signed by the next one',
  'path-expired': 'a certificate of the path is not valid at this time',
  'path-constraint-violated':
    'a certificate of the path may not be used this way (CA flag, path length, key usage or names)',
  'unknown-critical-extension':
    'a certificate of the path or a staple has a critical extension that is not understood',
  'weak-signature':
    'a key or a signature algorithm of the path or of a staple is too weak or not supported',
  'staple-missing': 'no OCSP staple covers a certificate of the path',
  'staple-malformed': 'an OCSP staple for a certificate of the path cannot be parsed',
  'staple-error-status': 'the responder answered with an error instead of a status',
  'staple-responder-unauthorized':
    'an OCSP staple is signed by a responder that the issuer has not authorized',
  'staple-signature-invalid': 'the signature of an OCSP staple is invalid',
  'staple-expired': 'an OCSP staple is not current at this time',
  'certificate-revoked': 'a certificate of the path has been revoked',
  'revocation-unknown': 'the responder does not know a certificate of the path',
} as const;

const KEY_REASON_MESSAGES = {
  'entry-malformed': 'the entry does not have the form of a pushed key',
  'field-missing': 'a required field is missing from the entry',
  'field-duplicated': 'a field occurs in the entry more than once',
  'field-malformed': 'a field of the entry has an invalid value',
  'key-malformed': 'the public key is not well-formed or not of an accepted type',
  'key-weak': 'the public key is too short',
  'fingerprint-mismatch': 'the entry holds a key other than the offered one',
  'signature-invalid': 'the signature of the entry is invalid',
  'instance-mismatch': 'the key was pushed for another instance',
  expired: 'the pushed key is older than 60 seconds',
  'expiry-too-far': 'the entry expires later than the service allows',
} as const;

const WITHOUT_SIGNER = [
  'entry-malformed',
  'key-malformed',
  'key-weak',
  'fingerprint-mismatch',
] as const;

/** Why a signer is not believed. */
export type SignerReason = keyof typeof SIGNER_REASON_MESSAGES;

/** Why one pushed entry is not accepted. */
export type KeyReason = keyof typeof KEY_REASON_MESSAGES;

/** Why an entry is refused before anybody is asked to prove who signed it. */
export type SelectionReason = (typeof WITHOUT_SIGNER)[number];

/** Any reason for a refusal. */
export type Reason = SignerReason | KeyReason;

/** Every signer reason with its one-line explanation: lower case, no full stop. */
export const SIGNER_REASONS: Readonly<Record<SignerReason, string>> = SIGNER_REASON_MESSAGES;

/** Every key reason with its one-line explanation: lower case, no full stop. */
export const KEY_REASONS: Readonly<Record<KeyReason, string>> = KEY_REASON_MESSAGES;

/** Every reason that needs no signer. */
export const SELECTION_REASONS: readonly KeyReason[] = WITHOUT_SIGNER;
