import { DerError, TAG, type DerReader } from './der-reader.ts';

/**
 * Reads an INTEGER.
 * @returns its content octets: two's complement, big endian, in the shortest form (X.690 8.3.2)
 */
export function readInteger(reader: DerReader): Buffer {
  const content = reader.content(TAG.integer);
  const [first, second = 0] = content;
  if (first === undefined) throw new DerError('expected an integer of at least one octet');
  const redundant = (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80);
  if (content.length > 1 && redundant) {
    throw new DerError('expected an integer in its shortest form');
  }
  return content;
}

/** Reads an INTEGER between 0 and 32767; nothing that is counted here is larger. */
export function readSmallInteger(reader: DerReader): number {
  const content = readInteger(reader);
  if (content.length > 2 || content.readInt8(0) < 0) {
    throw new DerError('expected an integer between 0 and 32767');
  }
  return content.readIntBE(0, content.length);
}

/** Reads a BOOLEAN: 00 or FF (X.690 11.1). */
export function readBoolean(reader: DerReader): boolean {
  const content = reader.content(TAG.boolean);
  const [octet] = content;
  if (content.length !== 1 || (octet !== 0 && octet !== 0xff)) {
    throw new DerError('expected a boolean of 00 or ff');
  }
  return octet === 0xff;
}

/**
 * Reads an OBJECT IDENTIFIER.
 * @returns its dotted form
 * @throws DerError for arcs that are not in their shortest form or above 2^49 (X.690 8.19)
 */
export function readOid(reader: DerReader): string {
  const content = reader.content(TAG.oid);
  let text = '';
  let arc = 0;
  let inside = false;
  for (const octet of content) {
    if (!inside && octet === 0x80) throw new DerError('expected an arc in its shortest form');
    if (arc > 2 ** 42) throw new DerError('expected an arc below 2^49');
    arc = arc * 128 + (octet & 0x7f);
    inside = octet >= 0x80;
    if (inside) continue;
    text += text === '' ? firstArcs(arc) : `.${arc}`;
    arc = 0;
  }
  if (inside || text === '') throw new DerError('expected an object identifier that ends');
  return text;
}

function firstArcs(arc: number): string {
  const first = Math.min(Math.floor(arc / 40), 2);
  return `${first}.${arc - first * 40}`;
}

/** Reads a BIT STRING of whole octets, as keys and signatures are; returns the octets. */
export function readBitOctets(reader: DerReader): Buffer {
  const content = reader.content(TAG.bitString);
  if (content[0] !== 0) throw new DerError('expected a bit string of whole octets');
  return content.subarray(1);
}

/**
 * Reads a BIT STRING with a named bit list of at most 16 bits. Zero bits at the end, which DER
 * leaves out (X.690 11.2.2), are read: roots in every distribution's store write them, and they say
 * nothing else (X.680 22.7).
 * @returns the bits as a number, bit 0 of the list being 0x8000
 * @throws DerError for set padding bits (X.690 11.2.1)
 */
export function readNamedBits(reader: DerReader): number {
  const content = reader.content(TAG.bitString);
  const [unused, high = 0, low = 0] = content;
  if (unused === undefined || unused > 7 || content.length > 3) {
    throw new DerError('expected a bit string of at most 16 bits');
  }
  if (content.length === 1 && unused > 0) throw new DerError('expected unused bits of an octet');
  const bits = (high << 8) | low;
  const padding = (1 << (8 * (3 - content.length) + unused)) - 1;
  if ((bits & padding) !== 0) throw new DerError('expected padding bits of zero');
  return bits;
}

/**
 * Reads the Time of a certificate: UTCTime or GeneralizedTime, both with seconds and Z. CAs must
 * write years through 2049 as UTCTime; readers must take both (RFC 5280 4.1.2.5).
 * @returns Unix seconds
 */
export function readTime(reader: DerReader): number {
  if (reader.has(TAG.generalizedTime)) return readGeneralizedTime(reader);
  const content = reader.content(TAG.utcTime);
  if (content.length !== 13) throw new DerError('expected a utc time of the form YYMMDDHHMMSSZ');
  const year = digits(content, 0);
  return secondsOf(content, 2, year < 50 ? 2000 + year : 1900 + year);
}

/** Reads a GeneralizedTime YYYYMMDDHHMMSSZ without a fraction (RFC 5280 4.1.2.5.2); Unix seconds. */
export function readGeneralizedTime(reader: DerReader): number {
  const content = reader.content(TAG.generalizedTime);
  if (content.length !== 15) {
    throw new DerError('expected a generalized time of the form YYYYMMDDHHMMSSZ');
  }
  return secondsOf(content, 4, digits(content, 0) * 100 + digits(content, 2));
}

/** Unix seconds of the date whose month begins at `at`. */
function secondsOf(content: Buffer, at: number, year: number): number {
  const [month, day] = [digits(content, at), digits(content, at + 2)];
  const hour = digits(content, at + 4);
  const [minute, second] = [digits(content, at + 6), digits(content, at + 8)];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
  const inRange = day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (!inRange || year < 100 || content[content.length - 1] !== 0x5a) {
    throw new DerError('expected a date that exists, in seconds and Z');
  }
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The two decimal digits at `at` as a number. */
function digits(content: Buffer, at: number): number {
  const tens = (content[at] ?? 0) - 0x30;
  const ones = (content[at + 1] ?? 0) - 0x30;
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) throw new DerError('expected decimal digits');
  return tens * 10 + ones;
}
