import { decodeBase64 } from '../encoding/base64.ts';
import { DerError } from '../asn1/der-reader.ts';
import { certIdMatches, isKnownHash } from '../ocsp/cert-id.ts';
import {
  MAX_OCSP_BYTES,
  readOcspResponse,
  type BasicResponse,
  type OcspResponse,
  type SingleResponse,
} from '../ocsp/ocsp-response.ts';
import { unknownCriticalExtension, type Certificate } from '../x509/certificate.ts';
import type { SignerReason } from '../verdict/reasons.ts';
import { accept, refuse, type Accepted, type Verdict } from '../verdict/refusal.ts';
import { authenticateResponder } from './ocsp-responder.ts';
import { refuseCertificate, subjectText, timeText, type SignerRefusal } from './signer-refusal.ts';

/** How far the clocks of responders and hosts may be apart; OpenSSL's own tolerance. */
const CLOCK_TOLERANCE = 300;

/** What was learnt about one certificate. Times are Unix seconds. */
export interface StapledStatus {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** The responder's subject, printable. */
  readonly responder: string;
}

/** A staple that has been read, or the reason why it cannot be. */
export type Staple = OcspResponse | { readonly outcome: 'malformed'; readonly detail: string };

/**
 * Reads a staple as the metadata service gives it: DER, or its base64 with or without line breaks.
 * (Base64 of DER begins with `M`, DER with `0`.) At most 32 KiB of DER, 64 KiB of text.
 */
export function readStaple(bytes: Buffer): Staple {
  try {
    return readOcspResponse(bytes[0] === 0x30 ? bytes : fromText(bytes));
  } catch (error) {
    if (error instanceof DerError) return { outcome: 'malformed', detail: error.message };
    throw error;
  }
}

function fromText(bytes: Buffer): Buffer {
  if (bytes.length > 2 * MAX_OCSP_BYTES) throw new DerError('expected a shorter text');
  const der = decodeBase64(bytes.toString('latin1').replaceAll(/[\r\n\t ]+/g, ''));
  if (der === undefined) throw new DerError('expected der or base64');
  return der;
}

/**
 * What the staples say about one certificate at `now` (RFC 6960 3.2). Staples are matched by what
 * is in them, whatever they are called. One good and fresh status is enough, unless another
 * authentic one says `revoked`: revocation is final, so even a stale one counts.
 */
export function stapledStatus(
  certificate: Certificate,
  issuer: Certificate,
  staples: readonly Staple[],
  now: number,
): Accepted<StapledStatus> | SignerRefusal {
  const verdicts = staples.flatMap((staple) =>
    staple.outcome === 'basic' ? judgeStaple(staple.basic, certificate, issuer, now) : [],
  );
  const revoked = verdicts.find(
    (verdict) => !verdict.ok && verdict.reason === 'certificate-revoked',
  );
  const verdict =
    revoked ??
    verdicts.find(({ ok }) => ok) ??
    verdicts[0] ??
    explainAbsence(staples, certificate.serial);
  return verdict.ok ? verdict : refuseCertificate(certificate, verdict.reason, verdict.detail);
}

type StapleVerdict = Verdict<StapledStatus, SignerReason>;

/** Nothing speaks for the certificate; a staple that says nothing at all may have been meant to. */
function explainAbsence(staples: readonly Staple[], serial: Buffer): StapleVerdict {
  const error = staples.find((staple) => staple.outcome === 'error');
  if (error !== undefined) {
    return refuse('staple-error-status', `expected status 0, found ${error.errorStatus}`);
  }
  const malformed = staples.find((staple) => staple.outcome === 'malformed');
  if (malformed !== undefined) return refuse('staple-malformed', malformed.detail);
  const missing = `expected a staple, found none in ${staples.length}`;
  const singles = staples.flatMap((each) => (each.outcome === 'basic' ? each.basic.singles : []));
  const odd = singles.find(({ certId }) => certId.serial.equals(serial) && !isKnownHash(certId));
  if (odd === undefined) return refuse('staple-missing', missing);
  const hash = `one names the issuer by ${odd.certId.hashAlgorithm}, which is no known hash`;
  return refuse('staple-missing', `${missing}; ${hash}`);
}

/**
 * Every status that the staple has about the certificate. Who answers is looked into once, and only
 * for a staple that speaks of it: that costs signatures, and whoever serves the staple chooses how many.
 */
function judgeStaple(
  basic: BasicResponse,
  certificate: Certificate,
  issuer: Certificate,
  now: number,
): readonly StapleVerdict[] {
  const singles = basic.singles.filter(({ certId }) => certIdMatches(certId, certificate, issuer));
  if (singles.length === 0) return [];
  const responder = authenticateResponder(basic, certificate, issuer, now);
  if (!responder.ok) return [responder];
  return singles.map((single) => judge(basic, single, responder.value, now));
}

/** One status about the right certificate, of somebody who may answer: what, and whether it still holds. */
function judge(
  basic: BasicResponse,
  single: SingleResponse,
  responder: Certificate,
  now: number,
): StapleVerdict {
  if (single.status === 'revoked') return refuse('certificate-revoked', 'expected good');
  const critical =
    unknownCriticalExtension(basic.extensions) ?? unknownCriticalExtension(single.extensions);
  if (critical !== undefined) {
    return refuse('unknown-critical-extension', `found ${critical} in the staple`);
  }
  const { thisUpdate, nextUpdate } = single;
  // RFC 6960 4.2.2.1: without nextUpdate newer information is always there; a staple is never that.
  if (nextUpdate === undefined) return refuse('staple-expired', 'expected a next update');
  const stale = staleness(basic.producedAt, thisUpdate, nextUpdate, now);
  if (stale !== undefined) return refuse('staple-expired', stale);
  if (single.status === 'unknown') return refuse('revocation-unknown', 'expected good');
  return accept({ thisUpdate, nextUpdate, responder: subjectText(responder) });
}

/** What is wrong with the times, or undefined (RFC 6960 4.2.2.1). */
function staleness(
  producedAt: number,
  thisUpdate: number,
  nextUpdate: number,
  now: number,
): string | undefined {
  if (nextUpdate < thisUpdate) return 'expected the next update after this update';
  const newest = Math.max(producedAt, thisUpdate);
  if (newest > now + CLOCK_TOLERANCE) {
    return `expected ${timeText(now)} or earlier, found ${timeText(newest)}`;
  }
  if (nextUpdate < now - CLOCK_TOLERANCE) {
    return `expected a next update after ${timeText(now)}, found ${timeText(nextUpdate)}`;
  }
  return undefined;
}
