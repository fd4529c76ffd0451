import {
  basicConstraints,
  distinguishedName,
  extension,
  extKeyUsage,
  generalName,
  keyUsage,
  member,
  nameConstraints,
  scenario,
  sequence,
  subjectAltName,
  testKey,
  unknownExtension,
  utf8String,
  type ScenarioSpec,
  printableString,
} from '../pki/index.ts';
import { vector, type SignerVector } from './signer-vector.ts';

const constrained = (...[trees]: Parameters<typeof nameConstraints>): ScenarioSpec => ({
  intermediate: { also: [nameConstraints(trees)] },
});

const USES: readonly SignerVector[] = [
  vector('path-constraint-violated', 'an intermediate without the CA flag', {
    intermediate: { basic: basicConstraints(false) },
  }),
  vector('path-constraint-violated', 'an intermediate without BasicConstraints', {
    intermediate: { basic: null },
  }),
  vector('path-constraint-violated', 'an intermediate that may not sign certificates', {
    intermediate: { usage: keyUsage('digitalSignature', 'cRLSign') },
  }),
  vector('path-constraint-violated', 'a root that may not sign certificates', {
    root: { usage: keyUsage('cRLSign') },
  }),
  vector('path-constraint-violated', 'a root without the CA flag', {
    root: { basic: basicConstraints(false) },
  }),
  vector('path-constraint-violated', 'a path longer than the root allows', {
    root: { basic: basicConstraints(true, { pathLength: 0 }) },
  }),
  vector('path-constraint-violated', 'a path longer than an intermediate allows', () => {
    const { root, now } = scenario();
    const upper = member(now, {
      subject: 'Upper',
      key: testKey('p256', 'upper'),
      issuedBy: root,
      basic: basicConstraints(true, { pathLength: 0 }),
    });
    return { intermediate: { issuedBy: upper }, serve: (c) => [c.leaf, c.intermediate, upper] };
  }),
  vector(
    'path-constraint-violated',
    'a leaf that is a CA',
    { leaf: { basic: basicConstraints(true), usage: keyUsage('digitalSignature') } },
    ['accepts', 'a signer never issues; a ca certificate with its name is a mistake or an attack'],
  ),
  vector('path-constraint-violated', 'a leaf that may sign certificates', {
    leaf: { usage: keyUsage('digitalSignature', 'keyCertSign') },
  }),
  vector(
    'path-constraint-violated',
    'a leaf that may not make signatures',
    { leaf: { usage: keyUsage('keyEncipherment') } },
    ['accepts', 'enough for a TLS server with RSA key exchange, not for signing key blobs'],
  ),
  vector('path-constraint-violated', 'a leaf for mail only', {
    leaf: {
      purposes: extension('2.5.29.37', false, sequence(Buffer.from('06082b06010505070304', 'hex'))),
    },
  }),
  vector('path-constraint-violated', 'an intermediate for code signing only', {
    intermediate: { purposes: extKeyUsage('codeSigning') },
  }),
];

