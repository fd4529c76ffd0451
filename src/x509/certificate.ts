import { DerError, DerReader, TAG } from '../asn1/der-reader.ts';
import { readBitOctets, readInteger, readSmallInteger, readTime } from '../asn1/values.ts';
import {
  checkKeyIdentifiers,
  EXTENSION,
  readBasicConstraints,
  readExtKeyUsage,
  readGeneralNames,
  readKeyUsage,
  readNameConstraints,
  readTaggedExtensions,
  unknownQualifier,
  type Extensions,
  type NameConstraints,
} from './extensions.ts';
import type { GeneralName } from './general-name.ts';
import { checkName } from './name.ts';
import { readPublicKeyInfo, type PublicKeyInfo } from './public-key.ts';
import type { SignedData } from './signature.ts';

/** A certificate larger than this is refused; public CAs stay below 8 KiB. */
export const MAX_CERTIFICATE_BYTES = 16_384;

/** RFC 5280 4.1.2.2: at most 20 octets. */
const MAX_SERIAL_BYTES = 20;

/**
 * An X.509 v3 certificate, read but not believed.
 * Names are kept and compared as their exact DER: RFC 5280 4.1.2.6 and the CA/Browser Forum's rules
 * (7.1.4.1) make an issuer repeat its subject byte by byte, and the looser comparison of RFC 5280
 * 7.1 only adds ways to be fooled.
 */
export interface Certificate extends SignedData {
  readonly der: Buffer;
  /** The serial number's content octets. */
  readonly serial: Buffer;
  /** Name, DER. */
  readonly issuer: Buffer;
  /** Name, DER. */
  readonly subject: Buffer;
  /** Unix seconds; valid in that second too. */
  readonly notBefore: number;
  /** Unix seconds; still valid in that second. */
  readonly notAfter: number;
  readonly publicKey: PublicKeyInfo;
  readonly extensions: Extensions;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength?: number } | undefined;
  /** A bit field of KEY_USAGE. */
  readonly keyUsage: number | undefined;
  /** Dotted object identifiers. */
  readonly extKeyUsage: readonly string[] | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly nameConstraints: NameConstraints | undefined;
}

/**
 * Reads a Certificate (RFC 5280 4.1). Only version 3 is read: what may be done with older ones
 * cannot be said in them.
 * @throws DerError
 */
export function readCertificate(der: Buffer): Certificate {
  const outer = DerReader.inside(der, TAG.sequence, MAX_CERTIFICATE_BYTES);
  const signed = outer.element(TAG.sequence);
  const signatureAlgorithm = outer.element(TAG.sequence);
  const signature = readBitOctets(outer);
  outer.end();
  return { der, signed, signatureAlgorithm, signature, ...readTbs(signed, signatureAlgorithm) };
}

/**
 * The subject (Name, DER) of a certificate whatever else is wrong with it, so that one that cannot
 * be read can be named. Not for deciding anything.
 * @throws DerError where not even that can be read
 */
export function peekSubject(der: Buffer): Buffer {
  const tbs = DerReader.over(der, der.length).enter(TAG.sequence).enter(TAG.sequence);
  // Version 1 is left out; then serial number, algorithm, issuer and validity.
  if (tbs.has(0xa0)) tbs.element();
  tbs.element(TAG.integer);
  for (let i = 0; i < 3; i++) tbs.element(TAG.sequence);
  return tbs.element(TAG.sequence);
}

type Tbs = Omit<Certificate, 'der' | keyof SignedData>;

function readTbs(signed: Buffer, signatureAlgorithm: Buffer): Tbs {
  const tbs = DerReader.inside(signed, TAG.sequence, MAX_CERTIFICATE_BYTES);
  readVersion(tbs.enter(0xa0));
  const serial = readSerial(tbs);
  // RFC 5280 4.1.1.2: only the inner one is signed.
  if (!tbs.element(TAG.sequence).equals(signatureAlgorithm)) {
    throw new DerError('expected the same signature algorithm inside and outside');
  }
  const issuer = tbs.element(TAG.sequence);
  if (issuer.length <= 2) throw new DerError('expected an issuer with a name');
  const validity = tbs.enter(TAG.sequence);
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end();
  const subject = tbs.element(TAG.sequence);
  const publicKey = readPublicKeyInfo(tbs.element(TAG.sequence));
  skipUniqueIdentifiers(tbs);
  const extensions = readTaggedExtensions(tbs, 0xa3);
  tbs.end();
  checkKeyIdentifiers(extensions);
  const names = { issuer, subject };
  for (const name of [issuer, subject]) checkName(name);
  return { serial, ...names, notBefore, notAfter, publicKey, extensions, ...known(extensions) };
}

