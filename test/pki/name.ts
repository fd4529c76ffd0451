import { oid, printableString, sequence, set, utf8String } from './der.ts';

const ATTRIBUTES = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
} as const;

/** One relative name: an attribute with its text, and the string type if it is not UTF8String. */
export type NamePart = readonly [
  attribute: keyof typeof ATTRIBUTES,
  text: string,
  as?: (text: string) => Buffer,
];

/** A distinguished name, DER: from its parts in order, or from a common name alone. */
export function distinguishedName(parts: string | readonly NamePart[]): Buffer {
  const list: readonly NamePart[] = typeof parts === 'string' ? [['CN', parts]] : parts;
  return sequence(...list.map(relativeName));
}

function relativeName([attribute, text, as]: NamePart): Buffer {
  // A country is a PrintableString by definition (RFC 5280, appendix A).
  const encode = as ?? (attribute === 'C' ? printableString : utf8String);
  return set(sequence(oid(ATTRIBUTES[attribute]), encode(text)));
}
