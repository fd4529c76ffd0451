import { constants, createHash, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyRsaPss } from '../../../src/signer/rsa-pss.ts';
import { opensslBytes } from '../../differential/openssl.ts';
import { testKey } from '../../pki/index.ts';

const DATA = Buffer.from('#Timestamp=1764000000\n');
const { privateKey, publicKey } = testKey('rsa2048', 'signer');
const signed = (
  saltLength: number,
  hash = 'sha256',
  padding = constants.RSA_PKCS1_PSS_PADDING,
): Buffer => sign(hash, DATA, { key: privateKey, padding, saltLength });

describe('verifyRsaPss', () => {
  it('holds a signature with a salt of 32 bytes', () => {
    expect(verifyRsaPss(publicKey, DATA, signed(32))).toBe(true);
  });

  it.each([0, 20, 31, 33, 64, 222])('refuses a salt of %i bytes', (saltLength) => {
    expect(verifyRsaPss(publicKey, DATA, signed(saltLength))).toBe(false);
  });

  it('refuses another hash, another padding, other data, another key and other octets', () => {
    expect(verifyRsaPss(publicKey, DATA, signed(32, 'sha512'))).toBe(false);
    const pkcs1 = sign('sha256', DATA, { key: privateKey, padding: constants.RSA_PKCS1_PADDING });
    expect(verifyRsaPss(publicKey, DATA, pkcs1)).toBe(false);
    expect(verifyRsaPss(publicKey, Buffer.from('#'), signed(32))).toBe(false);
    expect(verifyRsaPss(testKey('rsa2048').publicKey, DATA, signed(32))).toBe(false);
    expect(verifyRsaPss(publicKey, DATA, Buffer.alloc(0))).toBe(false);
    expect(verifyRsaPss(publicKey, DATA, Buffer.concat([Buffer.of(0), signed(32)]))).toBe(false);
  });

  it('refuses MGF1 with another hash than SHA-256', () => {
    const options = ['rsa_padding_mode:pss', 'rsa_pss_saltlen:32', 'digest:sha256'];
    const mgf1 = (hash: string): Buffer => {
      const files = {
        'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }),
        hash: sha256,
      };
      const pkeyopts = [...options, `rsa_mgf1_md:${hash}`].flatMap((each) => ['-pkeyopt', each]);
      return opensslBytes(
        ['pkeyutl', '-sign', '-inkey', 'key.pem', '-in', 'hash', ...pkeyopts],
        files,
      );
    };
    const sha256 = createHash('sha256').update(DATA).digest();
    expect(verifyRsaPss(publicKey, DATA, mgf1('sha256'))).toBe(true);
    expect(verifyRsaPss(publicKey, DATA, mgf1('sha1'))).toBe(false);
  });
});
