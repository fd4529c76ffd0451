import { describe, expect, it } from 'vitest';
import { readPublicKeyInfo } from '../../../src/x509/public-key.ts';
import { checkSignature } from '../../../src/x509/signature.ts';
import {
  algorithmIdentifier,
  bitString,
  integer,
  nullValue,
  oid,
  sequence,
  signData,
  testKey,
  type KeyKind,
  type SignatureHash,
} from '../../pki/index.ts';

const SIGNED = Buffer.from('what was signed');
const check = (
  kind: KeyKind,
  hash: SignatureHash | 'pss',
  changes: { signed?: Buffer; signatureAlgorithm?: Buffer; signature?: Buffer } = {},
): string => {
  const key = testKey(kind);
  const data = {
    signed: SIGNED,
    signatureAlgorithm: algorithmIdentifier(key, hash),
    signature: signData(key, hash, SIGNED),
    ...changes,
  };
  return checkSignature(data, readPublicKeyInfo(key.spki));
};

describe('checkSignature', () => {
  it.each<[KeyKind, SignatureHash]>([
    ['rsa2048', 'sha256'],
    ['rsa2048', 'sha384'],
    ['rsa2048', 'sha512'],
    ['p256', 'sha256'],
    ['p384', 'sha384'],
    ['p521', 'sha512'],
    ['p256', 'sha512'],
  ])('holds a signature of %s with %s', (kind, hash) => {
    expect(check(kind, hash)).toBe('valid');
    expect(check(kind, hash, { signed: Buffer.from('something else') })).toBe('invalid');
  });

  it.each<[KeyKind, SignatureHash | 'pss']>([
    ['rsa2048', 'sha1'],
    ['rsa2048', 'md5'],
    ['p256', 'sha1'],
    ['rsa1024', 'sha256'],
    ['secp256k1', 'sha256'],
    ['ed25519', 'sha256'],
    ['rsa2048', 'pss'],
  ])('does not look at a signature of %s with %s', (kind, hash) => {
    expect(check(kind, hash)).toBe('weak');
  });

  it('finds another hash than was signed with', () => {
    const signatureAlgorithm = algorithmIdentifier(testKey('rsa2048'), 'sha512');
    expect(check('rsa2048', 'sha256', { signatureAlgorithm })).toBe('invalid');
  });

  it('finds a signature of the other family', () => {
    const signatureAlgorithm = algorithmIdentifier(testKey('p256'), 'sha256');
    expect(check('rsa2048', 'sha256', { signatureAlgorithm })).toBe('invalid');
  });

  it('does not take RSA without its NULL parameters', () => {
    const signatureAlgorithm = sequence(oid('1.2.840.113549.1.1.11'));
    expect(check('rsa2048', 'sha256', { signatureAlgorithm })).toBe('weak');
  });

  it.each([0, 1, 255, 257])('finds a signature of %i octets invalid', (length) => {
    expect(check('rsa2048', 'sha256', { signature: Buffer.alloc(length, 1) })).toBe('invalid');
    expect(check('p256', 'sha256', { signature: Buffer.alloc(length, 1) })).toBe('invalid');
  });

  it.each([
    ['an even modulus', 2, Buffer.of(1, 0, 1)],
    ['an exponent above the modulus', 1, Buffer.alloc(300, 0x7f)],
  ])('answers for a key with %s too', (_what, last, exponent) => {
    const modulus = Buffer.concat([Buffer.of(0), Buffer.alloc(255, 0xa5), Buffer.of(last)]);
    const rsa = sequence(oid('1.2.840.113549.1.1.1'), nullValue());
    const spki = sequence(rsa, bitString(sequence(integer(modulus), integer(exponent))));
    const signatureAlgorithm = algorithmIdentifier(testKey('rsa2048'), 'sha256');
    const data = { signed: SIGNED, signatureAlgorithm, signature: Buffer.alloc(256, 1) };
    expect(checkSignature(data, readPublicKeyInfo(spki))).toBe('invalid');
  });
});
