import { ATTRIBUTE_COMMON_NAME, readName } from '../x509/name.ts';
import type { Certificate } from '../x509/certificate.ts';
import { keyText } from '../x509/algorithm-text.ts';
import { KEY_USAGE } from '../x509/extensions.ts';
import { refuseCertificate, type SignerRefusal } from './signer-refusal.ts';

/**
 * The DNS names that the signer certificate goes by: those of its SubjectAltName where there is
 * one, else its one common name (RFC 6125 6.4.4: the common name only as the last resort).
 */
export function signerNames(leaf: Certificate): readonly string[] {
  if (leaf.subjectAltName !== undefined) {
    return leaf.subjectAltName
      .filter(({ form }) => form === 'dns')
      .map(({ content }) => content.toString('latin1'));
  }
  const attributes = readName(leaf.subject).flat();
  const names = attributes.filter(({ type }) => type === ATTRIBUTE_COMMON_NAME);
  const [name] = names;
  return names.length === 1 && name?.text !== undefined ? [name.text] : [];
}

/**
 * Whether the leaf is the signer that is expected: its name, and a key that can sign pushed keys.
 * Names are compared whole and without case (RFC 4343); a wildcard is a name like any other.
 * @returns `name-mismatch`, `weak-signature` or `path-constraint-violated`; undefined: it is
 */
export function checkSigner(leaf: Certificate, expected: string): SignerRefusal | undefined {
  const names = signerNames(leaf);
  if (!names.some((name) => asciiLowerCase(name) === asciiLowerCase(expected))) {
    const some = names.slice(0, 3).join(' ').slice(0, 256);
    const found = JSON.stringify(some.replaceAll(/[^ -~]/g, '?'));
    return refuseCertificate(leaf, 'name-mismatch', `expected ${expected}, found ${found}`);
  }
  // Pushed keys are signed with RSA-PSS.
  if (leaf.publicKey.kind !== 'rsa') {
    const detail = `expected an rsa key of 2048 to 8192 bits, found ${keyText(leaf.publicKey)}`;
    return refuseCertificate(leaf, 'weak-signature', detail);
  }
  // RFC 5280 4.2.1.3; without the extension every usage is allowed.
  if (((leaf.keyUsage ?? KEY_USAGE.digitalSignature) & KEY_USAGE.digitalSignature) === 0) {
    const detail = 'expected the key usage digitalSignature in the signer certificate';
    return refuseCertificate(leaf, 'path-constraint-violated', detail);
  }
  return undefined;
}

/** Only A to Z have case in DNS; toLowerCase alone would fold the Kelvin sign into a k. */
function asciiLowerCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
