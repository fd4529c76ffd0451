/** What an rpm file itself says of its format and signatures (RPM's documentation, "Package format"). */

const LEAD_BYTES = 96;
const MAGIC = 0x8eade801;
/** RPMSIGTAG_DSA, _RSA, _PGP, _GPG, which hold OpenPGP packets. */
const SIGNATURES = [267, 268, 1002, 1005];

interface Header {
  readonly tags: ReadonlyMap<number, Buffer>;
  /** Where the header ends in the file. */
  readonly end: number;
}

function headerAt(file: Buffer, offset: number): Header {
  if (file.readUInt32BE(offset) !== MAGIC) throw new Error(`expected a header at ${offset}`);
  const [count, bytes] = [file.readUInt32BE(offset + 8), file.readUInt32BE(offset + 12)];
  const data = offset + 16 + count * 16;
  const entries = Array.from({ length: count }, (_, index) => {
    const entry = offset + 16 + index * 16;
    const [tag, , at, length] = [0, 4, 8, 12].map((field) => file.readUInt32BE(entry + field));
    const begin = data + (at ?? 0);
    return [tag ?? 0, file.subarray(begin, begin + (length ?? 0))] as const;
  });
  return { tags: new Map(entries), end: data + bytes };
}

/** The OpenPGP signatures of an rpm by their tag, in the order of the tags. */
export function signatureTags(file: Buffer): ReadonlyMap<number, Buffer> {
  const { tags } = headerAt(file, LEAD_BYTES);
  const found = [...tags].filter(([tag]) => SIGNATURES.includes(tag));
  return new Map(found.sort(([a], [b]) => a - b));
}

/** Numbers of the tags of an rpm's main header. */
export function rpmTags(file: Buffer): readonly number[] {
  const { end } = headerAt(file, LEAD_BYTES);
  return [...headerAt(file, (end + 7) & ~7).tags.keys()];
}
