import { constants, verify } from 'node:crypto';
import { algorithmText, keyText } from './algorithm-text.ts';
import { importPublicKey, type PublicKeyInfo } from './public-key.ts';

/** What somebody signed: the original bytes, the AlgorithmIdentifier (DER) and the signature. */
export interface SignedData {
  readonly signed: Buffer;
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
}

/**
 * The AlgorithmIdentifiers that are taken, whole: PKCS#1 v1.5 with NULL parameters or none, both of
 * which must be accepted (RFC 4055 5), and ECDSA without parameters (RFC 5758 3.2). MD5, SHA-1 and
 * SHA-224 are too weak; RSASSA-PSS and EdDSA are left out because no public CA issues with them.
 */
const ALGORITHMS: ReadonlyMap<string, readonly [kind: 'rsa' | 'ec', hash: string]> = new Map([
  ['300d06092a864886f70d01010b0500', ['rsa', 'sha256']],
  ['300b06092a864886f70d01010b', ['rsa', 'sha256']],
  ['300d06092a864886f70d01010c0500', ['rsa', 'sha384']],
  ['300b06092a864886f70d01010c', ['rsa', 'sha384']],
  ['300d06092a864886f70d01010d0500', ['rsa', 'sha512']],
  ['300b06092a864886f70d01010d', ['rsa', 'sha512']],
  ['300a06082a8648ce3d040302', ['ec', 'sha256']],
  ['300a06082a8648ce3d040303', ['ec', 'sha384']],
  ['300a06082a8648ce3d040304', ['ec', 'sha512']],
]);

/** `weak`: an algorithm or a key that is not taken; the signature has not been looked at then. */
export type SignatureCheck = 'valid' | 'invalid' | 'weak';

/** Holds a signature against a public key; the arithmetic is node:crypto's. */
export function checkSignature(data: SignedData, signer: PublicKeyInfo): SignatureCheck {
  const algorithm = ALGORITHMS.get(data.signatureAlgorithm.toString('hex'));
  const key = algorithm?.[0] === signer.kind ? importPublicKey(signer) : undefined;
  if (algorithm === undefined || key === undefined) {
    // A strong key of the other family is no weakness: it is somebody else's signature.
    return algorithm === undefined || signer.kind === 'unsupported' ? 'weak' : 'invalid';
  }
  const [kind, hash] = algorithm;
  const padding = kind === 'rsa' ? { padding: constants.RSA_PKCS1_PADDING } : {};
  return verify(hash, data.signed, { key, ...padding }, data.signature) ? 'valid' : 'invalid';
}

/** Why `checkSignature` called it `weak`: what is taken, and which algorithm or key was found. */
export function weakness(data: SignedData, signer: PublicKeyInfo): string {
  return ALGORITHMS.has(data.signatureAlgorithm.toString('hex'))
    ? `expected a key of rsa 2048 to 8192, p-256, p-384 or p-521, found ${keyText(signer)}`
    : `expected rsa or ecdsa with sha-256, sha-384 or sha-512, found ${algorithmText(data.signatureAlgorithm)}`;
}
