import { MAX_STAPLES } from '../../src/signer/verify-signer.ts';
import {
  basicConstraints,
  extKeyUsage,
  keyUsage,
  ocspError,
  scenario,
  staple,
  testKey,
  unknownExtension,
  wrapBasic,
} from '../pki/index.ts';
import type { SignerVector } from './signer-vector.ts';

import {
  DAY,
  leafStaples,
  one,
  delegated,
  good,
  saying,
  stale,
  delegate,
} from './signer-staple-cases.ts';

const ONE_AT_A_TIME = ['accepts', 'it is asked about one response at a time'] as const;

const SAYS_NO: readonly SignerVector[] = [
  leafStaples('certificate-revoked', 'a revoked signer', (c) => [saying(c, 'revoked')]),
  leafStaples(
    'certificate-revoked',
    'good from one staple, revoked from another',
    (c) => [good(c), saying(c, 'revoked')],
    ONE_AT_A_TIME,
  ),
  leafStaples(
    'certificate-revoked',
    'revoked in a stale staple, good in a fresh one',
    (c) => [good(c), stale(c, 'revoked')],
    ONE_AT_A_TIME,
  ),
  {
    title: 'a revoked intermediate',
    expect: 'certificate-revoked',
    build: () =>
      scenario({
        staples: (c) => [
          good(c),
          staple(c, c.intermediate, c.root, { single: { status: 'revoked' } }),
        ],
      }),
  },
  leafStaples('revocation-unknown', 'a responder that does not know the signer', (c) => [
    saying(c, 'unknown'),
  ]),
];

const ABSENT: readonly SignerVector[] = [
  leafStaples('staple-missing', 'no staple for the signer', () => []),
  {
    title: 'no staple for the intermediate',
    expect: 'staple-missing',
    build: () => scenario({ staples: (c) => [good(c)] }),
  },
  one('staple-missing', "a staple for the issuer's other certificate", (c) => ({
    singles: [
      {
        certificate: { ...c.leaf, serial: c.leaf.serial + 1n },
        issuer: c.intermediate,
        thisUpdate: c.now - 60,
        nextUpdate: c.now + DAY,
      },
    ],
  })),
  one('staple-missing', 'the same serial number of another issuer', (c) => ({
    singles: [
      { certificate: c.leaf, issuer: c.root, thisUpdate: c.now - 60, nextUpdate: c.now + DAY },
    ],
  })),
  leafStaples('staple-error-status', 'tryLater instead of a status', () => [ocspError(3)]),
  leafStaples('staple-error-status', 'unauthorized instead of a status', () => [ocspError(6)]),
  leafStaples('staple-malformed', 'a staple that is cut off', (c) => [good(c).subarray(0, -1)]),
  leafStaples('staple-malformed', 'an empty staple', () => [Buffer.alloc(0)]),
  leafStaples('staple-malformed', 'an HTML page', () => [Buffer.from('<html></html>')]),
  leafStaples('staple-malformed', 'another response type', (c) => [
    wrapBasic(good(c), '1.3.6.1.5.5.7.48.1.99'),
  ]),
  leafStaples(
    'staple-malformed',
    'bytes after the response',
    (c) => [Buffer.concat([good(c), Buffer.of(0)])],
    ['accepts', 'DER knows nothing after the end'],
  ),
  leafStaples(
    'staple-malformed',
    'a staple more than a login fetches',
    (c) => Array.from({ length: MAX_STAPLES }, () => good(c)),
    ['accepts', 'a path has three or four certificates; 16 staples are plenty'],
  ),
];

const STALE: readonly SignerVector[] = [
  leafStaples('staple-expired', 'a staple that should have been renewed', (c) => [
    stale(c, 'good'),
  ]),
  one('staple-expired', 'thisUpdate in the future', (c) => ({
    single: { thisUpdate: c.now + 3600, nextUpdate: c.now + DAY },
  })),
  one('staple-expired', 'nextUpdate 330 s ago', (c) => ({ single: { nextUpdate: c.now - 330 } })),
  one('staple-expired', 'no nextUpdate', () => ({ single: { nextUpdate: null } }), [
    'accepts',
    'RFC 6960 4.2.2.1: newer information is always available then; a staple never is that',
  ]),
  one('staple-expired', 'nextUpdate before thisUpdate', (c) => ({
    single: { thisUpdate: c.now + 100, nextUpdate: c.now - 100 },
  })),
  one('staple-expired', 'signed in the future', (c) => ({ producedAt: c.now + DAY }), [
    'accepts',
    'it does not look at producedAt',
  ]),
];

