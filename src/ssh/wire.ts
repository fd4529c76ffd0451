/** Reads the primitive types of the SSH wire format (RFC 4251 section 5) from a key. */
export class WireReader {
  readonly #bytes: Buffer;
  #offset = 0;

  /** @param bytes the whole key; nothing is copied */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @returns the next `string`, or undefined where the key is too short for it */
  string(): Buffer | undefined {
    if (this.#offset + 4 > this.#bytes.length) return undefined;
    const start = this.#offset + 4;
    const end = start + this.#bytes.readUInt32BE(this.#offset);
    if (end > this.#bytes.length) return undefined;
    this.#offset = end;
    return this.#bytes.subarray(start, end);
  }

  /**
   * @returns the magnitude of the next `mpint`, or undefined unless it is positive and in its
   * shortest form (RFC 4251: no unnecessary leading zero byte)
   */
  positiveInteger(): Buffer | undefined {
    const value = this.string();
    const first = value?.[0];
    if (value === undefined || first === undefined || first >= 0x80) return undefined;
    if (first !== 0) return value;
    const second = value[1];
    return second !== undefined && second >= 0x80 ? value.subarray(1) : undefined;
  }

  /** @returns whether every byte has been read */
  atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }
}

/** Writes a `string` of the wire format: its length in four bytes, then the bytes. */
export function wireString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
