import { delegated, leafStaples, one, delegate } from '../vectors/signer-staple-cases.ts';
import {
  extension,
  extKeyUsage,
  keyUsage,
  sequence,
  oid,
  staple,
  testKey,
  type Cast,
  type TestCertificate,
} from '../pki/index.ts';
import type { SignerVector } from '../vectors/signer-vector.ts';
import type { SuiteCase } from './suite-case.ts';

const noCheck = (critical: boolean): Buffer =>
  extension('1.3.6.1.5.5.7.48.1.5', critical, Buffer.of(5, 0));

const asCase = ({ title, expect, build }: SignerVector): SuiteCase => ({
  suite: 'OpenSSL',
  title,
  expect,
  suiteSays: expect === 'accepted' ? 'accepts' : 'refuses',
  build,
});
const strict = (vector: SignerVector): SuiteCase => ({ ...asCase(vector), suiteSays: 'accepts' });

/** Who may answer: OpenSSL's OCSP recipes by non-delegated, delegated and other responders. */
const RESPONDERS: readonly SuiteCase[] = [
  ...(['accepted'] as const).flatMap((ok) => [
    asCase(one(ok, 'the issuer answers', () => ({}))),
    asCase(one(ok, 'the issuer answers, named by key', () => ({ responderId: 'byKey' }))),
    asCase(delegated(ok, 'a delegate answers')),
    asCase(delegated(ok, 'a delegate with nocheck', () => ({ also: [noCheck(false)] }))),
    asCase(delegated(ok, 'a delegate with a critical nocheck', () => ({ also: [noCheck(true)] }))),
    asCase(
      delegated(ok, 'a delegate with other purposes too', () => ({
        purposes: extKeyUsage('clientAuth', 'ocspSigning'),
      })),
    ),
  ]),
  ...(['staple-responder-unauthorized'] as const).flatMap((no) => [
    asCase(delegated(no, 'a delegate without a purpose', () => ({ purposes: null }))),
    asCase(delegated(no, 'a delegate for any purpose', () => ({ purposes: extKeyUsage('any') }))),
    asCase(delegated(no, 'a delegate of the root', (c) => ({ issuedBy: c.root }))),
    asCase(delegated(no, 'an expired delegate', (c) => ({ notAfter: c.now - 1 }))),
    asCase(one(no, 'the root answers', (c) => ({ responder: c.root, embed: [c.root] }))),
    asCase(
      one(no, 'a delegate whose certificate is not there', (c) => ({ responder: delegate(c) })),
    ),
    asCase(
      delegated(no, 'a delegate with another critical extension', () => ({
        also: [extension('1.3.6.1.5.5.7.48.1.6', true, Buffer.of(5, 0))],
      })),
    ),
    strict(
      delegated(no, 'a delegate that may not sign', () => ({ usage: keyUsage('keyEncipherment') })),
    ),
  ]),
  asCase(
    delegated('weak-signature', 'a delegate with RSA 1024', () => ({
      key: testKey('rsa1024', 'responder'),
    })),
  ),
];

/** The leaf's staple with another way to name it. */
const named = (
  expect: SignerVector['expect'],
  title: string,
  alter: (certId: Buffer, cast: Cast) => Buffer,
): SignerVector =>
  one(expect, title, (c) => ({
    alterTbs: (tbs) => {
      const id = certIdWithin(tbs);
      const other = alter(id, c);
      if (other.length !== id.length) throw new Error('expected a CertID of the same length');
      return Buffer.concat([
        tbs.subarray(0, tbs.indexOf(id)),
        other,
        tbs.subarray(tbs.indexOf(id) + id.length),
      ]);
    },
  }));

/** The hash algorithm of the one CertID: an AlgorithmIdentifier of SHA-1, whole. */
function certIdWithin(tbs: Buffer): Buffer {
  const sha1 = Buffer.concat([Buffer.of(0x30, 9), oid('1.3.14.3.2.26'), Buffer.of(5, 0)]);
  if (!tbs.includes(sha1)) throw new Error('expected a CertID by SHA-1');
  return sha1;
}

const other = (certificate: TestCertificate): TestCertificate => ({
  ...certificate,
  serial: certificate.serial ^ 1n,
});

/** What the answer is about, and what it says. */
const STATUSES: readonly SuiteCase[] = [
  asCase(one('accepted', 'a CertID by SHA-1', () => ({ single: { certIdHash: 'sha1' } }))),
  asCase(one('accepted', 'a CertID by SHA-256', () => ({ single: { certIdHash: 'sha256' } }))),
  asCase(
    named('staple-missing', 'a CertID by a hash that nobody knows', () =>
      sequence(oid('1.3.14.3.2.27'), Buffer.of(5, 0)),
    ),
  ),
  asCase(
    leafStaples('staple-missing', 'an answer about another serial number', (c) => [
      staple(c, other(c.leaf), c.intermediate),
    ]),
  ),
  asCase(
    leafStaples(
      'staple-missing',
      'an answer about the same serial number of another issuer',
      (c) => [staple(c, c.leaf, c.root, { responder: c.intermediate })],
    ),
  ),
  asCase(
    leafStaples('certificate-revoked', 'a revoked signer', (c) => [
      staple(c, c.leaf, c.intermediate, { single: { status: 'revoked' } }),
    ]),
  ),
  asCase(
    leafStaples('revocation-unknown', 'a signer that the responder does not know', (c) => [
      staple(c, c.leaf, c.intermediate, { single: { status: 'unknown' } }),
    ]),
  ),
  asCase(
    one('staple-expired', 'an answer that has been renewed since', (c) => ({
      single: { nextUpdate: c.now - 400 },
    })),
  ),
  strict(
    one('staple-expired', 'an answer without a next update', () => ({
      single: { nextUpdate: null },
    })),
  ),
];

/** Who answers for a certificate, about which one, and what. */
export const RESPONDER_CASES: readonly SuiteCase[] = [...RESPONDERS, ...STATUSES];
