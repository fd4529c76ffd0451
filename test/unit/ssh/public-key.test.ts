import { describe, expect, it } from 'vitest';
import { MAX_KEY_LINE, parsePublicKey } from '../../../src/ssh/public-key.ts';
import {
  GOOD_BLOBS,
  keyBlob,
  keyLine,
  testBlob,
  wireInteger,
  wireString,
} from '../../support/ssh-keys.ts';

const ED25519 = testBlob('ed25519');
const RSA = testBlob('rsa2048');
/** Its base64 ends in one `=`. */
const PADDED = keyLine(testBlob('p256'));
const EXPONENT = wireInteger(Buffer.from('010001', 'hex'));
const APPLICATION = wireString('ssh:');

/** A number of exactly so many bits, the lowest of which is set unless told otherwise. */
function modulus(bits: number, low = 1): Buffer {
  const bytes = Buffer.alloc(Math.ceil(bits / 8), 0xaa);
  bytes[0] = 1 << ((bits - 1) % 8);
  bytes[bytes.length - 1] = 0xaa | low;
  return wireInteger(bytes);
}

const rsa = (exponent: Buffer, n: Buffer): Buffer => keyBlob('ssh-rsa', exponent, n);

/** The same bytes in base64 that is not canonical: the bits that no byte needs are not zero. */
function withLooseBits(line: string): string {
  const last = line.charCodeAt(line.length - 2) + 1;
  return `${line.slice(0, -2)}${String.fromCharCode(last)}=`;
}

const reasonOf = (line: string): string => {
  const verdict = parsePublicKey(line);
  return verdict.ok ? 'accepted' : verdict.reason;
};

describe('parsePublicKey', () => {
  it.each(Object.entries(GOOD_BLOBS))('accepts a key of type %s', (type, blob) => {
    const base64 = blob.toString('base64');
    expect(parsePublicKey(keyLine(blob))).toEqual({
      ok: true,
      value: { type, base64, wire: blob },
    });
  });

  it.each(['', ' ', ' alice@example.com', ' a comment with "quotes" and = signs'])(
    'takes what follows the key as a comment: "%s"',
    (comment) => {
      expect(parsePublicKey(`${keyLine(ED25519)}${comment}`)).toEqual(
        parsePublicKey(keyLine(ED25519)),
      );
    },
  );

  it.each([
    ['an empty line', ''],
    ['a type alone', 'ssh-ed25519'],
    ['a type and no key', 'ssh-ed25519 '],
    ['options in front', `command="id" ${keyLine(ED25519)}`],
    ['an option in front that has no value', `no-pty ${keyLine(ED25519)}`],
    ['cert-authority in front', `cert-authority ${keyLine(ED25519)}`],
    ['a space in front', ` ${keyLine(ED25519)}`],
    ['two spaces between type and key', keyLine(ED25519).replace(' ', '  ')],
    ['a tab between type and key', keyLine(ED25519).replace(' ', '\t')],
    ['a tab behind the key', `${keyLine(ED25519)}\tcomment`],
    ['a second line', `${keyLine(ED25519)}\n${keyLine(RSA)}`],
    ['a line break in the comment', `${keyLine(ED25519)} comment\n`],
    ['a carriage return at the end', `${keyLine(ED25519)} comment\r`],
    ['a type in upper case', keyLine(ED25519).replace('ssh-ed25519', 'SSH-ED25519')],
    ['a type that every object has', keyLine(keyBlob('constructor', ED25519.subarray(15)))],
    ['a DSA key', keyLine(keyBlob('ssh-dss', EXPONENT, EXPONENT, EXPONENT, EXPONENT))],
    [
      'a certificate',
      keyLine(keyBlob('ssh-ed25519-cert-v01@openssh.com', wireString(Buffer.alloc(32)))),
    ],
    ['an SSH protocol 1 key', '2048 65537 2519590847565789349402718324004839857142928212620403'],
    ['base64url', keyLine(Buffer.from(ED25519)).replace(/.$/, '_')],
    ['padding that is missing', PADDED.slice(0, -1)],
    ['padding that is too much', `${PADDED}=`],
    ['padding where none belongs', `${keyLine(ED25519)}=`],
    ['base64 whose last bits are not zero', withLooseBits(PADDED)],
    ['a line longer than the limit', `${keyLine(ED25519)} ${'c'.repeat(MAX_KEY_LINE)}`],
  ])('refuses %s', (_, line) => {
    expect(reasonOf(line)).toBe('key-malformed');
  });

  it('tells a line that is no key line from one whose type is not known', () => {
    const details = ['ssh-ed25519', keyLine(keyBlob('ssh-dss'))].map((line) => {
      const verdict = parsePublicKey(line);
      return verdict.ok ? '' : verdict.detail;
    });
    expect(new Set(details).size).toBe(2);
  });

  it('refuses a type outside that is not the type inside', () => {
    expect(reasonOf(keyLine(RSA, 'ssh-ed25519'))).toBe('key-malformed');
    expect(reasonOf(keyLine(ED25519, 'sk-ssh-ed25519@openssh.com'))).toBe('key-malformed');
  });

  it.each(Object.entries(GOOD_BLOBS))(
    'refuses a key of type %s of another type inside',
    (type, blob) => {
      const parameters = blob.subarray(4 + blob.readUInt32BE(0));
      for (const inner of [...Object.keys(GOOD_BLOBS), 'ssh-dss', '', `${type}x`, type.slice(1)]) {
        const line = keyLine(Buffer.concat([wireString(inner), parameters]), type);
        expect(reasonOf(line), inner).toBe(inner === type ? 'accepted' : 'key-malformed');
      }
    },
  );

  it('reads a line of 8192 characters and none of one more', () => {
    const line = `${keyLine(ED25519)} `;
    const filled = (length: number): string => line.padEnd(length, 'c');
    expect(reasonOf(filled(MAX_KEY_LINE))).toBe('accepted');
    expect(reasonOf(filled(MAX_KEY_LINE + 1))).toBe('key-malformed');
    expect(MAX_KEY_LINE).toBe(8192);
  });

  it.each([2, 3, 5, 6, 7])('takes no elliptic point of the form %i', (form) => {
    for (const bits of [256, 384, 521] as const) {
      const blob = Buffer.from(testBlob(`p${bits}`));
      const at = blob.length - (bits === 256 ? 65 : bits === 384 ? 97 : 133);
      expect(blob[at]).toBe(4);
      blob[at] = form;
      expect(reasonOf(keyLine(blob))).toBe('key-malformed');
    }
  });

  it.each(Object.entries(GOOD_BLOBS))('refuses a key of type %s with a byte more', (_, blob) => {
    expect(reasonOf(keyLine(Buffer.concat([blob, Buffer.of(0)])))).toBe('key-malformed');
  });

  it.each(Object.entries(GOOD_BLOBS))('refuses a key of type %s with a byte less', (_, blob) => {
    expect(reasonOf(keyLine(blob.subarray(0, -1)))).toBe('key-malformed');
  });
});

