import { createHash } from 'node:crypto';

/** A key's fingerprint in the form that sshd gives as `%f`. */
export interface Fingerprint {
  readonly hash: 'SHA256' | 'MD5';
  /** The whole text, `SHA256:…` (unpadded base64) or `MD5:aa:bb:…`. */
  readonly text: string;
}

const SHA256_FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;
const MD5_FINGERPRINT = /^MD5(?::[0-9a-f]{2}){16}$/;

/**
 * Reads a fingerprint as sshd writes it; which of the two forms depends on `FingerprintHash`.
 * @param text the argument, `SHA256:` and 43 characters of base64 or `MD5:` and 16 pairs of hex
 * @returns the fingerprint, or undefined for any other form
 */
export function parseFingerprint(text: string): Fingerprint | undefined {
  if (SHA256_FINGERPRINT.test(text)) return { hash: 'SHA256', text };
  return MD5_FINGERPRINT.test(text) ? { hash: 'MD5', text } : undefined;
}

/**
 * The fingerprint of a public key (RFC 4716 section 4 for MD5; OpenSSH's form for SHA-256).
 * @param wire the key's wire format
 * @param hash which of the two forms
 * @returns the text with its prefix, as `ssh-keygen -l` prints it
 */
export function fingerprintOf(wire: Buffer, hash: Fingerprint['hash'] = 'SHA256'): string {
  if (hash === 'SHA256') {
    return `SHA256:${createHash('sha256').update(wire).digest('base64').slice(0, 43)}`;
  }
  const pairs = createHash('md5').update(wire).digest('hex').match(/../g) ?? [];
  return ['MD5', ...pairs].join(':');
}
