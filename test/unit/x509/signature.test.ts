import { describe, expect, it } from 'vitest';
import { algorithmText } from '../../../src/x509/algorithm-text.ts';
import { readPublicKeyInfo } from '../../../src/x509/public-key.ts';
import { checkSignature, weakness } from '../../../src/x509/signature.ts';
import {
  algorithmIdentifier,
  bitString,
  integer,
  nullValue,
  octetString,
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

  it.each<[SignatureHash, number]>([
    ['sha256', 11],
    ['sha384', 12],
    ['sha512', 13],
  ])('takes RSA with %s without parameters too', (hash, id) => {
    const signatureAlgorithm = sequence(oid(`1.2.840.113549.1.1.${id}`));
    expect(check('rsa2048', hash, { signatureAlgorithm })).toBe('valid');
    const signed = Buffer.from('something else');
    expect(check('rsa2048', hash, { signatureAlgorithm, signed })).toBe('invalid');
  });

  it('does not take RSA with other parameters', () => {
    const signatureAlgorithm = sequence(oid('1.2.840.113549.1.1.11'), octetString());
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

describe('algorithmText', () => {
  it('takes no bug for an identifier that cannot be read', () => {
    expect(() => algorithmText(null as unknown as Buffer)).toThrow(TypeError);
  });
});

const algorithmIdentifierOf = (id: string): Buffer => sequence(oid(id), nullValue());

describe('weakness', () => {
  it.each<[KeyKind, SignatureHash | 'pss', string]>([
    ['rsa2048', 'sha1', 'sha1WithRSAEncryption'],
    ['rsa2048', 'md5', 'md5WithRSAEncryption'],
    ['rsa2048', 'pss', 'id-RSASSA-PSS with parameters'],
    ['p256', 'sha1', 'ecdsa-with-SHA1'],
    ['ed25519', 'sha256', 'id-Ed25519'],
    ['rsa1024', 'sha256', 'rsa 1024'],
    ['secp256k1', 'sha256', 'id-ecPublicKey secp256k1'],
  ])('names what it finds in %s with %s', (kind, hash, found) => {
    const key = testKey(kind);
    const signatureAlgorithm = algorithmIdentifier(key, hash);
    const data = { signed: SIGNED, signatureAlgorithm, signature: Buffer.alloc(0) };
    expect(weakness(data, readPublicKeyInfo(key.spki)).split(', found ')[1]).toBe(found);
  });

  it.each([
    [
      'ecdsa with NULL',
      algorithmIdentifierOf('1.2.840.10045.4.3.2'),
      'ecdsa-with-SHA256 with NULL parameters',
    ],
    ['an id that nobody named', sequence(oid('1.2.3.4')), '1.2.3.4'],
    ['bytes that are no identifier', Buffer.of(0x30, 1, 0), 'an algorithm that cannot be read'],
  ])('copes with %s', (_what, signatureAlgorithm, found) => {
    const data = { signed: SIGNED, signatureAlgorithm, signature: Buffer.alloc(0) };
    const { spki } = testKey('p256');
    expect(weakness(data, readPublicKeyInfo(spki)).split(', found ')[1]).toBe(found);
  });
});
