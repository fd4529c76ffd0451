import { DerError } from '../asn1/der-reader.ts';
import type { SignerReason } from '../verdict/reasons.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict/refusal.ts';
import { peekSubject, type Certificate } from '../x509/certificate.ts';
import { nameText } from '../x509/name.ts';

/** Why a signer is not believed, and which certificate is to blame. */
export interface SignerRefusal extends Refusal<SignerReason> {
  /** The certificate's subject in printable ASCII, when one certificate is to blame. */
  readonly subject?: string;
}

/** A refusal that names a certificate. */
export function refuseCertificate(
  certificate: Certificate,
  reason: SignerReason,
  detail: string,
): SignerRefusal {
  return { ok: false, reason, detail, subject: subjectText(certificate) };
}

/** A refusal of a certificate that cannot be read; it names what can still be made out of it. */
export function refuseUnreadable(der: Buffer, reason: SignerReason, detail: string): SignerRefusal {
  const subject = readOr(() => nameText(peekSubject(der)), undefined);
  return { ok: false, reason, detail, ...(subject === undefined ? {} : { subject }) };
}

/** The subject for people: printable ASCII, at most 260 characters. */
export function subjectText(certificate: Certificate): string {
  return nameText(certificate.subject);
}

/** The value, or what is wrong with the bytes. */
export function readOrRefuse<T>(read: () => T): Verdict<T, 'unreadable'> {
  try {
    return accept(read());
  } catch (error) {
    if (error instanceof DerError) return refuse('unreadable', error.message);
    throw error;
  }
}

/** The value, or `fallback` when the bytes cannot be read. */
export function readOr<T, F>(read: () => T, fallback: F): T | F {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return fallback;
    throw error;
  }
}

/** A time for people: `2026-11-22T12:00:00Z`. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
