import { decodeBase64 } from '../encoding/base64.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict/refusal.ts';
import { WireReader } from './wire.ts';

/** A public key as it stands on an authorized_keys line, checked down to its wire format. */
export interface PublicKey {
  readonly type: KeyType;
  /** The canonical base64 of `wire`. */
  readonly base64: string;
  /** The wire format: type name and parameters (RFC 4253 section 6.6). */
  readonly wire: Buffer;
}

/** The key types that may be accepted; certificates are never among them. */
export type KeyType =
  | 'ssh-rsa'
  | 'ssh-ed25519'
  | 'ecdsa-sha2-nistp256'
  | 'ecdsa-sha2-nistp384'
  | 'ecdsa-sha2-nistp521'
  | 'sk-ssh-ed25519@openssh.com'
  | 'sk-ecdsa-sha2-nistp256@openssh.com';

/** Why a key line is refused. */
export type PublicKeyReason = 'key-malformed' | 'key-weak';

/** SendSSHPublicKey takes at most 4096 characters; the rest is room for a comment added since. */
export const MAX_KEY_LINE = 8192;

const MIN_RSA_BITS = 2048;
/** OpenSSH reads no modulus above 16384 bits (SSHBUF_MAX_BIGNUM). */
const MAX_RSA_BITS = 16_384;

type ParameterReader = (reader: WireReader) => PublicKeyReason | undefined;

const PARAMETERS: Readonly<Record<KeyType, ParameterReader>> = {
  'ssh-rsa': readRsa,
  'ssh-ed25519': readEd25519,
  'ecdsa-sha2-nistp256': ecdsaReader('nistp256', 65),
  'ecdsa-sha2-nistp384': ecdsaReader('nistp384', 97),
  'ecdsa-sha2-nistp521': ecdsaReader('nistp521', 133),
  'sk-ssh-ed25519@openssh.com': (reader) => readEd25519(reader) ?? readApplication(reader),
  'sk-ecdsa-sha2-nistp256@openssh.com': (reader) =>
    ecdsaReader('nistp256', 65)(reader) ?? readApplication(reader),
};

const KEY_LINE = /^([a-z0-9@.-]{1,64}) ([A-Za-z0-9+/]+={0,2})(?: .*)?$/;

/**
 * Reads `type base64 [comment]`, the only form in which the service delivers a key. An options field
 * in front is refused: it would let the network decide more than whether a key is good.
 * @param line one line without its line break
 * @returns the key; or `key-malformed` (form, type, base64 or wire format), `key-weak` (RSA below
 * 2048 bits). Wire formats: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4 and
 * OpenSSH's PROTOCOL.u2f
 */
export function parsePublicKey(line: string): Verdict<PublicKey, PublicKeyReason> {
  if (line.length > MAX_KEY_LINE) return malformed('the key line is too long');
  const [, type, base64] = KEY_LINE.exec(line) ?? [];
  if (type === undefined || base64 === undefined) {
    return malformed('expected "type base64 [comment]"');
  }
  if (!isKeyType(type)) return malformed('the key type is not known');
  const wire = decodeBase64(base64);
  if (wire === undefined) return malformed('the base64 is not canonical');
  const reader = new WireReader(wire);
  if (reader.string()?.toString('latin1') !== type) {
    return malformed('the type inside the key is not the type outside');
  }
  const reason = PARAMETERS[type](reader);
  if (reason === 'key-weak') return refuse(reason, `expected RSA of ${MIN_RSA_BITS} bits or more`);
  if (reason !== undefined || !reader.atEnd()) return malformed('the wire format does not hold');
  return accept({ type, base64, wire });
}

function malformed(detail: string): Refusal<'key-malformed'> {
  return refuse('key-malformed', detail);
}

function isKeyType(type: string): type is KeyType {
  return Object.hasOwn(PARAMETERS, type);
}

function readRsa(reader: WireReader): PublicKeyReason | undefined {
  const exponent = reader.positiveInteger();
  const modulus = reader.positiveInteger();
  if (exponent === undefined || modulus === undefined) return 'key-malformed';
  if (!isOdd(exponent) || !isOdd(modulus) || exponent.equals(Buffer.of(1))) return 'key-malformed';
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits > MAX_RSA_BITS) return 'key-malformed';
  return bits < MIN_RSA_BITS ? 'key-weak' : undefined;
}

function isOdd(magnitude: Buffer): boolean {
  return ((magnitude.at(-1) ?? 0) & 1) === 1;
}

function readEd25519(reader: WireReader): PublicKeyReason | undefined {
  return reader.string()?.length === 32 ? undefined : 'key-malformed';
}

/** The point is uncompressed (RFC 5656 section 3.1); whether it lies on the curve, sshd checks. */
function ecdsaReader(curve: string, pointLength: number): ParameterReader {
  return (reader) => {
    if (reader.string()?.toString('latin1') !== curve) return 'key-malformed';
    const point = reader.string();
    return point?.length === pointLength && point[0] === 4 ? undefined : 'key-malformed';
  };
}

/** The FIDO application, `ssh:` or a text of the user's own: without a NUL, because OpenSSH reads a C string. */
function readApplication(reader: WireReader): PublicKeyReason | undefined {
  const application = reader.string();
  if (application === undefined || application.length === 0) return 'key-malformed';
  return application.includes(0) ? 'key-malformed' : undefined;
}
