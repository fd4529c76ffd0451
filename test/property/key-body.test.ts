import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeyBody, type Entry } from '../../src/authorize/key-body.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/);
/** Any bytes but line ends. */
const value = fc.uint8Array({ maxLength: 80 }).map((bytes) =>
  Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\r\n]/g, ''),
);
const keyLine = value.map((text) => `ssh-${text}`);
const signature = fc
  .uint8Array({ minLength: 256, maxLength: 512 })
  .map((bytes) => Buffer.from(bytes));

/** A well-formed entry, and its text with the signature wrapped at any width. */
const entry = fc
  .record({
    fields: fc.array(fc.record({ name, value }), { maxLength: 8 }),
    keyLine,
    signature,
    width: fc.integer({ min: 1, max: 800 }),
  })
  .map(({ fields, keyLine: key, signature: bytes, width }) => {
    const signed = [...fields.map((field) => `#${field.name}=${field.value}`), key];
    const wrapped = bytes.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    const signedText = signed.map((line) => `${line}\n`).join('');
    const expected: Entry = {
      fields,
      keyLine: key,
      signedBytes: latin1(signedText),
      signature: bytes,
    };
    return { text: `${signedText}${wrapped.join('\n')}\n`, expected };
  });

/** Text in the alphabet of blobs, which comes closer to their forms than any text does. */
const blobLike = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\n\n', '#', '=', '#Timestamp=1\n', 'ssh-ed25519 AAAA\n', '\r', ' '),
      fc.base64String({ maxLength: 400 }),
      fc.string({ maxLength: 20 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => latin1(parts.join('')));

describe('parseKeyBody', () => {
  it('reads back every blob of well-formed entries, byte by byte', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), (all, gap) => {
        const body = latin1(all.map(({ text }) => text).join('\n'.repeat(gap)));
        const entries = parseKeyBody(body);
        expect(entries.map(({ entry: verdict }) => (verdict.ok ? verdict.value : verdict))).toEqual(
          all.map(({ expected }) => expected),
        );
      }),
    );
  });

  it('never throws, and numbers what it finds from 1', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          blobLike,
          fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
        ),
        (body) => {
          const numbers = parseKeyBody(body).map(({ place }) => place);
          expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        },
      ),
    );
  });

  it('takes for signed only what stands in the body, as it stands there', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          blobLike,
          entry.map(({ text }) => latin1(text)),
        ),
        (body) => {
          for (const { entry: verdict } of parseKeyBody(body)) {
            if (!verdict.ok) continue;
            expect(body.includes(verdict.value.signedBytes)).toBe(true);
            expect(verdict.value.signedBytes.toString('latin1').split('\n').at(-2)).toBe(
              verdict.value.keyLine,
            );
          }
        },
      ),
    );
  });

  it('reads the entries around any other text as if it were not there', () => {
    fc.assert(
      fc.property(entry, fc.stringMatching(/^[ -~\t\r]{1,200}$/), (good, junk) => {
        const text = `${good.text}\n${junk}\n\n${good.text}`;
        const entries = parseKeyBody(latin1(text));
        for (const entry of [entries.at(0), entries.at(-1)]) {
          expect(entry?.entry).toEqual({ ok: true, value: good.expected });
        }
      }),
    );
  });
});
