/**
 * A DER writer for test material. It writes whatever it is told to, wrong things too: that is what
 * it is for. Nothing in `src` uses it.
 */

/** One TLV with the given identifier octet; the content is the concatenation of `parts`. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(content.length), content]);
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | octets.length]), octets]);
}

/** The content octets of an element with a low tag number. */
export function contentOf(element: Buffer): Buffer {
  const first = element.readUInt8(1);
  return element.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tlv(0x31, ...parts);
export const octetString = (...parts: readonly Uint8Array[]): Buffer => tlv(0x04, ...parts);
export const nullValue = (): Buffer => tlv(0x05);
export const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));
export const enumerated = (...octets: readonly number[]): Buffer => tlv(0x0a, Buffer.from(octets));
export const utf8String = (text: string): Buffer => tlv(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Buffer => tlv(0x13, Buffer.from(text, 'latin1'));
export const ia5String = (text: string): Buffer => tlv(0x16, Buffer.from(text, 'latin1'));

/** Context-specific constructed `[n]`: explicit tagging, or an implicit SEQUENCE's content. */
export const context = (n: number, ...parts: readonly Uint8Array[]): Buffer =>
  tlv(0xa0 | n, ...parts);

/** Context-specific primitive `[n]`: implicit tagging of a string type. */
export const contextPrimitive = (n: number, ...parts: readonly Uint8Array[]): Buffer =>
  tlv(0x80 | n, ...parts);

/** BIT STRING whose last octet has `unused` unused bits. */
export const bitString = (content: Uint8Array, unused = 0): Buffer =>
  tlv(0x03, Buffer.from([unused]), content);

/** INTEGER in its shortest two's-complement form; a Buffer is taken as it is. */
export function integer(value: number | bigint | Buffer): Buffer {
  if (Buffer.isBuffer(value)) return tlv(0x02, value);
  let hex = BigInt(value).toString(16);
  if (hex.startsWith('-')) throw new Error('negative INTEGERs are written as a Buffer');
  if (hex.length % 2 === 1) hex = `0${hex}`;
  if (parseInt(hex.slice(0, 2), 16) >= 0x80) hex = `00${hex}`;
  return tlv(0x02, Buffer.from(hex, 'hex'));
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const arcs = dotted.split('.').map(Number);
  const [first = 0, second = 0, ...rest] = arcs;
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 | (rest % 128));
  }
  return octets;
}

/** GeneralizedTime `YYYYMMDDHHMMSSZ` of a Unix time in seconds. */
export function generalizedTime(seconds: number): Buffer {
  const digits = new Date(seconds * 1000).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return tlv(0x18, Buffer.from(`${digits}Z`));
}

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime after it. */
export function time(seconds: number): Buffer {
  const general = generalizedTime(seconds);
  const year = new Date(seconds * 1000).getUTCFullYear();
  return year >= 1950 && year < 2050 ? tlv(0x17, general.subarray(4)) : general;
}