/** RFC 5280 4.1.2.8: CAs must not write them, readers should get past them; they mean nothing. */
function skipUniqueIdentifiers(tbs: DerReader): void {
  for (const tag of [0x81, 0x82]) if (tbs.has(tag)) tbs.content(tag);
}

function readVersion(reader: DerReader): void {
  const version = readSmallInteger(reader);
  reader.end();
  if (version !== 2) throw new DerError(`expected version 3, found ${version + 1}`);
}

function readSerial(reader: DerReader): Buffer {
  const serial = readInteger(reader);
  if (serial.length > MAX_SERIAL_BYTES || serial.readInt8(0) < 0) {
    throw new DerError(
      `expected a serial number of at most ${MAX_SERIAL_BYTES} octets, not negative`,
    );
  }
  return serial;
}

type Known = Pick<
  Certificate,
  'basicConstraints' | 'keyUsage' | 'extKeyUsage' | 'subjectAltName' | 'nameConstraints'
>;

/** The extensions that mean something here; a value that cannot be read spoils the certificate. */
function known(extensions: Extensions): Known {
  const value = <T>(id: string, read: (value: Buffer) => T): T | undefined => {
    const extension = extensions.get(id);
    return extension === undefined ? undefined : read(extension.value);
  };
  return {
    basicConstraints: value(EXTENSION.basicConstraints, readBasicConstraints),
    keyUsage: value(EXTENSION.keyUsage, readKeyUsage),
    extKeyUsage: value(EXTENSION.extKeyUsage, readExtKeyUsage),
    subjectAltName: value(EXTENSION.subjectAltName, readGeneralNames),
    nameConstraints: value(EXTENSION.nameConstraints, readNameConstraints),
  };
}

/** Whether two certificates speak of the same subject with the same key: one trust, two papers. */
export function sameSubjectAndKey(a: Certificate, b: Certificate): boolean {
  return a.subject.equals(b.subject) && a.publicKey.spki.equals(b.publicKey.spki);
}

/** Extensions that are understood, hence may be critical. */
const UNDERSTOOD = new Set<string>(Object.values(EXTENSION));

/**
 * The first critical extension that is not understood, dotted (RFC 5280 4.2: refuse).
 *
 * Policies: the policy tree of RFC 5280 6.1 is not built. Nobody asks for a policy here (6.1.1 (c):
 * any-policy), so it could refuse a path for one reason alone: a certificate of the path demands an
 * explicit policy (policyConstraints) and the certificates below have none in common.
 * certificatePolicies therefore counts as understood, and where it is critical its qualifiers must
 * be (4.2.1.4). policyConstraints, policyMappings and inhibitAnyPolicy are refused where they are
 * critical, as policyConstraints and inhibitAnyPolicy must be (4.2.1.11, 4.2.1.14). Where a CA left
 * that out against the RFC, they are not looked at, as OpenSSL does unless it is told to check
 * policies: they say with what care a name was checked, never who may issue for which name, and a CA
 * that would issue for AWS's name against its own policy could state any policy beside it.
 *
 * @param more further extensions that are understood where these stand, dotted
 */
export function unknownCriticalExtension(
  extensions: Extensions,
  more: readonly string[] = [],
): string | undefined {
  for (const [id, { critical, value }] of extensions) {
    if (!critical || more.includes(id)) continue;
    if (!UNDERSTOOD.has(id)) return id;
    const qualifier = id === EXTENSION.certificatePolicies ? unknownQualifier(value) : undefined;
    if (qualifier !== undefined) return `${id} with the policy qualifier ${qualifier}`;
  }
  return undefined;
}
