import { DerError, DerReader, TAG } from '../asn1/der-reader.ts';
import { readOid } from '../asn1/values.ts';

/** A Name longer than this is refused. */
const MAX_NAME_BYTES = 4096;
const MAX_TEXT = 256;

/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** The attribute's type, dotted. */
  readonly type: string;
  /** Its text, or undefined when it is of a type that is not read here, or no text of its type. */
  readonly text: string | undefined;
  /** The whole value, DER. */
  readonly value: Buffer;
}

export const ATTRIBUTE_COMMON_NAME = '2.5.4.3';
export const ATTRIBUTE_EMAIL = '1.2.840.113549.1.9.1';

const SHORT_NAMES = new Map([
  [ATTRIBUTE_COMMON_NAME, 'CN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  [ATTRIBUTE_EMAIL, 'emailAddress'],
]);

/**
 * The relative names of a Name (RFC 5280 4.1.2.4), each with its attributes, in order.
 * @throws DerError
 */
export function readName(name: Buffer): readonly (readonly NameAttribute[])[] {
  const relativeNames: NameAttribute[][] = [];
  const reader = DerReader.inside(name, TAG.sequence, MAX_NAME_BYTES);
  while (!reader.done) {
    const attributes: NameAttribute[] = [];
    const members = reader.enter(TAG.set);
    do attributes.push(readAttribute(members.enter(TAG.sequence)));
    while (!members.done);
    relativeNames.push(attributes);
  }
  return relativeNames;
}

/** The types whose octets can fail to be a text. */
const ENCODED: readonly number[] = [TAG.utf8String, TAG.bmpString];

/**
 * Demands that bytes are a Name (RFC 5280 4.1.2.4, 4.1.2.6): its whole structure, and texts that can be
 * read. A name that is none decides nothing, but who wrote it does not follow the rules that everything
 * here relies on; OpenSSL does not read such a certificate either.
 * @throws DerError
 */
export function checkName(name: Buffer): void {
  for (const { type, text, value } of readName(name).flat()) {
    if (text === undefined && ENCODED.includes(value[0] ?? 0)) {
      throw new DerError(`expected a text in the attribute ${type} of a name`);
    }
  }
}

function readAttribute(reader: DerReader): NameAttribute {
  const type = readOid(reader);
  const tag = reader.nextTag();
  const value = reader.element(tag);
  reader.end();
  return { type, value, text: readText(tag, DerReader.over(value, MAX_NAME_BYTES).content(tag)) };
}

function readText(tag: number, content: Buffer): string | undefined {
  switch (tag) {
    case TAG.utf8String: {
      // What is no UTF-8 becomes another text, and other octets then.
      const text = content.toString('utf8');
      return Buffer.from(text).equals(content) ? text : undefined;
    }
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.teletexString:
      return content.toString('latin1');
    case TAG.bmpString: {
      if (content.length % 2 !== 0) return undefined;
      const text = Buffer.from(content).swap16().toString('utf16le');
      return text.isWellFormed() ? text : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * A Name for people: `C=US, O=Amazon, CN=Amazon Root CA 1`. It comes from the network: everything
 * but printable ASCII becomes `?`, and it ends after 256 characters. Not for comparing.
 */
export function nameText(name: Buffer): string {
  const attributes = readName(name).flat();
  const texts = attributes.map(
    ({ type, text }) => `${SHORT_NAMES.get(type) ?? type}=${text ?? '?'}`,
  );
  const printable = texts.join(', ').replaceAll(/[^\x20-\x7e]/g, '?');
  return printable.length > MAX_TEXT ? `${printable.slice(0, MAX_TEXT)}...` : printable;
}

/** RFC 4518 2.2: what is mapped to nothing, such as a soft hyphen and whatever has no width. */
const IGNORED =
  /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu;

/**
 * The relative names in a form in which names that RFC 5280 7.1 calls equal are equal strings: case
 * folded, inner spaces as one, outer ones and what has no width gone. Used only where a match refuses something.
 */
export function foldedName(name: Buffer): readonly string[] {
  return readName(name).map((attributes) => attributes.map(foldedAttribute).sort().join('+'));
}

function foldedAttribute({ type, text, value }: NameAttribute): string {
  const folded = text
    ?.replaceAll(IGNORED, '')
    .normalize('NFKC')
    // Small letters first: toUpperCase makes two of a small letter where RFC 3454 B.2 does.
    .toLowerCase()
    .toUpperCase()
    .normalize('NFKC')
    .replaceAll(/[\s\x85]+/g, ' ')
    .trim();
  return `${type}=${JSON.stringify(folded ?? value.toString('hex'))}`;
}
