import type { Certificate } from '../x509/certificate.ts';
import { ATTRIBUTE_EMAIL, foldedName, readName } from '../x509/name.ts';
import type { GeneralName } from '../x509/general-name.ts';
import type { NameConstraints } from '../x509/extensions.ts';
import { signerNames } from './signer-certificate.ts';

/** Names times subtrees, per certificate and constraining CA; certificates in use stay below 100. */
const MAX_COMPARISONS = 10_000;

/**
 * Holds the names of a certificate against the name constraints of a CA above it (RFC 5280
 * 4.2.1.10, 6.1.3 (b) (c)): all its alternative names and its subject. A leaf without a
 * SubjectAltName is known by its common name, so that is held against the constraints as a dNSName;
 * the common name of a CA is no host name, whatever it looks like.
 * dNSName and directoryName are compared. For the other forms there is no comparison here: a
 * certificate that has a name of such a form below a CA that constrains it is refused.
 * @param role what the certificate is in the path
 * @returns what is wrong, or undefined
 * @throws DerError for a name that cannot be read
 */
export function violatedConstraint(
  certificate: Certificate,
  constraints: NameConstraints,
  role: 'leaf' | 'ca',
): string | undefined {
  const names = constrainedNames(certificate, role);
  const { permitted, excluded } = constraints;
  if (names.length * (permitted.length + excluded.length) > MAX_COMPARISONS) {
    return 'expected fewer names and name constraints';
  }
  for (const name of names) {
    const inside = permitted.filter(({ form }) => form === name.form);
    if (inside.length > 0 && !inside.some((base) => isWithinPermitted(name, base))) {
      return `expected the ${name.form} name to be within the permitted subtrees`;
    }
    if (excluded.some((base) => base.form === name.form && mayBeWithinExcluded(name, base))) {
      return `expected no ${name.form} name within the excluded subtrees`;
    }
  }
  return undefined;
}

function constrainedNames(certificate: Certificate, role: 'leaf' | 'ca'): readonly GeneralName[] {
  const names: GeneralName[] = [...(certificate.subjectAltName ?? [])];
  const attributes = readName(certificate.subject).flat();
  if (attributes.length > 0) names.push({ form: 'directory', content: certificate.subject });
  // RFC 5280 4.2.1.10: constraints on rfc822Name reach into the subject; as in OpenSSL also beside a
  // SubjectAltName, which can only refuse more.
  for (const { type, value } of attributes) {
    if (type === ATTRIBUTE_EMAIL) names.push({ form: 'email', content: value });
  }
  if (role === 'leaf' && certificate.subjectAltName === undefined) {
    for (const name of signerNames(certificate)) {
      names.push({ form: 'dns', content: Buffer.from(name) });
    }
  }
  return names;
}

/** Whether a name surely is within a permitted subtree: directory names byte by byte. */
function isWithinPermitted(name: GeneralName, base: GeneralName): boolean {
  if (name.form === 'dns') return isDnsWithin(dnsText(name), dnsText(base));
  if (name.form !== 'directory') return false;
  // Relative names are self-delimiting, so a prefix of the octets is a prefix of the names.
  const [inner, outer] = [relativeNames(name.content), relativeNames(base.content)];
  return inner.subarray(0, outer.length).equals(outer);
}

/** Whether a name may be within an excluded subtree: compared loosely, a doubt counts as a match. */
function mayBeWithinExcluded(name: GeneralName, base: GeneralName): boolean {
  if (name.form === 'dns') {
    return isDnsWithin(dnsText(name).replace(/\.$/, ''), dnsText(base).replace(/^\.|\.$/g, ''));
  }
  if (name.form !== 'directory') return true;
  const inner = foldedName(name.content);
  return foldedName(base.content).every((relativeName, i) => inner[i] === relativeName);
}

/** RFC 5280 4.2.1.10: equal, or with labels added on the left; a leading dot demands at least one. */
function isDnsWithin(name: string, base: string): boolean {
  if (base === '') return true;
  if (base.startsWith('.')) return name.endsWith(base);
  return name === base || name.endsWith(`.${base}`);
}

function dnsText(name: GeneralName): string {
  return name.content.toString('latin1').toLowerCase();
}

/** The content octets of a Name. */
function relativeNames(name: Buffer): Buffer {
  const first = name[1] ?? 0;
  return name.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}
