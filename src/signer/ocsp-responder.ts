import { keyHashOf } from '../ocsp/cert-id.ts';
import type { BasicResponse, ResponderId } from '../ocsp/ocsp-response.ts';
import {
  readCertificate,
  sameSubjectAndKey,
  unknownCriticalExtension,
  type Certificate,
} from '../x509/certificate.ts';
import { KEY_USAGE, PURPOSE } from '../x509/extensions.ts';
import { checkSignature } from '../x509/signature.ts';
import { accept, refuse, type Verdict } from '../verdict/refusal.ts';
import { readOr } from './signer-refusal.ts';

export type ResponderReason =
  'staple-responder-unauthorized' | 'staple-signature-invalid' | 'weak-signature';

/**
 * Who answered, when he may and his signature holds (RFC 6960 4.2.2.2): the issuer of the
 * certificate in question, or a responder to whom this very issuer delegated it.
 * A delegate's own revocation is not checked: whoever delegates says with id-pkix-ocsp-nocheck that
 * it need not be (RFC 6960 4.2.2.2.1; the CA/Browser Forum demands it), and its validity is short.
 * @param subject the certificate in question: nobody vouches for himself
 */
export function authenticateResponder(
  basic: BasicResponse,
  subject: Certificate,
  issuer: Certificate,
  now: number,
): Verdict<Certificate, ResponderReason> {
  let refusal: Verdict<never, ResponderReason> | undefined;
  for (const responder of [issuer, ...embedded(basic, issuer)]) {
    if (!isNamed(basic.responderId, responder)) continue;
    const problem = responder === issuer ? undefined : delegationProblem(responder, issuer, now);
    const verdict =
      problem === undefined && !sameSubjectAndKey(responder, subject)
        ? checkResponse(basic, responder)
        : refuse('staple-responder-unauthorized', problem ?? 'expected somebody else to vouch');
    if (verdict.ok) return verdict;
    refusal ??= verdict;
  }
  return (
    refusal ??
    refuse('staple-responder-unauthorized', 'expected the issuer or a certificate of its delegate')
  );
}

/** The certificates sent along; those that cannot be read, and the issuer's own, are left out. */
function embedded(basic: BasicResponse, issuer: Certificate): readonly Certificate[] {
  return basic.certificates.flatMap((der) => {
    const certificate = readOr(() => readCertificate(der), undefined);
    return certificate === undefined || sameSubjectAndKey(certificate, issuer) ? [] : [certificate];
  });
}

function isNamed(id: ResponderId, responder: Certificate): boolean {
  return id.by === 'name'
    ? id.name.equals(responder.subject)
    : id.hash.equals(keyHashOf(responder));
}

function checkResponse(
  basic: BasicResponse,
  responder: Certificate,
): Verdict<Certificate, ResponderReason> {
  switch (checkSignature(basic, responder.publicKey)) {
    case 'valid':
      return accept(responder);
    case 'weak':
      return refuse('weak-signature', "expected a strong key and algorithm of the response's");
    case 'invalid':
      return refuse('staple-signature-invalid', "expected the responder's signature");
  }
}

/** What is wrong with a delegation, or undefined. A delegate is an end entity, never a CA. */
function delegationProblem(
  responder: Certificate,
  issuer: Certificate,
  now: number,
): string | undefined {
  if (!responder.issuer.equals(issuer.subject)) return 'expected a responder of the same issuer';
  if (checkSignature(responder, issuer.publicKey) !== 'valid') {
    return "expected the issuer's signature on the responder's certificate";
  }
  if (responder.extKeyUsage?.includes(PURPOSE.ocspSigning) !== true) {
    return 'expected the extended key usage OCSPSigning in the responder certificate';
  }
  if (now < responder.notBefore || now > responder.notAfter) {
    return 'expected a responder certificate that is valid now';
  }
  if (responder.basicConstraints?.ca === true) return 'expected an end entity as the responder';
  const usage = responder.keyUsage ?? KEY_USAGE.digitalSignature;
  if ((usage & KEY_USAGE.digitalSignature) === 0) {
    return 'expected the key usage digitalSignature in the responder certificate';
  }
  const unknown = unknownCriticalExtension(responder.extensions);
  return unknown === undefined ? undefined : `expected no critical extension ${unknown}`;
}
