import {
  algorithmIdentifier,
  contentOf,
  context,
  distinguishedName,
  generalName,
  integer,
  issueCertificate,
  member,
  scenario,
  sequence,
  staple,
  subjectAltName,
  testKey,
  type Role,
  type ScenarioSpec,
  unknownExtension,
} from '../pki/index.ts';
import { vector, type SignerVector } from './signer-vector.ts';

const flipLast = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
};

const otherName = subjectAltName(['managed-ssh-signer.us-east-1.amazonaws.com.example.net']);

const NAMES: readonly SignerVector[] = [
  vector('name-mismatch', 'another domain', { leaf: { names: otherName } }),
  vector('name-mismatch', 'another region', {
    leaf: { names: subjectAltName(['managed-ssh-signer.us-east-2.amazonaws.com']) },
  }),
  vector(
    'name-mismatch',
    'a wildcard',
    { leaf: { names: subjectAltName(['*.us-east-1.amazonaws.com']) } },
    ['accepts', 'the signer has its own name; a wildcard certificate is somebody elses'],
  ),
  vector('name-mismatch', 'the right common name beside a SubjectAltName with another', {
    leaf: { names: otherName },
  }),
  vector(
    'name-mismatch',
    'the right common name beside a SubjectAltName without dns names',
    { leaf: { names: subjectAltName([generalName.ip([10, 0, 0, 1])]) } },
    ['accepts', 'a SubjectAltName replaces the common name altogether'],
  ),
  vector(
    'name-mismatch',
    'two common names and no SubjectAltName',
    () => ({
      leaf: {
        names: null,
        subject: [
          ['CN', 'managed-ssh-signer.us-east-1.amazonaws.com'],
          ['CN', 'example.net'],
        ],
      },
    }),
    ['accepts', 'two common names leave open which one the issuer has checked'],
  ),
  vector('name-mismatch', 'the name with a dot at its end', {
    leaf: { names: subjectAltName(['managed-ssh-signer.us-east-1.amazonaws.com.']) },
  }),
  vector('chain-malformed', 'a NUL in the name', {
    leaf: { names: subjectAltName(['managed-ssh-signer.us-east-1.amazonaws.com\0.example.net']) },
  }),
];

const TRUST: readonly SignerVector[] = [
  vector('path-not-trusted', 'a root that the store does not have', () => ({
    trust: (c) => [member(c.now, { subject: 'Some Root', key: testKey('p256', 'some') })],
  })),
  vector('path-not-trusted', 'an empty store', { trust: () => [] }),
  vector('path-not-trusted', 'the intermediate missing', { serve: (c) => [c.leaf] }),
  vector(
    'path-not-trusted',
    'a root name that differs in case only',
    () => ({
      intermediate: { issuer: distinguishedName('SCENARIO ROOT') },
    }),
    ['accepts', 'names are compared byte by byte, as the CA/Browser Forum has them written'],
  ),
  vector(
    'path-not-trusted',
    'the leaf itself in the store',
    {
      serve: (c) => [c.leaf],
      trust: (c) => [c.leaf],
    },
    ['accepts', 'with -partial_chain; a leaf that is its own anchor has no issuer to revoke it'],
  ),
  vector(
    'path-constraint-violated',
    'a self-signed leaf in the store',
    () => ({
      leaf: {
        issuer: distinguishedName('managed-ssh-signer.us-east-1.amazonaws.com'),
        signingKey: testKey('rsa2048', 'leaf'),
      },
      serve: (c) => [c.leaf],
      trust: (c) => [c.leaf],
    }),
    ['accepts', 'an anchor has to be a ca'],
  ),
  vector('path-signature-invalid', 'a root of the same name with another key', {
    trust: (c) => [member(c.now, { subject: 'Scenario Root', key: testKey('p256', 'rekeyed') })],
  }),
  vector(
    'path-expired',
    'an expired leaf, and a re-keyed root of the same name first in the store',
    () => ({
      leaf: { notBefore: 1, notAfter: 2 },
      trust: (c) => [
        member(c.now, { subject: 'Scenario Root', key: testKey('p256', 'rekeyed') }),
        c.root,
      ],
    }),
  ),
  vector('path-signature-invalid', 'a tampered leaf', {
    leaf: { alterSignature: flipLast },
  }),
  vector('path-signature-invalid', 'a tampered intermediate', {
    intermediate: { alterSignature: flipLast },
  }),
  vector('path-signature-invalid', 'a leaf signed by a stranger', {
    leaf: { signingKey: testKey('p256', 'stranger') },
  }),
  vector('path-signature-invalid', 'a leaf signed with a key of another family', {
    leaf: { signingKey: testKey('rsa2048', 'stranger') },
  }),
  vector('path-not-trusted', 'two CAs that have certified each other and nobody else', () => {
    const { now } = scenario();
    const a = member(now, { subject: 'A', key: testKey('p256', 'a') });
    const b = member(now, { subject: 'B', key: testKey('p256', 'b'), issuedBy: a });
    const back = member(now, { subject: 'A', key: testKey('p256', 'a'), issuedBy: b });
    return { leaf: { issuedBy: b }, serve: (c) => [c.leaf, b, back] };
  }),
];