const CONSTRAINTS: readonly SignerVector[] = [
  vector(
    'path-constraint-violated',
    'a name outside of the permitted dns subtrees',
    constrained({ permitted: [generalName.dns('example.net')] }),
  ),
  vector(
    'path-constraint-violated',
    'a name in an excluded dns subtree',
    constrained({ excluded: [generalName.dns('amazonaws.com')] }),
  ),
  vector(
    'path-constraint-violated',
    'a dns subtree that ends inside of a label',
    constrained({ permitted: [generalName.dns('zonaws.com')] }),
  ),
  vector('path-constraint-violated', 'a common name outside of the permitted dns subtrees', {
    ...constrained({ permitted: [generalName.dns('example.net')] }),
    leaf: { names: null },
  }),
  vector('path-constraint-violated', 'constraints of the root, two levels up', {
    root: { also: [nameConstraints({ excluded: [generalName.dns('us-east-1.amazonaws.com')] })] },
  }),
  vector(
    'path-constraint-violated',
    'a subject outside of the permitted directory subtrees',
    constrained({ permitted: [generalName.directory(distinguishedName([['O', 'AWS']]))] }),
  ),
  vector(
    'path-constraint-violated',
    'a subject in an excluded directory subtree, written otherwise',
    {
      leaf: {
        subject: [
          ['O', 'Evil  CORP', printableString],
          ['CN', 'x'],
        ],
      },
      ...constrained({
        excluded: [generalName.directory(distinguishedName([['O', 'evil corp', utf8String]]))],
      }),
    },
  ),
  vector('path-constraint-violated', 'an intermediate that the root excludes', {
    root: {
      also: [
        nameConstraints({
          excluded: [generalName.directory(distinguishedName('Scenario Intermediate'))],
        }),
      ],
    },
  }),
  vector(
    'path-constraint-violated',
    'a mail address where mail addresses are constrained',
    {
      ...constrained({ permitted: [generalName.email('example.net')] }),
      leaf: {
        names: subjectAltName([
          'managed-ssh-signer.us-east-1.amazonaws.com',
          generalName.email('a@example.net'),
        ]),
      },
    },
    ['accepts', 'it compares mail addresses; RFC 5280 4.2.1.10 lets a verifier refuse instead'],
  ),
  vector('path-constraint-violated', 'an address where addresses are constrained, not critically', {
    intermediate: {
      also: [nameConstraints({ excluded: [generalName.ip([10, 0, 0, 0, 255, 0, 0, 0])] }, false)],
    },
    leaf: {
      names: subjectAltName([
        'managed-ssh-signer.us-east-1.amazonaws.com',
        generalName.ip([10, 0, 0, 1]),
      ]),
    },
  }),
];

const SELF_ISSUED = vector(
  'path-constraint-violated',
  "a leaf with its issuer's name, which is no excuse",
  {
    ...constrained({ excluded: [generalName.dns('amazonaws.com')] }),
    leaf: { subject: 'Scenario Intermediate' },
  },
);

const CRITICAL: readonly SignerVector[] = [
  ...(['leaf', 'intermediate', 'root'] as const).map((role) =>
    vector('unknown-critical-extension', `an unknown critical extension in the ${role}`, {
      [role]: { also: [unknownExtension(true)] },
    }),
  ),
  vector(
    'unknown-critical-extension',
    'critical policy constraints',
    {
      intermediate: {
        also: [extension('2.5.29.36', true, sequence(Buffer.from([0x80, 1, 5])))],
      },
    },
    ['accepts', 'policies are not processed here, so nothing that demands them is let through'],
  ),
  vector('unknown-critical-extension', 'a certificate transparency precertificate', {
    leaf: { also: [extension('1.3.6.1.4.1.11129.2.4.3', true, Buffer.from([5, 0]))] },
  }),
];

const WEAK: readonly SignerVector[] = [
  vector('weak-signature', 'a leaf signed with SHA-1', { leaf: { hash: 'sha1' } }),
  vector('weak-signature', 'an intermediate signed with SHA-1', { intermediate: { hash: 'sha1' } }),
  vector('weak-signature', 'a leaf with RSA 1024', { leaf: { key: testKey('rsa1024', 'leaf') } }),
  vector('weak-signature', 'an intermediate with RSA 1024', {
    intermediate: { key: testKey('rsa1024', 'intermediate') },
  }),
  vector('weak-signature', 'a root with RSA 1024', { root: { key: testKey('rsa1024', 'root') } }),
  vector('weak-signature', 'a root on secp256k1', { root: { key: testKey('secp256k1', 'root') } }, [
    'accepts',
    'only the NIST curves are taken',
  ]),
  vector(
    'weak-signature',
    'a leaf with an EC key',
    { leaf: { key: testKey('p256', 'leaf'), usage: keyUsage('digitalSignature') } },
    ['accepts', 'key blobs are signed with RSA-PSS'],
  ),
  vector(
    'weak-signature',
    'a leaf signed with RSASSA-PSS',
    { intermediate: { key: testKey('rsa2048', 'intermediate') }, leaf: { hash: 'pss' } },
    ['accepts', 'its parameters are a field of their own, and no public CA uses it'],
  ),
  vector(
    'weak-signature',
    'an intermediate with an Ed25519 key',
    { intermediate: { key: testKey('ed25519', 'intermediate') } },
    ['accepts', 'no public CA uses it'],
  ),
];

/** Paths with a member that is not what it should be, one thing wrong with each. */
export const BAD_MEMBERS: readonly SignerVector[] = [
  ...USES,
  ...CONSTRAINTS,
  SELF_ISSUED,
  ...CRITICAL,
  ...WEAK,
];
