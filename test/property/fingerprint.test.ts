import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, parseFingerprint } from '../../src/ssh/fingerprint.ts';

const blob = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
const hash = fc.constantFrom('SHA256', 'MD5');

describe('a fingerprint', () => {
  it('is read back in both forms, whatever the key', () => {
    fc.assert(
      fc.property(blob, hash, (bytes, kind) => {
        const text = fingerprintOf(bytes, kind);
        expect(parseFingerprint(text)).toEqual({ hash: kind, text });
      }),
    );
  });

  it('is one of SHA-256 where no form is asked for', () => {
    fc.assert(
      fc.property(blob, (bytes) => {
        expect(fingerprintOf(bytes)).toBe(fingerprintOf(bytes, 'SHA256'));
      }),
    );
  });

  it('tells two keys apart', () => {
    fc.assert(
      fc.property(blob, blob, hash, (one, other, kind) => {
        expect(fingerprintOf(one, kind) === fingerprintOf(other, kind)).toBe(one.equals(other));
      }),
    );
  });

  it('is not read from a text that is changed by one character in front or behind', () => {
    fc.assert(
      fc.property(blob, hash, fc.string({ minLength: 1, maxLength: 5 }), (bytes, kind, more) => {
        const text = fingerprintOf(bytes, kind);
        expect(parseFingerprint(`${text}${more}`)).toBeUndefined();
        expect(parseFingerprint(`${more}${text}`)).toBeUndefined();
      }),
    );
  });

  it('is not read from any other text, and none makes it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `SHA256:${text}`),
        ),
        (text) => {
          const fingerprint = parseFingerprint(text);
          if (fingerprint !== undefined) expect(text).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
        },
      ),
    );
  });
});
