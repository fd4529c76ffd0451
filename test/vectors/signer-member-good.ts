import {
  basicConstraints,
  distinguishedName,
  extension,
  extKeyUsage,
  generalName,
  issueCa,
  keyUsage,
  member,
  nameConstraints,
  oid,
  scenario,
  sequence,
  staple,
  subjectAltName,
  testKey,
  unknownExtension,
  type Cast,
  type KeyKind,
  type TestCertificate,
} from '../pki/index.ts';
import type { SignerVector } from './signer-vector.ts';

const DAY = 86_400;

const chainOf = (kind: KeyKind): SignerVector => ({
  title: `CAs with ${kind} keys`,
  expect: 'accepted',
  build: () => {
    const ca = (slot: string): { key: ReturnType<typeof testKey> } => ({
      key: testKey(kind, slot),
    });
    return scenario({ root: ca('root'), intermediate: ca('intermediate') });
  },
});

/** The root's name with another key, signed by the root: a key rollover, RFC 5280's self-issued. */
const selfIssued = (cast: Cast): TestCertificate =>
  member(cast.now, {
    subject: cast.root.subject,
    key: testKey('p256', 'self-issued'),
    issuedBy: cast.root,
    basic: basicConstraints(true, { pathLength: 1 }),
  });

/** Paths with a member that is peculiar in an allowed way. */
export const GOOD_MEMBERS: readonly SignerVector[] = [
  ...(['rsa2048', 'rsa4096', 'p384', 'p521'] as const).map(chainOf),
  {
    title: 'signatures with SHA-384 and SHA-512',
    expect: 'accepted',
    build: () => scenario({ intermediate: { hash: 'sha384' }, leaf: { hash: 'sha512' } }),
  },
  {
    title: 'a common name and no SubjectAltName',
    expect: 'accepted',
    build: () => scenario({ leaf: { names: null } }),
  },
  {
    title: 'the name in mixed case, among others',
    expect: 'accepted',
    build: () =>
      scenario({
        leaf: {
          names: subjectAltName(['other.example', 'Managed-SSH-Signer.us-east-1.AmazonAWS.com']),
        },
      }),
  },
  {
    title: 'a leaf without ExtendedKeyUsage and KeyUsage',
    expect: 'accepted',
    build: () => scenario({ leaf: { purposes: null, usage: null } }),
  },
  {
    title: 'a leaf without BasicConstraints',
    expect: 'accepted',
    build: () => scenario({ leaf: { basic: null } }),
  },
  {
    title: 'an intermediate restricted to TLS servers',
    expect: 'accepted',
    build: () => scenario({ intermediate: { purposes: extKeyUsage('serverAuth') } }),
  },
  {
    title: 'path lengths that just suffice',
    expect: 'accepted',
    build: () =>
      scenario({
        root: { basic: basicConstraints(true, { pathLength: 1 }) },
        intermediate: { basic: basicConstraints(true, { pathLength: 0 }) },
      }),
  },
  {
    title: 'a self-issued CA, which no path length counts and no name constraint holds',
    expect: 'accepted',
    build: () => {
      const excluded = [generalName.directory(distinguishedName('Scenario Root'))];
      const root = {
        basic: basicConstraints(true, { pathLength: 1 }),
        also: [nameConstraints({ excluded })],
      };
      const middle = selfIssued(scenario({ root }));
      return scenario({
        root,
        intermediate: { issuedBy: middle },
        serve: (c) => [c.leaf, c.intermediate, middle],
        staples: (c) => [
          staple(c, c.leaf, c.intermediate),
          staple(c, c.intermediate, middle),
          staple(c, middle, c.root),
        ],
      });
    },
  },
  {
    title: 'name constraints that permit the name',
    expect: 'accepted',
    build: () =>
      scenario({
        intermediate: {
          also: [
            nameConstraints({
              permitted: [generalName.dns('AMAZONAWS.com'), generalName.directory(sequence())],
              excluded: [generalName.dns('us-west-2.amazonaws.com')],
            }),
          ],
        },
      }),
  },
  {
    title: 'name constraints on forms that the certificate does not have',
    expect: 'accepted',
    build: () =>
      scenario({
        root: {
          also: [nameConstraints({ excluded: [generalName.ip([0, 0, 0, 0, 0, 0, 0, 0])] })],
        },
      }),
  },
  {
    title: 'a permitted directory subtree around the subject',
    expect: 'accepted',
    build: () =>
      scenario({
        leaf: {
          subject: [
            ['O', 'AWS'],
            ['CN', 'x'],
          ],
        },
        intermediate: {
          also: [
            nameConstraints({
              permitted: [generalName.directory(distinguishedName([['O', 'AWS']]))],
            }),
          ],
        },
      }),
  },
  {
    title: 'critical certificate policies, and an unknown extension that is not critical',
    expect: 'accepted',
    build: () =>
      scenario({
        leaf: {
          also: [
            extension('2.5.29.32', true, sequence(sequence(oid('2.23.140.1.2.1')))),
            unknownExtension(false),
          ],
        },
      }),
  },
  {
    title: 'the first second of the validity',
    expect: 'accepted',
    build: () => {
      const { now } = scenario();
      return scenario({ leaf: { notBefore: now }, intermediate: { notBefore: now } });
    },
  },
  {
    title: 'the last second of the validity',
    expect: 'accepted',
    build: () => {
      const { now } = scenario();
      return scenario({ now, leaf: { notAfter: now } });
    },
    openssl: ['refuses', 'it ends the validity a second early; RFC 5280 4.1.2.5: inclusive'],
  },
  {
    title: 'a validity that ends after 2050',
    expect: 'accepted',
    build: () => scenario({ root: { notAfter: Date.UTC(2055, 1) / 1000 } }),
  },
  {
    title: "an authority key id that is not the issuer's",
    expect: 'accepted',
    build: () => {
      const { root, now } = scenario();
      const stranger = issueCa({
        subject: 'Stranger',
        key: testKey('p256', 'stranger'),
        notBefore: now - DAY,
        notAfter: now + DAY,
      });
      return scenario({
        intermediate: { issuedBy: stranger, issuer: root.subject, signingKey: root.key },
      });
    },
    openssl: [
      'refuses',
      'key ids only help to find a path (RFC 5280 4.2.1.1); the signature proves it',
    ],
  },
  {
    title: 'a leaf whose key may also agree on keys',
    expect: 'accepted',
    build: () => scenario({ leaf: { usage: keyUsage('digitalSignature', 'keyAgreement') } }),
  },
];
