import { DerError, DerReader, TAG } from '../asn1/der-reader.ts';
import {
  readBitOctets,
  readGeneralizedTime,
  readInteger,
  readOid,
  readSmallInteger,
} from '../asn1/values.ts';
import { readTaggedExtensions, type Extensions } from '../x509/extensions.ts';
import type { SignedData } from '../x509/signature.ts';

/** A response larger than this is refused; with a responder's certificate they have 2 to 3 KiB. */
export const MAX_OCSP_BYTES = 32_768;
const MAX_SINGLES = 64;
const MAX_CERTIFICATES = 8;

const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';

/** Which certificate a status is about (RFC 6960 4.1.1). */
export interface CertId {
  /** Dotted object identifier of the hash. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  /** Content octets of the serial number. */
  readonly serial: Buffer;
}

/** What a responder says about one certificate (RFC 6960 4.2.1). Times are Unix seconds. */
export interface SingleResponse {
  readonly certId: CertId;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly extensions: Extensions;
}

/** Who signed, by name (Name, DER) or by the SHA-1 of the key's bits. */
export type ResponderId =
  { readonly by: 'name'; readonly name: Buffer } | { readonly by: 'key'; readonly hash: Buffer };

/** A BasicOCSPResponse, read but not believed. */
export interface BasicResponse extends SignedData {
  readonly responderId: ResponderId;
  /** When it was signed, Unix seconds. */
  readonly producedAt: number;
  readonly singles: readonly SingleResponse[];
  readonly extensions: Extensions;
  /** The certificates sent along, DER, not read yet. */
  readonly certificates: readonly Buffer[];
}

/** An OCSPResponse: an error status (1 to 6, RFC 6960 4.2.1), or a BasicOCSPResponse. */
export type OcspResponse =
  | { readonly outcome: 'error'; readonly errorStatus: number }
  | { readonly outcome: 'basic'; readonly basic: BasicResponse };

/**
 * Reads an OCSPResponse.
 * @throws DerError also for other response types than basic, of which there is none in use
 */
export function readOcspResponse(der: Buffer): OcspResponse {
  const response = DerReader.inside(der, TAG.sequence, MAX_OCSP_BYTES);
  const [status, ...more] = response.content(TAG.enumerated);
  if (status === undefined || more.length > 0 || status > 6 || status === 4) {
    throw new DerError('expected an ocsp response status of 0 to 6 without 4');
  }
  if (status !== 0) {
    response.end();
    return { outcome: 'error', errorStatus: status };
  }
  const tagged = response.enter(0xa0);
  response.end();
  const bytes = tagged.enter(TAG.sequence);
  tagged.end();
  const type = readOid(bytes);
  if (type !== BASIC_RESPONSE) throw new DerError(`expected a basic response, found ${type}`);
  const basic = bytes.content(TAG.octetString);
  bytes.end();
  return { outcome: 'basic', basic: readBasicResponse(basic) };
}

function readBasicResponse(der: Buffer): BasicResponse {
  const basic = DerReader.inside(der, TAG.sequence, MAX_OCSP_BYTES);
  const signed = basic.element(TAG.sequence);
  const signatureAlgorithm = basic.element(TAG.sequence);
  const signature = readBitOctets(basic);
  const certificates = basic.done ? [] : readTaggedCertificates(basic.enter(0xa0));
  basic.end();
  return { signed, signatureAlgorithm, signature, certificates, ...readResponseData(signed) };
}

function readTaggedCertificates(tagged: DerReader): Buffer[] {
  const list = tagged.enter(TAG.sequence);
  tagged.end();
  const certificates: Buffer[] = [];
  while (!list.done) {
    if (certificates.length === MAX_CERTIFICATES) {
      throw new DerError(`expected at most ${MAX_CERTIFICATES} certificates in a response`);
    }
    certificates.push(list.element(TAG.sequence));
  }
  return certificates;
}

type ResponseData = Pick<BasicResponse, 'responderId' | 'producedAt' | 'singles' | 'extensions'>;

function readResponseData(signed: Buffer): ResponseData {
  const data = DerReader.inside(signed, TAG.sequence, MAX_OCSP_BYTES);
  // DER leaves the default out; responders that write `v1` all the same say nothing else.
  if (data.has(0xa0)) readVersion1(data.enter(0xa0));
  const responderId = readResponderId(data);
  const producedAt = readGeneralizedTime(data);
  const list = data.enter(TAG.sequence);
  const singles: SingleResponse[] = [];
  while (!list.done) {
    if (singles.length === MAX_SINGLES) {
      throw new DerError(`expected at most ${MAX_SINGLES} single responses`);
    }
    singles.push(readSingle(list.enter(TAG.sequence)));
  }
  const extensions = readTaggedExtensions(data, 0xa1);
  data.end();
  return { responderId, producedAt, singles, extensions };
}

function readVersion1(reader: DerReader): void {
  const version = readSmallInteger(reader);
  reader.end();
  if (version !== 0) throw new DerError(`expected ocsp version 1, found ${version + 1}`);
}

function readResponderId(data: DerReader): ResponderId {
  const byName = data.has(0xa1);
  const tagged = data.enter(byName ? 0xa1 : 0xa2);
  const id: ResponderId = byName
    ? { by: 'name', name: tagged.element(TAG.sequence) }
    : { by: 'key', hash: tagged.content(TAG.octetString) };
  tagged.end();
  return id;
}

function readSingle(single: DerReader): SingleResponse {
  const certId = readCertId(single.enter(TAG.sequence));
  const status = readStatus(single);
  const thisUpdate = readGeneralizedTime(single);
  let nextUpdate: number | undefined;
  if (single.has(0xa0)) {
    const tagged = single.enter(0xa0);
    nextUpdate = readGeneralizedTime(tagged);
    tagged.end();
  }
  const extensions = readTaggedExtensions(single, 0xa1);
  single.end();
  return { certId, status, thisUpdate, nextUpdate, extensions };
}

function readCertId(reader: DerReader): CertId {
  const algorithm = reader.enter(TAG.sequence);
  const certId = {
    hashAlgorithm: readOid(algorithm),
    issuerNameHash: reader.content(TAG.octetString),
    issuerKeyHash: reader.content(TAG.octetString),
    serial: readInteger(reader),
  };
  // The parameters, NULL or absent, say nothing (RFC 5754 2).
  if (!algorithm.done && algorithm.element().length !== 2) {
    throw new DerError('expected a hash algorithm without parameters');
  }
  algorithm.end();
  reader.end();
  return certId;
}

/** CertStatus: good [0] NULL, revoked [1] with its time, unknown [2] NULL. */
function readStatus(single: DerReader): SingleResponse['status'] {
  if (single.has(0xa1)) {
    // When and why it was revoked changes nothing; it has to be well-formed all the same.
    const info = single.enter(0xa1);
    readGeneralizedTime(info);
    if (info.has(0xa0)) info.element();
    info.end();
    return 'revoked';
  }
  const tag = single.has(0x82) ? 0x82 : 0x80;
  if (single.content(tag).length > 0) throw new DerError('expected an empty status');
  return tag === 0x80 ? 'good' : 'unknown';
}
