import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, parseFingerprint } from '../../../src/ssh/fingerprint.ts';
import { GOOD_BLOBS, keyLine } from '../../support/ssh-keys.ts';

const SHA256 = `SHA256:${'A'.repeat(43)}`;
const MD5 = `MD5${':0f'.repeat(16)}`;

describe('parseFingerprint', () => {
  it('reads both forms that sshd gives as %f', () => {
    expect(parseFingerprint(SHA256)).toEqual({ hash: 'SHA256', text: SHA256 });
    expect(parseFingerprint(MD5)).toEqual({ hash: 'MD5', text: MD5 });
  });

  it.each([
    ['an empty text', ''],
    ['another hash', `SHA512:${'A'.repeat(43)}`],
    ['no prefix', 'A'.repeat(43)],
    ['a character too few', SHA256.slice(0, -1)],
    ['a character too many', `${SHA256}A`],
    ['padding', `${SHA256}=`],
    ['base64url', SHA256.replace(/A$/, '-')],
    ['a line break behind it', `${SHA256}\n`],
    ['a space in front', ` ${SHA256}`],
    ['a pair too few', MD5.slice(0, -3)],
    ['a pair too many', `${MD5}:00`],
    ['upper-case hex', MD5.toUpperCase()],
    ['MD5 without its prefix', MD5.slice(4)],
    ['a line break behind MD5', `${MD5}\n`],
  ])('refuses %s', (_, text) => {
    expect(parseFingerprint(text)).toBeUndefined();
  });
});

describe('fingerprintOf', () => {
  const ssh = (hash: string, line: string): string => {
    const output = execFileSync('ssh-keygen', ['-l', '-E', hash, '-f', '-'], { input: line });
    return output.toString().split(' ')[1] ?? '';
  };

  it.each(Object.keys(GOOD_BLOBS))('writes for %s what ssh-keygen -l writes', (type) => {
    const blob = GOOD_BLOBS[type] ?? Buffer.alloc(0);
    expect(fingerprintOf(blob)).toBe(ssh('sha256', keyLine(blob)));
    expect(fingerprintOf(blob, 'MD5')).toBe(ssh('md5', keyLine(blob)));
  });

  it('writes what parseFingerprint reads', () => {
    const text = fingerprintOf(Buffer.from('any'), 'MD5');
    expect(parseFingerprint(text)).toEqual({ hash: 'MD5', text });
  });
});