describe('the padded key of these tests', () => {
  it('has loose bits that Node would overlook', () => {
    const bytes = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64');
    expect(PADDED).toMatch(/[^=]=$/);
    expect(bytes(withLooseBits(PADDED))).toEqual(bytes(PADDED));
  });
});

describe('parsePublicKey, RSA', () => {
  it.each([2048, 2049, 3072, 4096, 16_384])('accepts a modulus of %i bits', (bits) => {
    expect(reasonOf(keyLine(rsa(EXPONENT, modulus(bits))))).toBe('accepted');
  });

  it.each([1, 768, 1024, 2040, 2047])('calls a modulus of %i bits weak', (bits) => {
    expect(reasonOf(keyLine(rsa(EXPONENT, modulus(bits))))).toBe('key-weak');
  });

  it.each([
    ['a modulus longer than OpenSSH reads', rsa(EXPONENT, modulus(16_385))],
    ['an even modulus', rsa(EXPONENT, modulus(2048, 0))],
    ['an even exponent', rsa(wireInteger(Buffer.of(2)), modulus(2048))],
    ['the exponent 1', rsa(wireInteger(Buffer.of(1)), modulus(2048))],
    ['the exponent 0', rsa(wireString(''), modulus(2048))],
    ['a negative modulus', rsa(EXPONENT, wireString(Buffer.alloc(256, 0xff)))],
    [
      'a modulus that begins with needless zeros',
      rsa(EXPONENT, wireString(Buffer.alloc(512, 1).fill(0, 0, 1))),
    ],
    ['no modulus', rsa(EXPONENT, Buffer.alloc(0))],
  ])('refuses %s', (_, blob) => {
    expect(reasonOf(keyLine(blob))).toBe('key-malformed');
  });
});

describe('parsePublicKey, elliptic curves', () => {
  const point = (curve: string, length: number, first = 4): Buffer =>
    keyBlob(
      `ecdsa-sha2-${curve}`,
      wireString(curve),
      wireString(Buffer.alloc(length, 1).fill(first, 0, 1)),
    );

  it.each([
    ['a key of 31 bytes', keyBlob('ssh-ed25519', wireString(Buffer.alloc(31)))],
    ['a key of 33 bytes', keyBlob('ssh-ed25519', wireString(Buffer.alloc(33)))],
    ['a compressed point', point('nistp256', 33, 2)],
    ['a hybrid point', point('nistp256', 65, 6)],
    ['a point of another length', point('nistp384', 65)],
    [
      'a curve that is not the one of the type',
      keyBlob('ecdsa-sha2-nistp256', wireString('nistp384'), testBlob('p384').subarray(-101)),
    ],
    ['a curve that nobody knows', point('nistp192', 49)],
  ])('refuses %s', (_, blob) => {
    expect(reasonOf(keyLine(blob))).toBe('key-malformed');
  });

  it.each([
    ['no application', keyBlob('sk-ssh-ed25519@openssh.com', ED25519.subarray(-36))],
    [
      'an empty application',
      keyBlob('sk-ssh-ed25519@openssh.com', ED25519.subarray(-36), wireString('')),
    ],
    [
      'a NUL in its application',
      keyBlob('sk-ssh-ed25519@openssh.com', ED25519.subarray(-36), wireString('s\0sh:')),
    ],
    [
      'a NUL at the end of its application',
      keyBlob('sk-ssh-ed25519@openssh.com', ED25519.subarray(-36), wireString('ssh:\0')),
    ],
    [
      'an application in front of the key',
      keyBlob('sk-ssh-ed25519@openssh.com', APPLICATION, ED25519.subarray(-36)),
    ],
  ])('refuses a security key with %s', (_, blob) => {
    expect(reasonOf(keyLine(blob))).toBe('key-malformed');
  });
});
