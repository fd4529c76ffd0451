import { constants } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fieldLines, KEY_LINE, signedEntry, type Signing } from '../support/signed-blobs.ts';
import { decide as decideKey, vector } from '../vectors/key-vector.ts';
import { outcome } from '../vectors/signer-vector.ts';
import { ENCODING_CASES } from './encodings.ts';
import { NAME_CASES } from './names.ts';
import { PATH_CASES } from './paths.ts';
import { RESPONDER_CASES } from './responders.ts';

const CASES = [...PATH_CASES, ...NAME_CASES, ...ENCODING_CASES, ...RESPONDER_CASES];

/** Every case that a suite accepts and this program refuses, and why. */
const STRICTER: Readonly<Record<string, string>> = {
  'an expired root in the store, and its key cross-signed by a root that holds':
    'a root in the store stands for its key, also where it has expired: that is its owner speaking (RFC 5937)',
  'a CA for any purpose':
    'anyExtendedKeyUsage promises no check of a DNS name, which is all that is known of a signer',
  'a root in the store for code signing alone':
    'what the store says of a root is held against it, as OpenSSL does',
  'an address within the permitted addresses':
    'only DNS and directory names are compared; RFC 5280 4.2.1.10 lets a verifier refuse the others',
  'a negative serial number':
    'RFC 5280 4.1.2.2 demands a positive one; no CA of a public store issues with another',
  'a name that differs in its string type alone':
    'names are compared byte by byte (RFC 5280 4.1.2.6, CA/Browser Forum 7.1.4.1); looser rules only add ways to be fooled',
  'the same constraints, critical':
    'no policy tree is built, so a critical demand for policies cannot be met',
  'a delegate that may not sign':
    'RFC 5280 4.2.1.3: a signature on anything but certificates needs digitalSignature',
  'an answer without a next update':
    'RFC 6960 4.2.2.1: newer information is always available then, and a staple never is that',
};

describe('what published suites test is decided as the standards say', () => {
  it.each(CASES)(
    '$suite: $title: $expect',
    ({ build, expect: expected }) => {
      expect(outcome(build())).toBe(expected);
    },
    60_000,
  );

  it('is refused beyond what a suite demands only for the reasons of the table', () => {
    const strict = CASES.filter(
      ({ expect: ours, suiteSays }) => suiteSays === 'accepts' && ours !== 'accepted',
    );
    expect(strict.map(({ title }) => title).sort()).toEqual(Object.keys(STRICTER).sort());
  });

  it('is never accepted where a suite demands a refusal', () => {
    const lax = CASES.filter(
      ({ expect: ours, suiteSays }) => suiteSays === 'refuses' && ours === 'accepted',
    );
    expect(lax).toEqual([]);
  });

  it('has titles of its own', () => {
    expect(new Set(CASES.map(({ title }) => title)).size).toBe(CASES.length);
  });
});

// The kinds of Wycheproof's RSA-PSS files for SHA-256 with MGF1-SHA-256 and a salt of 32 octets.
describe('a signature with RSA-PSS holds with the parameters of the service alone', () => {
  const LINES = [...fieldLines(), KEY_LINE];
  const longest = 256 - 32 - 2;
  it.each<readonly [string, Signing, 'accepted' | 'signature-invalid']>([
    ['a salt of 32 octets', { saltLength: 32 }, 'accepted'],
    ...[0, 1, 20, 31, 33, 64, longest].map(
      (saltLength) =>
        [`a salt of ${saltLength} octets`, { saltLength }, 'signature-invalid'] as const,
    ),
    ...['sha1', 'sha384', 'sha512'].map(
      (hash) =>
        [`${hash} as hash and in MGF1`, { hash, saltLength: 32 }, 'signature-invalid'] as const,
    ),
    ['PKCS #1 v1.5', { padding: constants.RSA_PKCS1_PADDING }, 'signature-invalid'],
  ])('%s', (title, signing, expected) => {
    const { verdict } = decideKey(vector(expected, title, signedEntry(LINES, signing)));
    expect(verdict).toBe(expected);
  });
});
