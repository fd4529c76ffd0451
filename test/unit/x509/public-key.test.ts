import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/der-reader.ts';
import { importPublicKey, readPublicKeyInfo, rsaBits } from '../../../src/x509/public-key.ts';
import {
  bitString,
  integer,
  keyHash,
  nullValue,
  oid,
  sequence,
  testKey,
  type KeyKind,
} from '../../pki/index.ts';
import { createHash } from 'node:crypto';

const RSA = sequence(oid('1.2.840.113549.1.1.1'), nullValue());
const rsa = (modulus: Buffer, exponent: number): Buffer =>
  sequence(RSA, bitString(sequence(integer(modulus), integer(exponent))));
const modulusOf = (bits: number): Buffer => {
  const bytes = Buffer.alloc(Math.ceil((bits + 1) / 8), 0xff);
  bytes[0] = bits % 8 === 0 ? 0 : (1 << (bits % 8)) - 1;
  return bytes;
};

describe('readPublicKeyInfo', () => {
  it.each<[KeyKind, string]>([
    ['rsa2048', 'rsa'],
    ['rsa3072', 'rsa'],
    ['p256', 'ec'],
    ['p384', 'ec'],
    ['p521', 'ec'],
    ['rsa1024', 'unsupported'],
    ['secp256k1', 'unsupported'],
    ['ed25519', 'unsupported'],
  ])('takes %s for %s', (kind, expected) => {
    const key = testKey(kind);
    const info = readPublicKeyInfo(key.spki);
    expect(info.kind).toBe(expected);
    expect(createHash('sha1').update(info.keyBits).digest()).toEqual(keyHash(key));
  });

  it.each([
    ['2047 bits', modulusOf(2047), 65_537, 'unsupported'],
    ['2048 bits', modulusOf(2048), 65_537, 'rsa'],
    ['8192 bits', modulusOf(8192), 3, 'rsa'],
    ['8193 bits', modulusOf(8193), 3, 'unsupported'],
    ['exponent 1', modulusOf(2048), 1, 'unsupported'],
    ['an even exponent', modulusOf(2048), 65_536, 'unsupported'],
    ['a negative modulus', Buffer.alloc(256, 0x80), 3, 'unsupported'],
  ])('judges RSA with %s', (_what, modulus, exponent, kind) => {
    expect(readPublicKeyInfo(rsa(modulus, exponent)).kind).toBe(kind);
  });

  it('does not take a compressed point', () => {
    const algorithm = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));
    const point = Buffer.concat([Buffer.of(2), Buffer.alloc(32, 1)]);
    expect(readPublicKeyInfo(sequence(algorithm, bitString(point))).kind).toBe('unsupported');
  });

  it.each([0, 2, 3, 5, 6, 7])(
    'does not take a point of the form %i, with both coordinates',
    (form) => {
      // 6 and 7 are the hybrid forms of SEC 1, which OpenSSL reads.
      for (const kind of ['p256', 'p384', 'p521'] as const) {
        const spki = Buffer.from(testKey(kind).spki);
        const at = spki.length - { p256: 65, p384: 97, p521: 133 }[kind];
        expect(spki[at]).toBe(4);
        spki[at] = form;
        expect(readPublicKeyInfo(spki).kind).toBe('unsupported');
      }
    },
  );

  it('takes no point that is an octet longer or shorter than its curve has it', () => {
    const algorithm = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));
    const kinds = [64, 65, 66].map((length) => {
      const point = Buffer.alloc(length, 4);
      return readPublicKeyInfo(sequence(algorithm, bitString(point))).kind;
    });
    expect(kinds).toEqual(['unsupported', 'ec', 'unsupported']);
  });

  it('reads a key of 4096 octets and none of one more', () => {
    const algorithm = sequence(oid('1.3.101.112'));
    const overhead = sequence(algorithm, bitString(Buffer.alloc(4000))).length - 4000;
    const key = (length: number): Buffer =>
      sequence(algorithm, bitString(Buffer.alloc(length - overhead)));
    expect(readPublicKeyInfo(key(4096)).spki).toHaveLength(4096);
    expect(() => readPublicKeyInfo(key(4097))).toThrow(DerError);
  });

  it.each([
    ['bytes after the key', Buffer.concat([testKey('p256').spki, Buffer.of(0)])],
    ['RSA without a key', sequence(RSA, bitString(Buffer.of(1)))],
    ['more than 4 KiB', rsa(Buffer.alloc(5000, 1), 3)],
  ])('refuses %s', (_what, spki) => {
    expect(() => readPublicKeyInfo(spki)).toThrow(DerError);
  });
});

describe('rsaBits', () => {
  it.each([
    ['2048', modulusOf(2048)],
    ['2047', modulusOf(2047)],
    ['1025', modulusOf(1025)],
    ['8', Buffer.of(0, 0x80)],
    ['1', Buffer.of(1)],
    ['0', Buffer.of(0)],
    ['0', Buffer.of(0x80)],
  ])('counts %s bits', (bits, modulus) => {
    expect(rsaBits(readPublicKeyInfo(rsa(modulus, 3)))).toBe(Number(bits));
  });

  it('counts none where the key is of another kind', () => {
    expect(rsaBits(readPublicKeyInfo(testKey('p256').spki))).toBeUndefined();
  });
});

describe('importPublicKey', () => {
  it('gives a key of node:crypto', () => {
    const { spki, publicKey } = testKey('p384');
    expect(importPublicKey(readPublicKeyInfo(spki))?.equals(publicKey)).toBe(true);
  });

  it('gives nothing for a point that is not on its curve, and for unsupported keys', () => {
    const off = Buffer.from(testKey('p256').spki);
    off[off.length - 1] = (off.at(-1) ?? 0) ^ 1;
    expect(importPublicKey(readPublicKeyInfo(off))).toBeUndefined();
    expect(importPublicKey(readPublicKeyInfo(testKey('ed25519').spki))).toBeUndefined();
  });
});
