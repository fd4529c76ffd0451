/** The only error that the readers of DER throw: the bytes are not what the standard demands. */
export class DerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

/** Identifier octets of the universal types that certificates and OCSP responses use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Deeper than any structure that is read here; no reader recurses, so this only guards mistakes. */
const MAX_DEPTH = 24;

/**
 * A cursor over the elements of one constructed DER value (X.690), zero-copy and lazy: an element's
 * content is looked at only when somebody asks for it, because sshd waits for the answer.
 * Refused: indefinite and non-minimal lengths, lengths of more than three octets (16 MiB), high tag
 * numbers, elements that end outside of their parent. `end` refuses trailing bytes.
 */
export class DerReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #depth: number;
  #at: number;
  /** Where the element opened last ends. */
  #next: number;

  private constructor(bytes: Buffer, start: number, end: number, depth: number) {
    if (depth > MAX_DEPTH) throw new DerError(`expected at most ${MAX_DEPTH} levels`);
    this.#bytes = bytes;
    this.#at = start;
    this.#next = start;
    this.#end = end;
    this.#depth = depth;
  }

  /**
   * A cursor over whole bytes that hold one or more elements.
   * @param maxBytes the size limit of the caller's format
   * @throws DerError when there are more bytes than that
   */
  static over(bytes: Buffer, maxBytes: number): DerReader {
    if (bytes.length > maxBytes) {
      throw new DerError(`expected at most ${maxBytes} bytes, found ${bytes.length}`);
    }
    return new DerReader(bytes, 0, bytes.length, 0);
  }

  /** The cursor inside the one element that the bytes hold, which must have this tag. */
  static inside(bytes: Buffer, tag: number, maxBytes: number): DerReader {
    const outer = DerReader.over(bytes, maxBytes);
    const inner = outer.enter(tag);
    outer.end();
    return inner;
  }

  /** Whether every element has been read. */
  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** Whether the next element has this identifier octet; false at the end. */
  has(tag: number): boolean {
    return this.#at < this.#end && this.#bytes[this.#at] === tag;
  }

  /** Goes into the next element: a cursor over its content. */
  enter(tag: number): DerReader {
    const start = this.#open(tag);
    this.#at = this.#next;
    return new DerReader(this.#bytes, start, this.#next, this.#depth + 1);
  }

  /** The content octets of the next element, not copied. */
  content(tag: number): Buffer {
    const start = this.#open(tag);
    this.#at = this.#next;
    return this.#bytes.subarray(start, this.#next);
  }

  /** The next element as a whole, identifier and length included, not copied. */
  element(tag: number = this.nextTag()): Buffer {
    const start = this.#at;
    this.#open(tag);
    this.#at = this.#next;
    return this.#bytes.subarray(start, this.#next);
  }

  /** The identifier octet of the next element. */
  nextTag(): number {
    return this.#octet(this.#at);
  }

  /** Demands that nothing is left. X.690 knows no padding between or after elements. */
  end(): void {
    if (this.#at < this.#end) {
      throw new DerError(`expected the end, found ${this.#end - this.#at} more bytes`);
    }
  }

  /** Reads the header of the next element; returns where its content starts and sets `#next`. */
  #open(tag: number): number {
    const found = this.#octet(this.#at);
    if (found !== tag) throw new DerError(`expected tag ${hex(tag)}, found ${hex(found)}`);
    if ((found & 0x1f) === 0x1f) throw new DerError('expected a low tag number, found a high one');
    const first = this.#octet(this.#at + 1);
    let start = this.#at + 2;
    let length = first;
    if (first >= 0x80) {
      length = this.#longLength(first & 0x7f);
      start += first & 0x7f;
    }
    this.#next = start + length;
    if (this.#next > this.#end) throw new DerError('expected an element within its parent');
    return start;
  }

  /** X.690 10.1: definite form, as few octets as possible. */
  #longLength(octets: number): number {
    if (octets === 0) throw new DerError('expected a definite length');
    if (octets > 3) throw new DerError(`expected a length of at most 3 octets, found ${octets}`);
    let length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + this.#octet(this.#at + 2 + i);
    if (length < 0x80 || length < 256 ** (octets - 1)) {
      throw new DerError('expected a length in its shortest form');
    }
    return length;
  }

  #octet(index: number): number {
    const value = index < this.#end ? this.#bytes[index] : undefined;
    if (value === undefined) throw new DerError('expected another octet, found the end');
    return value;
  }
}

function hex(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`;
}
