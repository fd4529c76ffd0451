import type { KeyObject } from 'node:crypto';
import { testKey, type KeyKind } from '../pki/index.ts';

/** A `string` of the SSH wire format: its length and its bytes (RFC 4251 section 5). */
export function wireString(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive `mpint`: a zero byte goes in front where the highest bit is set. */
export function wireInteger(magnitude: Buffer): Buffer {
  const padded = (magnitude[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude;
  return wireString(padded);
}

/** The wire format of a key: its type and what follows. */
export function keyBlob(type: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([wireString(type), ...parts]);
}

/** The line of a key, as ssh-keygen writes it. */
export function keyLine(blob: Buffer, type: string = typeOf(blob), comment = ''): string {
  return `${type} ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}`;
}

function typeOf(blob: Buffer): string {
  return blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
}

/** The SSH wire format of a public key; RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709. */
export function sshBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const part = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url');
  if (jwk.kty === 'RSA') {
    return keyBlob('ssh-rsa', wireInteger(part(jwk.e)), wireInteger(part(jwk.n)));
  }
  if (jwk.kty === 'OKP') return keyBlob('ssh-ed25519', wireString(part(jwk.x)));
  const curve = `nistp${(jwk.crv ?? '').slice(2)}`;
  const point = Buffer.concat([Buffer.of(4), part(jwk.x), part(jwk.y)]);
  return keyBlob(`ecdsa-sha2-${curve}`, wireString(curve), wireString(point));
}

/** The wire format of the test key of this kind. */
export function testBlob(kind: KeyKind, slot?: string): Buffer {
  return sshBlob(testKey(kind, slot).publicKey);
}

const ED25519_KEY = testBlob('ed25519').subarray(-36);
const P256_POINT = testBlob('p256').subarray(-69);

/** One good key of each accepted type, by its type. */
export const GOOD_BLOBS: Readonly<Record<string, Buffer>> = {
  'ssh-rsa': testBlob('rsa2048'),
  'ssh-ed25519': testBlob('ed25519'),
  'ecdsa-sha2-nistp256': testBlob('p256'),
  'ecdsa-sha2-nistp384': testBlob('p384'),
  'ecdsa-sha2-nistp521': testBlob('p521'),
  'sk-ssh-ed25519@openssh.com': keyBlob(
    'sk-ssh-ed25519@openssh.com',
    ED25519_KEY,
    wireString('ssh:'),
  ),
  'sk-ecdsa-sha2-nistp256@openssh.com': keyBlob(
    'sk-ecdsa-sha2-nistp256@openssh.com',
    wireString('nistp256'),
    P256_POINT,
    wireString('ssh:'),
  ),
};
