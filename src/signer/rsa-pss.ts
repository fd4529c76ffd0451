import { constants, verify, type KeyObject } from 'node:crypto';

/**
 * Whether the service signed these bytes: RSA-PSS, SHA-256, MGF1 with SHA-256, a salt of exactly 32
 * bytes (RFC 8017 8.1.2). Without `saltLength` Node takes a salt of any length.
 * @param publicKey an RSA key, the signer's
 */
export function verifyRsaPss(publicKey: KeyObject, data: Buffer, signature: Buffer): boolean {
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', data, key, signature);
}
