import { DerError } from '../asn1/der-reader.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { certificateBlocks } from './pem.ts';

/** Limits of a CA bundle; what is beyond them is not trusted. Distributions' are 230 KB and 150. */
const MAX_BUNDLE_CHARACTERS = 8 * 1024 * 1024;
const MAX_ANCHORS = 4096;

/**
 * The host's trust anchors. A bundle has hundreds of certificates, one of which is wanted, and sshd
 * waits: the bundle is decoded natively into one buffer, a native search finds where a name occurs,
 * and only the certificates around those places are read.
 */
export class TrustAnchors {
  /** The DER of all certificates, one after the other. */
  readonly #der: Buffer;
  /** Where each certificate begins, ascending. */
  readonly #starts: readonly number[];
  /** Certificates that have been read; undefined: broken. */
  readonly #read = new Map<number, Certificate | undefined>();

  private constructor(der: Buffer, starts: readonly number[]) {
    this.#der = der;
    this.#starts = starts;
  }

  /**
   * Takes a CA bundle as the distributions write it: CERTIFICATE blocks and any text between them.
   * A broken block is not trusted and does no harm to the others.
   */
  static fromPem(pem: string | Buffer): TrustAnchors {
    const text = (typeof pem === 'string' ? pem : pem.toString('latin1')).slice(
      0,
      MAX_BUNDLE_CHARACTERS,
    );
    const der = Buffer.allocUnsafe(Math.ceil(text.length * 0.75));
    const starts: number[] = [];
    let length = 0;
    for (const [start, end] of certificateBlocks(text)) {
      if (starts.length === MAX_ANCHORS) break;
      starts.push(length);
      length += der.write(text.slice(start, end), length, 'base64');
    }
    return new TrustAnchors(der.subarray(0, length), starts);
  }

  /** How many certificates the bundle has, readable or not. */
  get size(): number {
    return this.#starts.length;
  }

  /**
   * The certificates whose subject is this Name (DER), byte by byte.
   * Whether such a certificate may issue is the certification path's question.
   */
  bySubject(name: Buffer): readonly Certificate[] {
    const found = new Set<Certificate>();
    for (let at = this.#der.indexOf(name); at >= 0; at = this.#der.indexOf(name, at + 1)) {
      const certificate = this.#certificateAround(at);
      if (certificate?.subject.equals(name) === true) found.add(certificate);
    }
    return [...found];
  }

  #certificateAround(at: number): Certificate | undefined {
    let index = this.#starts.length - 1;
    while (index > 0 && (this.#starts[index] ?? 0) > at) index--;
    if (!this.#read.has(index)) {
      const der = this.#der.subarray(this.#starts[index], this.#starts[index + 1]);
      this.#read.set(index, readOrUndefined(der));
    }
    return this.#read.get(index);
  }
}

function readOrUndefined(der: Buffer): Certificate | undefined {
  try {
    return readCertificate(der);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