const TIMES: readonly SignerVector[] = (['leaf', 'intermediate', 'root'] as const).flatMap(
  (role) => {
    const { now } = scenario();
    // Scenarios take place when they are made, some seconds after this line.
    const early: Role = { notBefore: now + 3600 };
    const late: Role = { notBefore: now - 100, notAfter: now - 1 };
    return [
      vector('path-expired', `a ${role} that is not valid yet`, { [role]: early }),
      vector('path-expired', `a ${role} that expired a second ago`, { [role]: late }),
    ];
  },
);

const v1 = (): ScenarioSpec => {
  const { intermediate, now } = scenario();
  const leaf = issueCertificate({
    subject: 'managed-ssh-signer.us-east-1.amazonaws.com',
    key: testKey('rsa2048', 'leaf'),
    issuedBy: intermediate,
    notBefore: now - 10,
    notAfter: now + 10,
    version: 1,
  });
  return {
    serve: (c) => [leaf, c.intermediate],
    staples: (c) => [staple(c, leaf, c.intermediate), staple(c, c.intermediate, c.root)],
  };
};

const MALFORMED: readonly SignerVector[] = [
  vector('chain-malformed', 'no certificate at all', { serve: () => [] }),
  vector('chain-malformed', 'a leaf that is cut off', {
    serve: (c) => [c.leaf.der.subarray(0, -1), c.intermediate],
  }),
  vector('chain-malformed', 'an intermediate that is cut off', {
    serve: (c) => [c.leaf, c.intermediate.der.subarray(0, -1)],
  }),
  vector(
    'chain-malformed',
    'bytes after the leaf',
    { serve: (c) => [Buffer.concat([c.leaf.der, Buffer.of(0)]), c.intermediate] },
    ['accepts', 'DER knows nothing after the end'],
  ),
  vector('chain-malformed', 'a leaf of version 1', v1, [
    'accepts',
    'version 1 cannot say what a certificate may be used for',
  ]),
  vector('chain-malformed', 'another signature algorithm inside than outside', {
    leaf: { innerAlgorithm: algorithmIdentifier(testKey('p256'), 'sha384') },
  }),
  vector(
    'chain-malformed',
    'an extension twice',
    { leaf: { also: [unknownExtension(false), unknownExtension(false)] } },
    ['accepts', 'RFC 5280 4.2: at most one instance of an extension'],
  ),
  vector(
    'chain-malformed',
    'a negative serial number',
    {
      leaf: { alterTbs: (tbs) => replaceSerial(tbs, Buffer.of(0xff)) },
    },
    ['accepts', 'RFC 5280 4.1.2.2: a positive number'],
  ),
  vector(
    'chain-malformed',
    'a serial number of 21 octets',
    {
      leaf: { serial: 1n << 164n },
    },
    ['accepts', 'RFC 5280 4.1.2.2: at most 20 octets'],
  ),
  vector(
    'chain-malformed',
    'eleven certificates',
    {
      serve: (c) => [c.leaf, c.intermediate, ...Array.from({ length: 9 }, () => c.root)],
    },
    ['accepts', 'no chain in use has more than five'],
  ),
];

/** Replaces the serial number of a tbsCertificate, which stands after its version. */
function replaceSerial(tbs: Buffer, serial: Buffer): Buffer {
  const content = contentOf(tbs);
  const version = context(0, integer(2));
  const old = content.readUInt8(version.length + 1);
  return sequence(version, integer(serial), content.subarray(version.length + 2 + old));
}

/** Chains that cannot be read or lead nowhere, one thing wrong with each. */
export const BAD_PATHS: readonly SignerVector[] = [...NAMES, ...TRUST, ...TIMES, ...MALFORMED];
