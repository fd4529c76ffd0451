import { createPublicKey, type KeyObject } from 'node:crypto';
import { DerReader, TAG } from '../asn1/der-reader.ts';
import { readBitOctets, readInteger } from '../asn1/values.ts';

const MAX_SPKI_BYTES = 4096;

/** RSA below 2048 bits is too weak, above 8192 it would let a certificate waste the CPU. */
const RSA_BITS = { min: 2048, max: 8192 } as const;

/** A SubjectPublicKeyInfo (RFC 5280 4.1.2.7). */
export interface PublicKeyInfo {
  /** The whole, DER. */
  readonly spki: Buffer;
  /** The AlgorithmIdentifier, DER. */
  readonly algorithm: Buffer;
  /** The key's bits: what OCSP's issuerKeyHash and key identifiers are made from. */
  readonly keyBits: Buffer;
  /** `unsupported` is every key of another kind, and everything too weak. */
  readonly kind: 'rsa' | 'ec' | 'unsupported';
}

/**
 * The AlgorithmIdentifiers of the keys that are taken, whole: id with its parameters (RFC 3279
 * 2.3.1, RFC 5480 2.1.1). For curves: the octets of an uncompressed point, which every CA uses.
 */
const KINDS: ReadonlyMap<string, 'rsa' | number> = new Map<string, 'rsa' | number>([
  ['300d06092a864886f70d0101010500', 'rsa'],
  ['301306072a8648ce3d020106082a8648ce3d030107', 65],
  ['301006072a8648ce3d020106052b81040022', 97],
  ['301006072a8648ce3d020106052b81040023', 133],
]);

/**
 * Reads a SubjectPublicKeyInfo. Keys that cannot be used are read too, as `unsupported`: a trust
 * store may hold them, and only who meets one on a path has to refuse it.
 * @throws DerError
 */
export function readPublicKeyInfo(spki: Buffer): PublicKeyInfo {
  const reader = DerReader.inside(spki, TAG.sequence, MAX_SPKI_BYTES);
  const algorithm = reader.element(TAG.sequence);
  const kind = KINDS.get(algorithm.toString('hex'));
  const keyBits = readBitOctets(reader);
  reader.end();
  const key = { spki, algorithm, keyBits };
  if (kind === 'rsa') return { ...key, kind: isStrongRsa(keyBits) ? 'rsa' : 'unsupported' };
  const uncompressed = keyBits.length === kind && keyBits[0] === 4;
  return { ...key, kind: uncompressed ? 'ec' : 'unsupported' };
}

/** The bits of an RSA key's modulus; undefined for a key of another kind. Not before it was read. */
export function rsaBits({ algorithm, keyBits }: PublicKeyInfo): number | undefined {
  if (KINDS.get(algorithm.toString('hex')) !== 'rsa') return undefined;
  return bitLength(readInteger(DerReader.inside(keyBits, TAG.sequence, MAX_SPKI_BYTES)));
}

/** RSAPublicKey (RFC 8017 A.1.1): modulus of 2048 to 8192 bits, odd exponent of at least 3. */
function isStrongRsa(keyBits: Buffer): boolean {
  const reader = DerReader.inside(keyBits, TAG.sequence, MAX_SPKI_BYTES);
  const modulus = readInteger(reader);
  const exponent = readInteger(reader);
  reader.end();
  const bits = bitLength(modulus);
  const odd = ((exponent[exponent.length - 1] ?? 0) & 1) === 1;
  return bits >= RSA_BITS.min && bits <= RSA_BITS.max && odd && bitLength(exponent) >= 2;
}

/** Bits of a positive INTEGER; 0 for a negative one. */
function bitLength(content: Buffer): number {
  const [first = 0] = content;
  // In its shortest form a first octet of 0 is that of 0, or stands before one of eight bits.
  return first >= 0x80 ? 0 : content.length * 8 - Math.clz32(first) + 24;
}

/** The key for node:crypto; undefined when it is unsupported or no point of its curve. */
export function importPublicKey(info: PublicKeyInfo): KeyObject | undefined {
  if (info.kind === 'unsupported') return undefined;
  try {
    return createPublicKey({ key: info.spki, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
