import { ocspError, pemOf, scenario, staple, testKey, unknownExtension } from '../pki/index.ts';
import type { SignerVector } from './signer-vector.ts';

import {
  DAY,
  delegate,
  leafStaples,
  one,
  delegated,
  good,
  saying,
  stale,
} from './signer-staple-cases.ts';

/** Staples that are good enough. */
export const GOOD_STAPLES: readonly SignerVector[] = [
  one('accepted', 'signed by the issuer, named by key', () => ({ responderId: 'byKey' })),
  one('accepted', 'a CertID with SHA-256', () => ({ single: { certIdHash: 'sha256' } })),
  one('accepted', "the issuer's certificate sent along", (c) => ({ embed: [c.intermediate] })),
  one(
    'accepted',
    'something sent along that is no certificate',
    (c) => ({
      embed: [{ ...c.root, der: c.root.subject }],
    }),
    ['refuses', 'it reads what is sent along before it is needed; the signature does not cover it'],
  ),
  one('accepted', 'signed with SHA-384', () => ({ hash: 'sha384' })),
  one(
    'accepted',
    'a status about another certificate before the right one',
    (c) => ({
      singles: [c.intermediate, c.leaf].map((certificate, i) => ({
        certificate,
        issuer: i === 0 ? c.root : c.intermediate,
        thisUpdate: c.now - 60,
        nextUpdate: c.now + DAY,
      })),
    }),
    [
      'refuses',
      'all statuses must be of one issuer; RFC 6960 4.2.2.2 asks who answers for the certificate in question',
    ],
  ),
  one('accepted', 'an extension that is not critical', () => ({
    extensions: [unknownExtension(false)],
  })),
  one('accepted', 'thisUpdate a little ahead of the clock', (c) => ({
    producedAt: c.now + 290,
    single: { thisUpdate: c.now + 290 },
  })),
  one('accepted', 'nextUpdate a little in the past', (c) => ({
    single: { nextUpdate: c.now - 200 },
  })),
  delegated('accepted', 'signed by a delegate'),
  delegated('accepted', 'signed by a delegate without BasicConstraints and KeyUsage', () => ({
    basic: null,
    usage: null,
  })),
  delegated('accepted', 'signed by a delegate with RSA 2048', () => ({
    key: testKey('rsa2048', 'responder'),
  })),
  one(
    'accepted',
    'a certificate that is no delegate beside that of the delegate',
    (c) => {
      const responder = delegate(c);
      const other = delegate(c, { key: testKey('p256', 'other'), purposes: null });
      return { responder, embed: [other, responder] };
    },
    ['refuses', 'it takes the first certificate of that name and looks no further'],
  ),
  {
    title: 'base64 text with line breaks',
    expect: 'accepted',
    build: () => {
      const plain = scenario();
      const text = (der: Buffer): string => pemOf(der).replaceAll(/-----.*-----\n/g, '');
      return { ...plain, staples: plain.staples.map((der) => Buffer.from(text(der))) };
    },
  },
  leafStaples('accepted', 'a good staple beside a stale one', (c) => [stale(c, 'good'), good(c)]),
  leafStaples('accepted', 'a good staple beside one that does not know', (c) => [
    saying(c, 'unknown'),
    good(c),
  ]),
  leafStaples('accepted', 'a good staple beside a forged revocation', (c) => [
    staple(c, c.leaf, c.intermediate, {
      signingKey: testKey('p256', 'x'),
      single: { status: 'revoked' },
    }),
    good(c),
  ]),
  leafStaples('accepted', 'a good staple beside garbage and an error', (c) => [
    Buffer.from('garbage'),
    ocspError(6),
    good(c),
  ]),
];
