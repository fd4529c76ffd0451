import { unknownCriticalExtension, type Certificate } from '../x509/certificate.ts';
import { KEY_USAGE, PURPOSE } from '../x509/extensions.ts';
import { checkSignature, weakness } from '../x509/signature.ts';
import { nameText } from '../x509/name.ts';
import type { TrustAnchors } from '../x509/trust-anchors.ts';
import { accept, type Accepted } from '../verdict/refusal.ts';
import { violatedConstraint } from './name-constraints.ts';
import { candidatePaths } from './path-candidates.ts';
import { readOr, refuseCertificate, timeText, type SignerRefusal } from './signer-refusal.ts';

/** A path that holds: leaf first, trust anchor last; at least two certificates. */
export type CertificationPath = readonly [Certificate, Certificate, ...Certificate[]];

/**
 * Finds a path from the leaf to a trust anchor that holds by RFC 5280 section 6 at `now`: names
 * chained, signatures, validity, critical extensions understood, CA flag, path length, key usage,
 * name constraints. The anchor's certificate in the store is held to the same rules but for its own
 * signature, as OpenSSL does: RFC 5280 would not look at it, but an expired or constrained root in
 * the store is a decision of the host's owner (RFC 5937).
 * @param served the certificates that came with the leaf, in any order
 * @returns the first path that holds, or why the likeliest one does not
 */
export function certificationPath(
  leaf: Certificate,
  served: readonly Certificate[],
  anchors: TrustAnchors,
  now: number,
): Accepted<CertificationPath> | SignerRefusal {
  let refusal: SignerRefusal | undefined;
  for (const path of candidatePaths(leaf, served, anchors)) {
    const problem = checkSignatures(path) ?? checkMembers(path, now);
    if (problem === undefined) return accept(path as CertificationPath);
    // Another certificate of the same name explains a bad signature better than forgery does.
    if (refusal === undefined || refusal.reason === 'path-signature-invalid') refusal = problem;
  }
  return refusal ?? refuseCertificate(leaf, 'path-not-trusted', absence(leaf, served, anchors));
}

/** How many names of missing anchors are told: AWS's chain has three. */
const MAX_NAMES = 3;

/**
 * Why there is no path at all: an anchor of the right name may be there and be unreadable. Otherwise the names that
 * would do, from the leaf upwards.
 */
function absence(leaf: Certificate, served: readonly Certificate[], anchors: TrustAnchors): string {
  const expected = 'expected a path to a trust anchor, found none';
  const nameOf = (issuer: Buffer): string => readOr(() => nameText(issuer), '(unreadable)');
  for (const { issuer } of [leaf, ...served]) {
    const [problem] = anchors.problemsOf(issuer);
    if (problem === undefined) continue;
    return `${expected}; the CA store has ${nameOf(issuer)}, which cannot be read: ${problem}`;
  }
  const names: string[] = [];
  for (let last: Certificate | undefined = leaf; last !== undefined && names.length < MAX_NAMES;) {
    const { issuer }: Certificate = last;
    names.push(nameOf(issuer));
    last = served.find((each) => each.subject.equals(issuer) && !isSelfIssued(each));
  }
  return `${expected}; the CA store has none of: ${names.join('; ')}`;
}

/** From the anchor down: a key is used only after what is above has vouched for it. */
function checkSignatures(path: readonly Certificate[]): SignerRefusal | undefined {
  for (let i = path.length - 2; i >= 0; i--) {
    const [certificate, issuer] = [path[i], path[i + 1]];
    if (certificate === undefined || issuer === undefined) continue;
    const check = checkSignature(certificate, issuer.publicKey);
    if (check === 'invalid') {
      const detail = "expected the issuer's signature";
      return refuseCertificate(certificate, 'path-signature-invalid', detail);
    }
    if (check === 'weak') {
      return refuseCertificate(
        certificate,
        'weak-signature',
        weakness(certificate, issuer.publicKey),
      );
    }
  }
  return undefined;
}

