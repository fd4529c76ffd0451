import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePublicKey } from '../../src/ssh/public-key.ts';
import { GOOD_BLOBS, keyBlob, keyLine, wireInteger, wireString } from '../support/ssh-keys.ts';

const bytes = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

const point = (length: number): fc.Arbitrary<Buffer> =>
  bytes(length - 1).map((rest) => wireString(Buffer.concat([Buffer.of(4), rest])));

/** An odd number of exactly so many bits. */
const odd = (bits: number): fc.Arbitrary<Buffer> =>
  bytes(Math.ceil(bits / 8)).map((number) => {
    const top = (bits - 1) % 8;
    number[0] = ((number[0] ?? 0) & ((1 << top) - 1)) | (1 << top);
    number[number.length - 1] = (number[number.length - 1] ?? 0) | 1;
    return number;
  });

const ecdsa = (bits: 256 | 384 | 521, length: number): fc.Arbitrary<Buffer> =>
  point(length).map((q) => keyBlob(`ecdsa-sha2-nistp${bits}`, wireString(`nistp${bits}`), q));

const application = fc.string({ minLength: 1, maxLength: 64 }).map(wireString);
const rsa = (bits: fc.Arbitrary<number>): fc.Arbitrary<Buffer> =>
  bits.chain(odd).map((n) => keyBlob('ssh-rsa', wireInteger(Buffer.of(1, 0, 1)), wireInteger(n)));

/** Any well-formed key of an accepted type; whether a point lies on its curve is sshd's question. */
const anyKey = fc.oneof(
  bytes(32).map((key) => keyBlob('ssh-ed25519', wireString(key))),
  ecdsa(256, 65),
  ecdsa(384, 97),
  ecdsa(521, 133),
  rsa(fc.integer({ min: 2048, max: 4096 })),
  fc
    .tuple(bytes(32), application)
    .map(([key, app]) => keyBlob('sk-ssh-ed25519@openssh.com', wireString(key), app)),
  fc
    .tuple(point(65), application)
    .map(([q, app]) =>
      keyBlob('sk-ecdsa-sha2-nistp256@openssh.com', wireString('nistp256'), q, app),
    ),
);

const comment = fc.stringMatching(/^[^\r\n\u2028\u2029]{0,100}$/);
const goodBlob = fc.constantFrom(...Object.values(GOOD_BLOBS));

describe('parsePublicKey', () => {
  it('reads back every well-formed key, whatever its comment', () => {
    fc.assert(
      fc.property(anyKey, comment, (blob, text) => {
        const verdict = parsePublicKey(keyLine(blob, undefined, text));
        expect(verdict.ok && verdict.value.wire.equals(blob)).toBe(true);
        expect(verdict.ok && `${verdict.value.type} ${verdict.value.base64}`).toBe(keyLine(blob));
      }),
    );
  });

  it('calls every shorter RSA key weak', () => {
    fc.assert(
      fc.property(rsa(fc.integer({ min: 2, max: 2047 })), (blob) => {
        expect(parsePublicKey(keyLine(blob))).toMatchObject({ reason: 'key-weak' });
      }),
    );
  });

  it('never throws, and never accepts a line of which it does not give back the key', () => {
    const near = fc
      .tuple(goodBlob, fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([blob, position, byte]) => {
        const changed = Buffer.from(blob);
        changed[position % changed.length] = byte;
        return keyLine(changed, 'ssh-ed25519');
      });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          near,
          goodBlob.map((blob) => keyLine(blob)),
        ),
        (line) => {
          const verdict = parsePublicKey(line);
          if (!verdict.ok) return;
          expect(line.startsWith(`${verdict.value.type} ${verdict.value.base64}`)).toBe(true);
        },
      ),
    );
  });

  it('accepts no changed key under another type than the one inside', () => {
    fc.assert(
      fc.property(
        goodBlob,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom(...Object.keys(GOOD_BLOBS)),
        (blob, position, flip, outer) => {
          const changed = Buffer.from(blob);
          const at = position % changed.length;
          changed[at] = (changed[at] ?? 0) ^ flip;
          const verdict = parsePublicKey(keyLine(changed, outer));
          if (!verdict.ok) return;
          const inner = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
          expect(verdict.value.type).toBe(inner);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('accepts no key with bytes more or less', () => {
    fc.assert(
      fc.property(
        anyKey,
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.nat(),
        (blob, more, cut) => {
          const longer = Buffer.concat([blob, more]);
          const shorter = blob.subarray(0, cut % blob.length);
          for (const changed of [longer, shorter]) {
            const type = Object.keys(GOOD_BLOBS).find((name) =>
              keyLine(blob).startsWith(`${name} `),
            );
            expect(parsePublicKey(keyLine(changed, type))).toMatchObject({
              reason: 'key-malformed',
            });
          }
        },
      ),
    );
  });

  it('accepts nothing with anything in front', () => {
    fc.assert(
      fc.property(goodBlob, fc.string({ minLength: 1, maxLength: 40 }), (blob, front) => {
        expect(parsePublicKey(`${front}${keyLine(blob)}`).ok).toBe(false);
      }),
    );
  });
});
