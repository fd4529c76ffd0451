import { DerError, DerReader, TAG } from '../asn1/der-reader.ts';
import { readOid } from '../asn1/values.ts';
import { rsaBits, type PublicKeyInfo } from './public-key.ts';

/** Names of algorithms and curves (RFC 3279, 4055, 5480, 5758, 8410, 8692; SEC 2). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.1', 'rsaEncryption'],
  ['1.2.840.113549.1.1.2', 'md2WithRSAEncryption'],
  ['1.2.840.113549.1.1.4', 'md5WithRSAEncryption'],
  ['1.2.840.113549.1.1.5', 'sha1WithRSAEncryption'],
  ['1.2.840.113549.1.1.10', 'id-RSASSA-PSS'],
  ['1.2.840.113549.1.1.11', 'sha256WithRSAEncryption'],
  ['1.2.840.113549.1.1.12', 'sha384WithRSAEncryption'],
  ['1.2.840.113549.1.1.13', 'sha512WithRSAEncryption'],
  ['1.2.840.113549.1.1.14', 'sha224WithRSAEncryption'],
  ['1.2.840.10040.4.1', 'id-dsa'],
  ['1.2.840.10040.4.3', 'id-dsa-with-sha1'],
  ['2.16.840.1.101.3.4.3.2', 'id-dsa-with-sha256'],
  ['1.2.840.10045.2.1', 'id-ecPublicKey'],
  ['1.2.840.10045.4.1', 'ecdsa-with-SHA1'],
  ['1.2.840.10045.4.3.1', 'ecdsa-with-SHA224'],
  ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256'],
  ['1.2.840.10045.4.3.3', 'ecdsa-with-SHA384'],
  ['1.2.840.10045.4.3.4', 'ecdsa-with-SHA512'],
  ['1.2.840.10045.3.1.7', 'p-256'],
  ['1.3.132.0.34', 'p-384'],
  ['1.3.132.0.35', 'p-521'],
  ['1.3.132.0.10', 'secp256k1'],
  ['1.3.101.112', 'id-Ed25519'],
  ['1.3.101.113', 'id-Ed448'],
]);

const NULL = 0x05;
const MAX_IDENTIFIER_BYTES = 4096;

/**
 * An AlgorithmIdentifier (RFC 5280 4.1.1.2) for people: the name that its RFC gives it, else the
 * dotted id. Parameters that are an object identifier, a curve, follow; others are mentioned.
 */
export function algorithmText(identifier: Buffer): string {
  try {
    const reader = DerReader.inside(identifier, TAG.sequence, MAX_IDENTIFIER_BYTES);
    const name = nameOf(readOid(reader));
    if (reader.done) return name;
    // NULL belongs to RSA (RFC 4055 5) and is what is wrong with others (RFC 5758 3.2).
    if (reader.has(NULL)) return name.includes('RSA') ? name : `${name} with NULL parameters`;
    return reader.has(TAG.oid) ? `${name} ${nameOf(readOid(reader))}` : `${name} with parameters`;
  } catch (error) {
    if (error instanceof DerError) return 'an algorithm that cannot be read';
    throw error;
  }
}

/** A public key for people: its algorithm or curve, of RSA the length of the modulus. */
export function keyText(info: PublicKeyInfo): string {
  const bits = rsaBits(info);
  return bits === undefined ? algorithmText(info.algorithm) : `rsa ${bits}`;
}

function nameOf(id: string): string {
  return NAMES.get(id) ?? id;
}