function checkMembers(path: readonly Certificate[], now: number): SignerRefusal | undefined {
  // From the anchor down, so that the refusal names the certificate nearest to the root.
  for (let i = path.length - 1; i >= 0; i--) {
    const certificate = path[i];
    if (certificate === undefined) continue;
    const problem =
      checkValidity(certificate, now) ??
      checkCritical(certificate) ??
      checkUse(path, i, certificate) ??
      checkNames(path, i, certificate);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** RFC 5280 4.1.2.5: both ends belong to the validity. There is no tolerance. */
function checkValidity(certificate: Certificate, now: number): SignerRefusal | undefined {
  const { notBefore, notAfter } = certificate;
  if (notBefore <= now && now <= notAfter) return undefined;
  const detail = `expected ${timeText(now)} between ${timeText(notBefore)} and ${timeText(notAfter)}`;
  return refuseCertificate(certificate, 'path-expired', detail);
}

/** RFC 5280 4.2. */
function checkCritical(certificate: Certificate): SignerRefusal | undefined {
  const unknown = unknownCriticalExtension(certificate.extensions);
  return unknown === undefined
    ? undefined
    : refuseCertificate(certificate, 'unknown-critical-extension', `found ${unknown}`);
}

function checkUse(
  path: readonly Certificate[],
  index: number,
  certificate: Certificate,
): SignerRefusal | undefined {
  const problem = index === 0 ? leafProblem(certificate) : issuerProblem(path, index, certificate);
  return problem === undefined
    ? undefined
    : refuseCertificate(certificate, 'path-constraint-violated', problem);
}

/** The leaf must not be a CA, nor claim to issue certificates. */
function leafProblem(leaf: Certificate): string | undefined {
  if (leaf.basicConstraints?.ca === true) return 'expected an end entity, found a ca';
  if (((leaf.keyUsage ?? 0) & KEY_USAGE.keyCertSign) !== 0) {
    return 'expected an end entity, found the key usage keyCertSign';
  }
  return purposeProblem(leaf);
}

/** RFC 5280 6.1.4 (k) to (n). */
function issuerProblem(
  path: readonly Certificate[],
  index: number,
  issuer: Certificate,
): string | undefined {
  if (issuer.basicConstraints?.ca !== true) return 'expected a ca, found no ca flag';
  if (((issuer.keyUsage ?? KEY_USAGE.keyCertSign) & KEY_USAGE.keyCertSign) === 0) {
    return 'expected the key usage keyCertSign';
  }
  const { pathLength } = issuer.basicConstraints;
  const below = path.slice(1, index).filter((member) => !isSelfIssued(member)).length;
  if (pathLength !== undefined && below > pathLength) {
    return `expected at most ${pathLength} cas below, found ${below}`;
  }
  return purposeProblem(issuer);
}

/**
 * Where purposes are listed, in the leaf or in a CA above it, TLS server must be among them: only
 * for that purpose does a public CA promise to have checked the DNS name, which is all that is
 * known of the signer. A certificate for mail or code may carry any name.
 */
function purposeProblem(certificate: Certificate): string | undefined {
  const purposes = certificate.extKeyUsage;
  if (purposes === undefined || purposes.includes(PURPOSE.serverAuth)) return undefined;
  return 'expected the extended key usage serverAuth';
}

/** RFC 5280 6.1.3 (b) and (c); a self-issued certificate that is not the leaf is exempt. */
function checkNames(
  path: readonly Certificate[],
  index: number,
  certificate: Certificate,
): SignerRefusal | undefined {
  if (index > 0 && isSelfIssued(certificate)) return undefined;
  for (const { nameConstraints } of path.slice(index + 1)) {
    if (nameConstraints === undefined) continue;
    const violated = readOr(
      () => violatedConstraint(certificate, nameConstraints, index === 0 ? 'leaf' : 'ca'),
      'expected names that can be read',
    );
    if (violated !== undefined) {
      return refuseCertificate(certificate, 'path-constraint-violated', violated);
    }
  }
  return undefined;
}

function isSelfIssued(certificate: Certificate): boolean {
  return certificate.subject.equals(certificate.issuer);
}
