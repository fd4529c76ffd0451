import { hash } from 'node:crypto';
import type { Certificate } from '../x509/certificate.ts';
import type { CertId } from './ocsp-response.ts';

/** The hashes by which a CertID may name an issuer. SHA-1 only names here; the signature protects. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** Whether the issuer's hashes in a CertID can be compared at all. */
export function isKnownHash(certId: CertId): boolean {
  return HASHES.has(certId.hashAlgorithm);
}

/** Whether a CertID names this certificate of this issuer (RFC 6960 4.1.1): all three parts agree. */
export function certIdMatches(
  certId: CertId,
  certificate: Certificate,
  issuer: Certificate,
): boolean {
  if (!certId.serial.equals(certificate.serial)) return false;
  const algorithm = HASHES.get(certId.hashAlgorithm);
  return (
    algorithm !== undefined &&
    certId.issuerNameHash.equals(hash(algorithm, issuer.subject, 'buffer')) &&
    certId.issuerKeyHash.equals(hash(algorithm, issuer.publicKey.keyBits, 'buffer'))
  );
}

/** RFC 6960 4.2.1: the KeyHash of a responder is the SHA-1 of its key's bits. */
export function keyHashOf(certificate: Certificate): Buffer {
  return hash('sha1', certificate.publicKey.keyBits, 'buffer');
}
