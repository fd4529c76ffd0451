import fc from 'fast-check';

/** One small change to some bytes. */
interface Mutation {
  readonly kind: 'replace' | 'insert' | 'delete' | 'cut';
  /** Where, as a fraction of the length. */
  readonly at: number;
  readonly octet: number;
}

/** Any one small change: an octet replaced, added or taken out, or the rest cut off. */
export const anyMutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('replace' as const, 'insert', 'delete', 'cut'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  octet: fc.integer({ min: 0, max: 255 }),
});

/** The bytes with the change made; never equal to what they were. */
export function mutate(bytes: Buffer, { kind, at, octet }: Mutation): Buffer {
  const index = Math.floor(at * bytes.length);
  const before = bytes.subarray(0, index);
  switch (kind) {
    case 'replace': {
      const other = bytes[index] === octet ? octet ^ 1 : octet;
      return Buffer.concat([before, Buffer.of(other), bytes.subarray(index + 1)]);
    }
    case 'insert':
      return Buffer.concat([before, Buffer.of(octet), bytes.subarray(index)]);
    case 'delete':
      return Buffer.concat([before, bytes.subarray(index + 1)]);
    case 'cut':
      return before;
  }
}

/** Any bytes, often with the shape of DER. */
export const anyBytes: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        0x30,
        0x31,
        0x02,
        0x03,
        0x04,
        0x05,
        0x06,
        0x17,
        0x18,
        0xa0,
        0xa3,
        0x80,
        0x81,
        0,
      ),
      fc.integer({ min: 0, max: 255 }),
    ),
    { maxLength: 80 },
  )
  .map((octets) => Buffer.from(octets));
