import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-reader.ts';
import { renderAuthorizedKeys } from '../../src/authorize/render.ts';
import { parseDomain, parseStapleNames, parseToken } from '../../src/imds/documents.ts';
import { readOcspResponse } from '../../src/ocsp/ocsp-response.ts';
import { readStaple } from '../../src/signer/ocsp-staple.ts';
import { readCertificate } from '../../src/x509/certificate.ts';
import { decodeCertificates } from '../../src/x509/pem.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import type { KeyType } from '../../src/ssh/public-key.ts';
import {
  extension,
  generalName,
  issueCertificate,
  nameConstraints,
  octetString,
  oid,
  pemOf,
  scenario,
  sequence,
  staple,
  subjectAltName,
  testKey,
} from '../pki/index.ts';
import { outcome } from '../vectors/signer-vector.ts';

const NOW = 1_764_000_000;
const cast = scenario({ now: NOW });
const { leaf, intermediate, root } = cast;

/** Whether reading goes through; every error but a DerError passes. */
function reads(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/** Bytes of exactly `length` octets, made by filling up something smaller. */
function ofLength(length: number, make: (filling: number) => Buffer): Buffer {
  const filling = length - 2000;
  const bytes = make(filling + length - make(filling).length);
  expect(bytes).toHaveLength(length);
  return bytes;
}

const certificateWith = (extensions: readonly Buffer[], serial = 7n): Buffer =>
  issueCertificate({
    subject: 'Subject',
    key: testKey('rsa2048', 'leaf'),
    notBefore: NOW,
    notAfter: NOW + 60,
    serial,
    extensions,
  }).der;
const filler = (length: number): Buffer =>
  extension('1.2.3', false, octetString(Buffer.alloc(length)));
const numbered = (count: number): readonly Buffer[] =>
  Array.from({ length: count }, (_, i) => extension(`1.3.${i}`, false, Buffer.of(5, 0)));
const names = (count: number): readonly string[] => Array.from({ length: count }, String);
const rsaCast = { now: NOW };
const rsaIssuer = issueCertificate({
  subject: 'Issuer',
  key: testKey('rsa2048', 'intermediate'),
  notBefore: NOW,
  notAfter: NOW + 60,
});
/** A staple that is filled up; its signature is RSA's, whose length is always the same. */
const response = (length: number): Buffer =>
  ofLength(length, (filling) =>
    staple(rsaCast, leaf, rsaIssuer, {
      extensions: [sequence(oid('1.2.3'), octetString(Buffer.alloc(filling)))],
    }),
  );
const paddedText = (length: number): Buffer => {
  const text = staple(rsaCast, leaf, rsaIssuer).toString('base64');
  return Buffer.from(text + '\n'.repeat(length - text.length));
};
const key = (type: string, base64: string): Parameters<typeof renderAuthorizedKeys>[0] => [
  {
    key: { type: type as KeyType, base64, wire: Buffer.alloc(0) },
    fingerprint: '',
    keyType: '',
    expiry: 0,
  },
];
const renders = (type: string, base64: string): boolean => {
  try {
    return renderAuthorizedKeys(key(type, base64)) !== '';
  } catch {
    return false;
  }
};

/** What is limited, the limit, and whether so much of it is taken. */
const LIMITS: readonly (readonly [
  what: string,
  limit: number,
  takes: (count: number) => boolean,
])[] = [
  [
    'octets of a certificate',
    16_384,
    (n) =>
      reads(() => readCertificate(ofLength(n, (filling) => certificateWith([filler(filling)])))),
  ],
  [
    'octets of a serial number',
    20,
    (n) => reads(() => readCertificate(certificateWith([], 1n << BigInt(8 * n - 2)))),
  ],
  [
    'extensions of a certificate',
    32,
    (n) => reads(() => readCertificate(certificateWith(numbered(n)))),
  ],
  [
    'alternative names',
    256,
    (n) => reads(() => readCertificate(certificateWith([subjectAltName(names(n))]))),
  ],
  [
    'permitted subtrees',
    256,
    (n) => {
      const permitted = names(n).map(generalName.dns);
      return reads(() => readCertificate(certificateWith([nameConstraints({ permitted })])));
    },
  ],
  ['octets of a staple', 32_768, (n) => reads(() => readOcspResponse(response(n)))],
  ['characters of a staple in text', 65_536, (n) => readStaple(paddedText(n)).outcome === 'basic'],
  [
    'statuses of a staple',
    64,
    (n) => {
      const single = { certificate: leaf, issuer: intermediate, thisUpdate: NOW, nextUpdate: NOW };
      const singles = Array.from({ length: n }, () => single);
      return reads(() => readOcspResponse(staple(cast, leaf, intermediate, { singles })));
    },
  ],
  [
    'certificates of a staple',
    8,
    (n) => {
      const embed = Array.from({ length: n }, () => root);
      return reads(() => readOcspResponse(staple(cast, leaf, intermediate, { embed })));
    },
  ],
  [
    'served certificates',
    10,
    (n) => {
      const more = Array.from({ length: n - 2 }, () => root);
      return (
        outcome({ ...cast, served: [leaf, intermediate, ...more].map(({ der }) => der) }) ===
        'accepted'
      );
    },
  ],
  [
    'served staples',
    16,
    (n) => {
      const more = Array.from({ length: n - 2 }, () => Buffer.from('no staple'));
      return outcome({ ...cast, staples: [...cast.staples, ...more] }) === 'accepted';
    },
  ],
  [
    'characters of a served chain',
    1000,
    (n) =>
      reads(() =>
        decodeCertificates(pemOf(root.der.subarray(0, 99)).padEnd(n), { size: 1000, count: 1 }),
      ),
  ],
  [
    'characters of a CA bundle',
    8 * 1024 * 1024,
    (n) => TrustAnchors.fromPem(root.pem.trimEnd().padStart(n)).size === 1,
  ],
  [
    'characters of a session token',
    1000,
    (n) => parseToken(Buffer.from('A'.repeat(n))) !== undefined,
  ],
  [
    'characters of a domain',
    200,
    (n) => parseDomain(Buffer.from(`${'aa.'.repeat(n).slice(0, n - 1)}z`)) !== undefined,
  ],
  [
    'characters of one label of a domain',
    63,
    (n) => parseDomain(Buffer.from(`${'a'.repeat(n)}.${'b'.repeat(n)}`)) !== undefined,
  ],
  [
    "characters of a staple's name",
    128,
    (n) => parseStapleNames(Buffer.from('A'.repeat(n))).length === 1,
  ],
  ['characters of the type on a line for sshd', 64, (n) => renders('a'.repeat(n), 'A'.repeat(16))],
  ['characters of the key on a line for sshd', 8192, (n) => renders('ssh-rsa', 'A'.repeat(n))],
];

describe('every stated limit', () => {
  it.each(LIMITS)(
    'lets as many %s through as it says (%i), and not one more',
    (_, limit, takes) => {
      expect([takes(limit - 1), takes(limit), takes(limit + 1)]).toEqual([true, true, false]);
    },
  );
});
