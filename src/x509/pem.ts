import { decodeBase64 } from '../encoding/base64.ts';
import { DerError } from '../asn1/der-reader.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** Limits of one PEM text. */
export interface PemLimits {
  /** Characters of the whole text. */
  readonly size: number;
  /** CERTIFICATE blocks. */
  readonly count: number;
}

/**
 * The DER of every CERTIFICATE block of a PEM text, in order (RFC 7468 5.1, strict base64).
 * Text between the blocks is skipped, as section 2 of the RFC demands.
 * @throws DerError for a block that cannot be read, other blocks than CERTIFICATE, or too much
 */
export function decodeCertificates(pem: string, limits: PemLimits): Buffer[] {
  if (pem.length > limits.size) {
    throw new DerError(`expected at most ${limits.size} characters of pem, found ${pem.length}`);
  }
  const blocks: Buffer[] = [];
  for (let at = pem.indexOf('-----BEGIN '); at >= 0; at = pem.indexOf('-----BEGIN ', at)) {
    const end = pem.indexOf(END, at);
    if (!pem.startsWith(BEGIN, at) || end < 0) throw new DerError('expected certificate blocks');
    if (blocks.length === limits.count) {
      throw new DerError(`expected at most ${limits.count} certificates`);
    }
    const block = decodeBase64(pem.slice(at + BEGIN.length, end).replaceAll(/[\r\n\t ]+/g, ''));
    if (block === undefined)
      throw new DerError(`expected base64 in certificate ${blocks.length + 1}`);
    blocks.push(block);
    at = end + END.length;
  }
  return blocks;
}

/** Where the base64 of each CERTIFICATE block of a CA bundle begins and ends; other text is skipped. */
export function* certificateBlocks(pem: string): Generator<readonly [start: number, end: number]> {
  for (let at = pem.indexOf(BEGIN); at >= 0; at = pem.indexOf(BEGIN, at)) {
    at += BEGIN.length;
    const dashes = pem.indexOf('-', at);
    // A block that is cut off must not swallow the next one.
    if (dashes >= 0 && pem.startsWith(END, dashes)) yield [at, dashes];
  }
}
