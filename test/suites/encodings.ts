import {
  bitString,
  contentOf,
  contextPrimitive,
  distinguishedName,
  extension,
  generalizedTime,
  ia5String,
  integer,
  oid,
  printableString,
  scenario,
  sequence,
  testKey,
  utf8String,
  type Role,
} from '../pki/index.ts';
import { alike, stricter, type SuiteCase } from './suite-case.ts';

/** The validity as GeneralizedTime, which CAs must not write before 2050. */
const generalized = (): Role => {
  const { now } = scenario();
  return { validity: sequence(generalizedTime(now - 100), generalizedTime(now + 10_000)) };
};

/** keyCertSign and cRLSign in two octets, the last nine bits of them superfluous. */
const longUsage = extension('2.5.29.15', true, bitString(Buffer.of(0x06, 0x00), 7));

/** issuerUniqueID and subjectUniqueID behind the public key, where there are no extensions. */
const uniqueIds = (tbs: Buffer): Buffer => {
  const content = contentOf(tbs);
  const at = content.lastIndexOf(Buffer.from('a3', 'hex'), extensionsAt(content));
  const ids = [1, 2].map((n) => contextPrimitive(n, Buffer.of(0, 0xaa)));
  return sequence(content.subarray(0, at), ...ids, content.subarray(at));
};

/** Where the extensions' tag [3] stands: its content reaches exactly to the end. */
function extensionsAt(content: Buffer): number {
  for (let at = content.length - 2; at >= 0; at--) {
    const first = content[at + 1] ?? 0;
    const header = first < 0x80 ? 2 : 2 + (first & 0x7f);
    // In a key the octet may stand for itself, with anything behind it.
    if (content[at] !== 0xa3 || first === 0x80 || first > 0x84) continue;
    if (at + header > content.length) continue;
    const length = first < 0x80 ? first : content.readUIntBE(at + 2, first & 0x7f);
    if (at + header + length === content.length) return at;
  }
  throw new Error('expected extensions');
}

const policies = (critical: boolean, qualifier: string): Buffer =>
  extension(
    '2.5.29.32',
    critical,
    sequence(
      sequence(
        oid('2.23.140.1.2.1'),
        sequence(sequence(oid(qualifier), ia5String('https://ca.example/cps'))),
      ),
    ),
  );
const CPS = '1.3.6.1.5.5.7.2.1';
const UNKNOWN_QUALIFIER = '1.3.6.1.4.1.99999.2';

const rsaIntermediate = { key: testKey('rsa2048', 'intermediate') };
const noParameters = (hash: 11 | 12 | 13): Buffer => sequence(oid(`1.2.840.113549.1.1.${hash}`));

/** Encodings that RFC 5280 says must be read although CAs must not write them. */
const LENIENT: readonly SuiteCase[] = [
  ...(['leaf', 'intermediate', 'root'] as const).map((role) =>
    alike('PKITS', 'accepted', `a GeneralizedTime before 2050 in the ${role}`, () => ({
      [role]: generalized(),
    })),
  ),
  alike('x509-limbo', 'accepted', 'superfluous zero bits in the KeyUsage of the root', {
    root: { usage: longUsage },
  }),
  alike('x509-limbo', 'accepted', 'superfluous zero bits in the KeyUsage of the intermediate', {
    intermediate: { usage: longUsage },
  }),
  alike('x509-limbo', 'accepted', 'unique identifiers in the intermediate', {
    intermediate: { alterTbs: uniqueIds },
  }),
  stricter('PKITS', 'chain-malformed', 'a negative serial number', {
    leaf: { serial: undefined, alterTbs: negativeSerial },
  }),
  stricter('x509-limbo', 'path-not-trusted', 'a name that differs in its string type alone', {
    intermediate: { issuer: distinguishedName([['CN', 'Scenario Root', printableString]]) },
  }),
];

function negativeSerial(tbs: Buffer): Buffer {
  const content = contentOf(tbs);
  const length = content.readUInt8(6);
  return sequence(content.subarray(0, 5), integer(Buffer.of(0xff)), content.subarray(7 + length));
}

/** Signature algorithms: which are taken, and in which form. */
const ALGORITHMS: readonly SuiteCase[] = [
  ...([11, 12, 13] as const).map((id) =>
    alike('Wycheproof', 'accepted', `RSA signature algorithm ${id} without parameters`, {
      intermediate: rsaIntermediate,
      leaf: {
        hash: id === 11 ? 'sha256' : id === 12 ? 'sha384' : 'sha512',
        algorithm: noParameters(id),
      },
    }),
  ),
  alike('Wycheproof', 'weak-signature', 'RSA with parameters that are no NULL', {
    intermediate: rsaIntermediate,
    leaf: { algorithm: sequence(oid('1.2.840.113549.1.1.11'), utf8String('')) },
  }),
  alike('Wycheproof', 'weak-signature', 'ECDSA with NULL parameters', {
    leaf: { algorithm: sequence(oid('1.2.840.10045.4.3.2'), Buffer.of(5, 0)) },
  }),
  alike('x509-limbo', 'weak-signature', 'SHA-1', { leaf: { hash: 'sha1' } }),
  alike('x509-limbo', 'chain-malformed', 'parameters outside and none inside', {
    intermediate: rsaIntermediate,
    leaf: { innerAlgorithm: noParameters(11) },
  }),
];

/** Policies: PKITS 4.8 to 4.12, as far as a verifier that asks for no policy sees them. */
const POLICIES: readonly SuiteCase[] = [
  alike('PKITS', 'accepted', 'critical policies with a pointer to the practice statement', {
    intermediate: { also: [policies(true, CPS)] },
  }),
  alike('PKITS', 'accepted', 'policies with an unknown qualifier, not critical', {
    intermediate: { also: [policies(false, UNKNOWN_QUALIFIER)] },
  }),
  alike('PKITS', 'unknown-critical-extension', 'critical policies with an unknown qualifier', {
    intermediate: { also: [policies(true, UNKNOWN_QUALIFIER)] },
  }),
  alike('PKITS', 'accepted', 'policy constraints that demand a policy, which all have', {
    intermediate: { also: [constraints(false), policies(false, CPS)] },
    leaf: { also: [policies(false, CPS)] },
  }),
  stricter('PKITS', 'unknown-critical-extension', 'the same constraints, critical', {
    intermediate: { also: [constraints(true), policies(false, CPS)] },
    leaf: { also: [policies(false, CPS)] },
  }),
];

function constraints(critical: boolean): Buffer {
  return extension('2.5.29.36', critical, sequence(contextPrimitive(0, Buffer.of(0))));
}

/** How certificates are written, and what they are signed with. */
export const ENCODING_CASES: readonly SuiteCase[] = [...LENIENT, ...ALGORITHMS, ...POLICIES];
