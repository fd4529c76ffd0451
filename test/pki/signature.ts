import { constants, sign } from 'node:crypto';
import { context, integer, nullValue, oid, sequence } from './der.ts';
import type { TestKey } from './keys.ts';

export type SignatureHash = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

const RSA_OIDS: Record<SignatureHash, string> = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};
const ECDSA_OIDS: Record<SignatureHash, string> = {
  md5: '1.2.840.10045.4.0',
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};

/** The AlgorithmIdentifier, DER, under which `key` signs with `hash`. */
export function algorithmIdentifier(key: TestKey, hash: SignatureHash | 'pss'): Buffer {
  if (hash === 'pss') return pssIdentifier();
  if (key.kind === 'ed25519') return sequence(oid('1.3.101.112'));
  if (key.kind.startsWith('rsa')) return sequence(oid(RSA_OIDS[hash]), nullValue());
  return sequence(oid(ECDSA_OIDS[hash]));
}

function pssIdentifier(): Buffer {
  const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue());
  return sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      context(0, sha256),
      context(1, sequence(oid('1.2.840.113549.1.1.8'), sha256)),
      context(2, integer(32)),
    ),
  );
}

/** The signature octets over `data`. */
export function signData(key: TestKey, hash: SignatureHash | 'pss', data: Buffer): Buffer {
  if (key.kind === 'ed25519') return sign(null, data, key.privateKey);
  if (hash !== 'pss') return sign(hash, data, key.privateKey);
  return sign('sha256', data, {
    key: key.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 32,
  });
}
