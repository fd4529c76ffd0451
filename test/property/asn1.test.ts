import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64 } from '../../src/encoding/base64.ts';
import { DerError, DerReader, TAG } from '../../src/asn1/der-reader.ts';
import * as values from '../../src/asn1/values.ts';
import { generalizedTime, integer, oid, time, tlv } from '../pki/index.ts';
import { anyBytes } from './mutation.ts';

const READERS = Object.values(values);

/** The value, or undefined for a DerError; every other error passes. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Walks over everything that looks like an element, into constructed ones too. */
function walk(reader: DerReader): Buffer[] {
  const elements: Buffer[] = [];
  while (!reader.done) {
    const tag = reader.nextTag();
    const whole = reader.element(tag);
    elements.push(whole);
    if ((tag & 0x20) !== 0) attempt(() => walk(DerReader.inside(whole, tag, 99)));
  }
  return elements;
}

it('a reader meets nothing in any bytes but elements and DerErrors', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const elements = attempt(() => walk(DerReader.over(bytes, 99)));
      if (elements !== undefined) expect(Buffer.concat(elements)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

it('a value reader answers any bytes with a value or a DerError', () => {
  fc.assert(
    fc.property(anyBytes, fc.constantFrom(...READERS), (bytes, read) => {
      attempt(() => read(DerReader.over(bytes, 99)));
    }),
    { numRuns: 2000 },
  );
});

it('a value reader answers any content under its tag with a value or a DerError', () => {
  const tags = fc.constantFrom(...Object.values(TAG));
  fc.assert(
    fc.property(tags, anyBytes, fc.constantFrom(...READERS), (tag, content, read) => {
      attempt(() => read(DerReader.over(tlv(tag, content), 99)));
    }),
    { numRuns: 2000 },
  );
});

it('an integer that is read is the one that was written, and there is one way to write it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), (value) => {
      const content = values.readInteger(DerReader.over(integer(value), 99));
      expect(BigInt(`0x${content.toString('hex')}`)).toBe(value);
      const longer = Buffer.concat([Buffer.of(0), content]);
      expect(attempt(() => values.readInteger(DerReader.over(tlv(2, longer), 99)))).toBeUndefined();
    }),
  );
});

it('an object identifier that is read is the one that was written', () => {
  const arcs = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 39 }),
      arcs,
      (a, b, rest) => {
        const dotted = [a, b, ...rest].join('.');
        expect(values.readOid(DerReader.over(oid(dotted), 99))).toBe(dotted);
      },
    ),
  );
});

it('a time that is read is the one that was written', () => {
  const seconds = fc.integer({ min: Date.UTC(1950, 0) / 1000, max: Date.UTC(9999, 11) / 1000 });
  fc.assert(
    fc.property(seconds, (at) => {
      expect(values.readTime(DerReader.over(time(at), 99))).toBe(at);
      expect(values.readGeneralizedTime(DerReader.over(generalizedTime(at), 99))).toBe(at);
    }),
  );
});

it('base64 that is read is the one way to write its bytes', () => {
  const text = fc.oneof(fc.base64String(), fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(text, (each) => {
      const bytes = decodeBase64(each);
      if (bytes !== undefined) expect(bytes.toString('base64')).toBe(each);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
    }),
  );
});
