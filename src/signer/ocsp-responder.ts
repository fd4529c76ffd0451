import { keyHashOf } from '../ocsp/cert-id.ts';
import type { BasicResponse, ResponderId } from '../ocsp/ocsp-response.ts';
import {
  peekSubject,
  readCertificate,
  sameSubjectAndKey,
  unknownCriticalExtension,
  type Certificate,
} from '../x509/certificate.ts';
import { KEY_USAGE, PURPOSE } from '../x509/extensions.ts';
import { nameText } from '../x509/name.ts';
import { checkSignature, weakness } from '../x509/signature.ts';
import { accept, refuse, type Verdict } from '../verdict/refusal.ts';
import { readOr, readOrRefuse } from './signer-refusal.ts';

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
  const { certificates, problem } = readEmbedded(basic, issuer);
  for (const responder of [issuer, ...certificates]) {
    if (!isNamed(basic.responderId, responder)) continue;
    const objection = responder === issuer ? undefined : delegationProblem(responder, issuer, now);
    const verdict =
      objection === undefined && !sameSubjectAndKey(responder, subject)
        ? checkResponse(basic, responder)
        : refuse('staple-responder-unauthorized', objection ?? 'expected another responder');
    if (verdict.ok) return verdict;
    refusal ??= verdict;
  }
  if (refusal !== undefined) return refusal;
  const expected = 'expected the issuer or a certificate of its delegate';
  const detail = problem === undefined ? expected : `${expected}; ${problem}`;
  return refuse('staple-responder-unauthorized', detail);
}

interface Embedded {
  readonly certificates: readonly Certificate[];
  /** What is wrong with the first one that cannot be read. */
  readonly problem: string | undefined;
}

/** The certificates sent along; those that cannot be read, and the issuer's own, are left out. */
function readEmbedded(basic: BasicResponse, issuer: Certificate): Embedded {
  let problem: string | undefined;
  const certificates = basic.certificates.flatMap((der, index) => {
    const read = readOrRefuse(() => readCertificate(der));
    if (read.ok) return sameSubjectAndKey(read.value, issuer) ? [] : [read.value];
    const name = readOr(() => ` (${nameText(peekSubject(der))})`, '');
    problem ??= `certificate ${index + 1} of the staple${name} cannot be read: ${read.detail}`;
    return [];
  });
  return { certificates, problem };
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
      return refuse('weak-signature', `the staple: ${weakness(basic, responder.publicKey)}`);
    case 'invalid':
      return refuse('staple-signature-invalid', "expected the responder's signature");
  }
}

/** id-pkix-ocsp-nocheck: RFC 6960 4.2.2.2.1 says that it SHOULD NOT be critical, so it may be. */
const RESPONDER_EXTENSIONS: readonly string[] = ['1.3.6.1.5.5.7.48.1.5'];

/** What is wrong with a delegation, or undefined. A delegate is an end entity, never a CA. */
function delegationProblem(
  responder: Certificate,
  issuer: Certificate,
  now: number,
): string | undefined {
  if (!responder.issuer.equals(issuer.subject)) return 'expected a responder of the same issuer';
  const signature = checkSignature(responder, issuer.publicKey);
  if (signature === 'weak') {
    return `the responder's certificate: ${weakness(responder, issuer.publicKey)}`;
  }
  if (signature === 'invalid') {
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
  const unknown = unknownCriticalExtension(responder.extensions, RESPONDER_EXTENSIONS);
  return unknown === undefined ? undefined : `expected no critical extension ${unknown}`;
}
