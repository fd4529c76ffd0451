import { DerError, DerReader, TAG } from '../asn1/der-reader.ts';
import {
  readBoolean,
  readInteger,
  readNamedBits,
  readOid,
  readSmallInteger,
} from '../asn1/values.ts';
import { readGeneralName, type GeneralName } from './general-name.ts';

const MAX_EXTENSIONS = 32;
const MAX_VALUE_BYTES = 16_384;
const MAX_NAMES = 256;

/** One extension as it stands in a certificate or an OCSP response. */
export interface Extension {
  readonly critical: boolean;
  /** The DER inside of the OCTET STRING. */
  readonly value: Buffer;
}

/** Extensions by dotted object identifier. */
export type Extensions = ReadonlyMap<string, Extension>;

export const EXTENSION = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  extKeyUsage: '2.5.29.37',
} as const;

/** Bits of KeyUsage (RFC 5280 4.2.1.3) as `readNamedBits` gives them. */
export const KEY_USAGE = { digitalSignature: 0x8000, keyCertSign: 0x0400 } as const;

/** Purposes of ExtendedKeyUsage (RFC 5280 4.2.1.12). */
export const PURPOSE = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** NameConstraints (RFC 5280 4.2.1.10): the bases of the subtrees. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/**
 * Reads Extensions (RFC 5280 4.2): each at most once, at most 32.
 * An explicit `critical FALSE`, which DER forbids, is taken: it says nothing else, the signature
 * covers it, and certificates in use have it.
 * @param reader stands at the SEQUENCE OF
 */
function readExtensions(reader: DerReader): Extensions {
  const extensions = new Map<string, Extension>();
  const list = reader.enter(TAG.sequence);
  do {
    const each = list.enter(TAG.sequence);
    const id = readOid(each);
    const critical = each.has(TAG.boolean) && readBoolean(each);
    const value = each.content(TAG.octetString);
    each.end();
    if (extensions.has(id)) throw new DerError(`expected extension ${id} once, found it twice`);
    if (extensions.size === MAX_EXTENSIONS) {
      throw new DerError(`expected at most ${MAX_EXTENSIONS} extensions`);
    }
    extensions.set(id, { critical, value });
  } while (!list.done);
  return extensions;
}

/** Reads Extensions behind an explicit tag, where they are optional; none: an empty map. */
export function readTaggedExtensions(reader: DerReader, tag: number): Extensions {
  if (!reader.has(tag)) return new Map();
  const tagged = reader.enter(tag);
  const extensions = readExtensions(tagged);
  tagged.end();
  return extensions;
}

const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';

/**
 * Demands that key identifiers have their form (RFC 5280 4.2.1.1, 4.2.1.2), where they are present. They
 * are hints for building a path, which goes by names and signatures here, so what they say decides nothing;
 * but a certificate that says it in no known way is not one that a CA under any rules issues, and OpenSSL
 * refuses it too.
 * @throws DerError
 */
export function checkKeyIdentifiers(extensions: Extensions): void {
  const subject = extensions.get(SUBJECT_KEY_IDENTIFIER)?.value;
  if (subject !== undefined) {
    const reader = DerReader.over(subject, MAX_VALUE_BYTES);
    reader.content(TAG.octetString);
    reader.end();
  }
  const authority = extensions.get(AUTHORITY_KEY_IDENTIFIER)?.value;
  if (authority !== undefined) checkAuthorityKeyIdentifier(authority);
}

function checkAuthorityKeyIdentifier(value: Buffer): void {
  const reader = DerReader.inside(value, TAG.sequence, MAX_VALUE_BYTES);
  if (reader.has(0x80)) reader.content(0x80);
  if (reader.has(0xa1)) readSome(reader.enter(0xa1), readGeneralName);
  if (reader.has(0x82)) {
    // An INTEGER with another tag.
    const serial = Buffer.from(reader.element(0x82));
    serial[0] = TAG.integer;
    readInteger(DerReader.over(serial, MAX_VALUE_BYTES));
  }
  reader.end();
}

