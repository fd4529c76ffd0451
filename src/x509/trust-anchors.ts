import { DerError } from '../asn1/der-reader.ts';
import { peekSubject, readCertificate, type Certificate } from './certificate.ts';
import { certificateBlocks } from './pem.ts';

/** Limits of a CA bundle; what is beyond them is not trusted. Distributions' are 230 KB and 150. */
const MAX_BUNDLE_CHARACTERS = 8 * 1024 * 1024;
const MAX_ANCHORS = 4096;

/** What a bundle has of one name: certificates, and why others of that name cannot be read. */
interface Found {
  readonly certificates: readonly Certificate[];
  readonly problems: readonly string[];
}

/**
 * The host's trust anchors. A bundle has hundreds of certificates, one of which is wanted, and sshd
 * waits: the bundle is decoded natively into one buffer, a native search finds the certificates in
 * which a name occurs, and only those of that subject are read. Whoever serves the chain chooses the
 * names, so a search goes over the bundle once and looks once at each certificate, and its result is
 * remembered.
 */
export class TrustAnchors {
  /** The DER of all certificates, one after the other. */
  readonly #der: Buffer;
  /** Where each certificate begins, ascending. */
  readonly #starts: readonly number[];
  /** What was found, by name. */
  readonly #found = new Map<string, Found>();

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
    return this.#find(name).certificates;
  }

  /** Why certificates of this subject (Name, DER) are no anchors: what cannot be read in each. */
  problemsOf(name: Buffer): readonly string[] {
    return this.#find(name).problems;
  }

  #find(name: Buffer): Found {
    const key = name.toString('latin1');
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#search(name);
      this.#found.set(key, found);
    }
    return found;
  }

  #search(name: Buffer): Found {
    const found = { certificates: [] as Certificate[], problems: [] as string[] };
    if (name.length === 0) return found;
    let index = 0;
    for (let at = this.#der.indexOf(name); at >= 0;) {
      while (this.#start(index + 1) <= at) index++;
      const next = this.#start(index + 1);
      const der = this.#der.subarray(this.#start(index), next);
      if (hasSubject(der, name)) readInto(found, der);
      at = this.#der.indexOf(name, next);
    }
    return found;
  }

  /** Where a certificate begins; the end of all for the one after the last. */
  #start(index: number): number {
    return this.#starts[index] ?? this.#der.length;
  }
}

function hasSubject(der: Buffer, name: Buffer): boolean {
  try {
    return peekSubject(der).equals(name);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

function readInto(found: { certificates: Certificate[]; problems: string[] }, der: Buffer): void {
  try {
    found.certificates.push(readCertificate(der));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    found.problems.push(error.message);
  }
}