const AUTHENTICITY: readonly SignerVector[] = [
  one('staple-signature-invalid', 'a tampered signature', () => ({ alterSignature: flipLastOf })),
  one('staple-signature-invalid', "a stranger's signature", () => ({
    signingKey: testKey('p256', 'stranger'),
  })),
  one('staple-responder-unauthorized', 'signed by the root, not by the issuer', (c) => ({
    responder: c.root,
    embed: [c.root],
  })),
  one('staple-responder-unauthorized', 'signed by the signer itself', (c) => ({
    responder: c.leaf,
    embed: [c.leaf],
  })),
  one(
    'staple-responder-unauthorized',
    'signed by a delegate whose certificate is not sent',
    (c) => ({
      responder: delegate(c),
    }),
  ),
  one('staple-responder-unauthorized', 'a name that is not the signing certificate', (c) => {
    const responder = delegate(c);
    return { responder: { ...responder, subject: c.leaf.subject }, embed: [responder] };
  }),
  delegated('staple-responder-unauthorized', 'a delegate of the root', (c) => ({
    issuedBy: c.root,
  })),
  delegated('staple-responder-unauthorized', 'a sibling of the same name as issuer', (c) => ({
    issuedBy: { ...c.intermediate, key: testKey('p256', 'sibling') },
  })),
  delegated(
    'staple-responder-unauthorized',
    "a delegate with the issuer's signature under another name",
    (c) => ({ issuedBy: c.root, signingKey: c.intermediate.key }),
  ),
  delegated('staple-responder-unauthorized', 'a delegate without OCSPSigning', () => ({
    purposes: extKeyUsage('serverAuth'),
  })),
  delegated('staple-responder-unauthorized', 'a delegate without ExtendedKeyUsage', () => ({
    purposes: null,
  })),
  delegated('staple-responder-unauthorized', 'a delegate with any purpose', () => ({
    purposes: extKeyUsage('any'),
  })),
  delegated('staple-responder-unauthorized', 'an expired delegate', (c) => ({
    notAfter: c.now - 1,
  })),
  delegated('staple-responder-unauthorized', 'a delegate that is not valid yet', (c) => ({
    notBefore: c.now + 3600,
  })),
  delegated(
    'staple-responder-unauthorized',
    'a delegate that is a CA',
    () => ({ basic: basicConstraints(true), usage: keyUsage('digitalSignature') }),
    ['accepts', 'a delegate answers and does nothing else'],
  ),
  delegated(
    'staple-responder-unauthorized',
    'a delegate that may not make signatures',
    () => ({
      usage: keyUsage('keyEncipherment'),
    }),
    ['accepts', 'RFC 5280 4.2.1.3: signatures on anything but certificates need digitalSignature'],
  ),
  delegated(
    'staple-responder-unauthorized',
    'a delegate with an unknown critical extension',
    () => ({
      also: [unknownExtension(true)],
    }),
  ),
  {
    title: 'a signer that is its own delegate',
    expect: 'staple-responder-unauthorized',
    build: () =>
      scenario({
        leaf: { purposes: extKeyUsage('serverAuth', 'ocspSigning') },
        staples: (c) => [
          staple(c, c.leaf, c.intermediate, { responder: c.leaf, embed: [c.leaf] }),
          staple(c, c.intermediate, c.root),
        ],
      }),
    openssl: ['accepts', 'nobody vouches for himself'],
  },
  one(
    'unknown-critical-extension',
    'an unknown critical extension of the response',
    () => ({
      extensions: [unknownExtension(true)],
    }),
    ['accepts', 'RFC 6960 4.4: a critical extension must be recognised'],
  ),
  one(
    'unknown-critical-extension',
    'an unknown critical extension of the status',
    () => ({
      single: { extensions: [unknownExtension(true)] },
    }),
    ['accepts', 'RFC 6960 4.4: a critical extension must be recognised'],
  ),
  one('weak-signature', 'a response signed with SHA-1', () => ({ hash: 'sha1' }), [
    'accepts',
    'SHA-1 collisions can be bought',
  ]),
  delegated(
    'weak-signature',
    'a delegate with RSA 1024',
    () => ({ key: testKey('rsa1024', 'responder') }),
    ['accepts', 'less than 112 bits'],
  ),
];

function flipLastOf(signature: Buffer): Buffer {
  const copy = Buffer.from(signature);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}

/** Staples that are not, one thing wrong with each. */
export const BAD_STAPLES: readonly SignerVector[] = [
  ...SAYS_NO,
  ...ABSENT,
  ...STALE,
  ...AUTHENTICITY,
];