/** BasicConstraints (RFC 5280 4.2.1.9); a path length without the CA flag is refused. */
export function readBasicConstraints(value: Buffer): { ca: boolean; pathLength?: number } {
  const reader = DerReader.inside(value, TAG.sequence, MAX_VALUE_BYTES);
  const ca = reader.has(TAG.boolean) && readBoolean(reader);
  const pathLength = reader.done ? undefined : readSmallInteger(reader);
  reader.end();
  if (pathLength === undefined) return { ca };
  if (!ca) throw new DerError('expected a path length only with the ca flag');
  return { ca, pathLength };
}

/** KeyUsage: a bit field of KEY_USAGE. */
export function readKeyUsage(value: Buffer): number {
  const reader = DerReader.over(value, MAX_VALUE_BYTES);
  const bits = readNamedBits(reader);
  reader.end();
  return bits;
}

/** ExtendedKeyUsage: the purposes, dotted. */
export function readExtKeyUsage(value: Buffer): readonly string[] {
  const reader = DerReader.inside(value, TAG.sequence, MAX_VALUE_BYTES);
  return readSome(reader, readOid);
}

/** GeneralNames, as in SubjectAltName. */
export function readGeneralNames(value: Buffer): readonly GeneralName[] {
  const reader = DerReader.inside(value, TAG.sequence, MAX_VALUE_BYTES);
  return readSome(reader, readGeneralName);
}

/** The qualifiers of RFC 5280 4.2.1.4: a pointer to the practice statement, and a notice. */
const QUALIFIERS: readonly string[] = ['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2'];

/**
 * The first policy qualifier in CertificatePolicies that is none of RFC 5280's, dotted; `that cannot
 * be read` where the value cannot. Either is a reason to refuse a critical extension (4.2.1.4).
 */
export function unknownQualifier(value: Buffer): string | undefined {
  try {
    const policies = DerReader.inside(value, TAG.sequence, MAX_VALUE_BYTES);
    return readSome(policies, readQualifiers)
      .flat()
      .find((id) => !QUALIFIERS.includes(id));
  } catch (error) {
    if (error instanceof DerError) return 'that cannot be read';
    throw error;
  }
}

/** The qualifiers of one PolicyInformation, dotted. */
function readQualifiers(reader: DerReader): readonly string[] {
  const policy = reader.enter(TAG.sequence);
  readOid(policy);
  if (policy.done) return [];
  const qualifiers = readSome(policy.enter(TAG.sequence), (list) => {
    const qualifier = list.enter(TAG.sequence);
    const id = readOid(qualifier);
    qualifier.element();
    qualifier.end();
    return id;
  });
  policy.end();
  return qualifiers;
}

/** NameConstraints; subtrees with a minimum or a maximum are refused, which RFC 5280 rules out. */
export function readNameConstraints(value: Buffer): NameConstraints {
  const reader = DerReader.inside(value, TAG.sequence, MAX_VALUE_BYTES);
  if (reader.done) throw new DerError('expected permitted or excluded subtrees');
  const permitted = reader.has(0xa0) ? readSome(reader.enter(0xa0), readSubtree) : [];
  const excluded = reader.has(0xa1) ? readSome(reader.enter(0xa1), readSubtree) : [];
  reader.end();
  return { permitted, excluded };
}

function readSubtree(reader: DerReader): GeneralName {
  const subtree = reader.enter(TAG.sequence);
  const base = readGeneralName(subtree);
  subtree.end();
  return base;
}

/** One or more elements, at most 256, up to the end. */
function readSome<T>(reader: DerReader, read: (reader: DerReader) => T): readonly T[] {
  const all: T[] = [];
  do {
    if (all.length === MAX_NAMES) throw new DerError(`expected at most ${MAX_NAMES} entries`);
    all.push(read(reader));
  } while (!reader.done);
  return all;
}
