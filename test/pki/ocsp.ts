import { createHash } from 'node:crypto';
import { keyHash, type TestCertificate } from './certificate.ts';
import {
  bitString,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
} from './der.ts';
import { algorithmIdentifier, signData, type SignatureHash } from './signature.ts';
import type { TestKey } from './keys.ts';

const HASH_OIDS = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

/** The hashes by which a CertID can name an issuer. */
export type CertIdHash = keyof typeof HASH_OIDS;

/** What a responder says about one certificate. */
export interface SingleSpec {
  readonly certificate: TestCertificate;
  readonly issuer: TestCertificate;
  readonly status?: 'good' | 'revoked' | 'unknown' | undefined;
  readonly thisUpdate: number;
  /** null: the field is left out. */
  readonly nextUpdate: number | null;
  /** When it was revoked; an hour before thisUpdate unless told otherwise. */
  readonly revokedAt?: number | undefined;
  readonly certIdHash?: CertIdHash | undefined;
  /** Ready extensions, DER. */
  readonly extensions?: readonly Buffer[] | undefined;
}

/** A whole response. Everything wrong that a test wants to say can be said here. */
export interface OcspSpec {
  readonly singles: readonly SingleSpec[];
  /** Who signs: the issuer, or a delegated responder. */
  readonly responder: TestCertificate;
  /** The signing key, if it should not be the responder's own. */
  readonly signingKey?: TestKey | undefined;
  readonly responderId?: 'byName' | 'byKey' | undefined;
  readonly producedAt: number;
  /** Certificates sent along. */
  readonly embed?: readonly TestCertificate[] | undefined;
  readonly hash?: SignatureHash | 'pss' | undefined;
  /** Ready response extensions, DER. */
  readonly extensions?: readonly Buffer[] | undefined;
  readonly alterTbs?: ((tbs: Buffer) => Buffer) | undefined;
  readonly alterSignature?: ((signature: Buffer) => Buffer) | undefined;
}

/** An OCSPResponse in DER (RFC 6960 4.2.1) that says what the specification says. */
export function ocspResponse(spec: OcspSpec): Buffer {
  const key = spec.signingKey ?? spec.responder.key;
  const tbs = sequence(
    spec.responderId === 'byKey'
      ? context(2, octetString(keyHash(spec.responder.key)))
      : context(1, spec.responder.subject),
    generalizedTime(spec.producedAt),
    sequence(...spec.singles.map(singleResponse)),
    ...extensionsField(spec.extensions),
  );
  const signed = spec.alterTbs?.(tbs) ?? tbs;
  const signature = signData(key, spec.hash ?? 'sha256', signed);
  const basic = sequence(
    signed,
    algorithmIdentifier(key, spec.hash ?? 'sha256'),
    bitString(spec.alterSignature?.(signature) ?? signature),
    ...(spec.embed === undefined
      ? []
      : [context(0, sequence(...spec.embed.map((certificate) => certificate.der)))]),
  );
  return wrapBasic(basic);
}

/** A successful OCSPResponse around the given BasicOCSPResponse, or around something else. */
export function wrapBasic(basic: Uint8Array, type = '1.3.6.1.5.5.7.48.1.1'): Buffer {
  return sequence(enumerated(0), context(0, sequence(oid(type), octetString(basic))));
}

/** An OCSPResponse that carries an error status and nothing else, for instance 3 (tryLater). */
export function ocspError(status: number): Buffer {
  return sequence(enumerated(status));
}

/** The CertID of a certificate, DER (RFC 6960 4.1.1). */
export function certId(
  certificate: TestCertificate,
  issuer: TestCertificate,
  hash: CertIdHash = 'sha1',
): Buffer {
  return sequence(
    sequence(oid(HASH_OIDS[hash]), nullValue()),
    octetString(createHash(hash).update(issuer.subject).digest()),
    octetString(keyHash(issuer.key, hash)),
    integer(certificate.serial),
  );
}

function singleResponse(spec: SingleSpec): Buffer {
  return sequence(
    certId(spec.certificate, spec.issuer, spec.certIdHash),
    certStatus(spec),
    generalizedTime(spec.thisUpdate),
    ...(spec.nextUpdate === null ? [] : [context(0, generalizedTime(spec.nextUpdate))]),
    ...extensionsField(spec.extensions),
  );
}

function certStatus(spec: SingleSpec): Buffer {
  switch (spec.status ?? 'good') {
    case 'good':
      return contextPrimitive(0);
    case 'revoked':
      return context(1, generalizedTime(spec.revokedAt ?? spec.thisUpdate - 3600));
    case 'unknown':
      return contextPrimitive(2);
  }
}

const extensionsField = (extensions: readonly Buffer[] | undefined): Buffer[] =>
  extensions === undefined ? [] : [context(1, sequence(...extensions))];
