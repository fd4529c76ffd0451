import {
  bitString,
  boolean,
  context,
  contextPrimitive,
  ia5String,
  integer,
  octetString,
  oid,
  sequence,
} from './der.ts';

/** One Extension, DER, around the DER of its value. RFC 5280 4.1: a false `critical` is left out. */
export function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** BasicConstraints, critical unless told otherwise. */
export function basicConstraints(
  ca: boolean,
  options: { pathLength?: number; critical?: boolean } = {},
): Buffer {
  const value = sequence(
    ...(ca ? [boolean(true)] : []),
    ...(options.pathLength === undefined ? [] : [integer(options.pathLength)]),
  );
  return extension('2.5.29.19', options.critical ?? true, value);
}

/** The bits of KeyUsage in the order of RFC 5280 4.2.1.3. */
const KEY_USAGE_BITS = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const;
export type KeyUsageBit = (typeof KEY_USAGE_BITS)[number];

/** KeyUsage, critical, minimal named-bit-list form. */
export function keyUsage(...bits: readonly KeyUsageBit[]): Buffer {
  let octet = 0;
  let last = 0;
  for (const bit of bits) {
    const index = KEY_USAGE_BITS.indexOf(bit);
    octet |= 0x80 >> index;
    last = Math.max(last, index);
  }
  const value =
    bits.length === 0 ? bitString(Buffer.alloc(0)) : bitString(Buffer.from([octet]), 7 - last);
  return extension('2.5.29.15', true, value);
}

export const EKU = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** ExtendedKeyUsage, not critical, from names of `EKU`. */
export function extKeyUsage(...purposes: readonly (keyof typeof EKU)[]): Buffer {
  return extension('2.5.29.37', false, sequence(...purposes.map((purpose) => oid(EKU[purpose]))));
}

/** GeneralName forms that the tests need. */
export const generalName = {
  email: (text: string): Buffer => contextPrimitive(1, Buffer.from(text)),
  dns: (text: string): Buffer => contextPrimitive(2, Buffer.from(text)),
  directory: (name: Uint8Array): Buffer => context(4, name),
  uri: (text: string): Buffer => contextPrimitive(6, Buffer.from(text)),
  ip: (octets: readonly number[]): Buffer => contextPrimitive(7, Buffer.from(octets)),
} as const;

/** SubjectAltName with dNSNames, or with ready GeneralNames. */
export function subjectAltName(names: readonly (string | Buffer)[], critical = false): Buffer {
  const all = names.map((each) => (typeof each === 'string' ? generalName.dns(each) : each));
  return extension('2.5.29.17', critical, sequence(...all));
}

/** NameConstraints, critical, from ready GeneralNames. */
export function nameConstraints(
  trees: { permitted?: readonly Buffer[]; excluded?: readonly Buffer[] },
  critical = true,
): Buffer {
  const subtrees = (n: number, bases: readonly Buffer[] | undefined): Buffer[] =>
    bases === undefined ? [] : [context(n, ...bases.map((base) => sequence(base)))];
  return extension(
    '2.5.29.30',
    critical,
    sequence(...subtrees(0, trees.permitted), ...subtrees(1, trees.excluded)),
  );
}

export const subjectKeyId = (id: Uint8Array): Buffer =>
  extension('2.5.29.14', false, octetString(id));
export const authorityKeyId = (id: Uint8Array): Buffer =>
  extension('2.5.29.35', false, sequence(contextPrimitive(0, id)));

/** RFC 6960 4.2.2.2.1: this responder need not be checked for revocation itself. */
export const ocspNoCheck = (): Buffer =>
  extension('1.3.6.1.5.5.7.48.1.5', false, Buffer.from([5, 0]));

/** An extension that nobody knows. */
export const unknownExtension = (critical: boolean): Buffer =>
  extension('1.3.6.1.4.1.99999.1', critical, ia5String('nobody knows this'));
