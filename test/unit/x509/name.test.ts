import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/der-reader.ts';
import { foldedName, nameText, readName } from '../../../src/x509/name.ts';
import {
  distinguishedName,
  ia5String,
  oid,
  printableString,
  sequence,
  set,
  tlv,
  utf8String,
} from '../../pki/index.ts';

const cn = (text: string): Buffer => distinguishedName(text);

describe('nameText', () => {
  it('writes short names for the usual attributes and numbers for the others', () => {
    const name = sequence(
      set(sequence(oid('2.5.4.6'), printableString('US'))),
      set(
        sequence(oid('2.5.4.10'), utf8String('Amazon')),
        sequence(oid('2.5.4.3'), utf8String('x')),
      ),
      set(sequence(oid('1.2.3.4'), ia5String('y'))),
    );
    expect(nameText(name)).toBe('C=US, O=Amazon, CN=x, 1.2.3.4=y');
  });

  it('leaves nothing but printable ascii', () => {
    expect(nameText(cn('a\n\u001b[31m\u202eé\u0000'))).toBe('CN=a??[31m???');
  });

  it('ends after 256 characters', () => {
    expect(nameText(cn('x'.repeat(300)))).toHaveLength(259);
    const whole = `CN=${'x'.repeat(253)}`;
    expect(nameText(cn('x'.repeat(253)))).toBe(whole);
    expect(nameText(cn('x'.repeat(254)))).toBe(`${whole}...`);
  });
});

describe('foldedName', () => {
  it.each([
    ['case', cn('Amazon'), cn('AMAZON')],
    ['spaces', cn(' A  B '), cn('a b')],
    // RFC 5280 7.1 compares names by RFC 4518: its tables of case, of nothing and of spaces.
    ['a letter that is two in the other case', cn('Stra\u00dfe'), cn('STRASSE')],
    [
      'the form of a letter at the end of a word',
      cn('\u03c3\u03b1\u03c2'),
      cn('\u03a3\u03b1\u03c3'),
    ],
    ['a capital of two letters', cn('\u1e9e'), cn('ss')],
    ['a dot on a letter', cn('\u0130'), cn('i\u0307')],
    ['composition that case takes apart', cn('\u0390'), cn('\u03b9\u0308\u0301')],
    ['a letter in another shape', cn('\u210c'), cn('h')],
    ['a soft hyphen', cn('Ama\u00adzon'), cn('Amazon')],
    ['what has no width', cn('\ufeffA\u200b\u200dm\ufe0fa\u{e0061}zon'), cn('Amazon')],
    ['control characters', cn('\0Ama\u0086zon\u007f'), cn('Amazon')],
    ['a mark behind what says nothing', cn('e\u034f\u0301'), cn('\u00e9')],
    ['kinds of spaces', cn('A\u0085\t\u3000B\u2028'), cn('A B')],
    ['the string type', cn('A'), distinguishedName([['CN', 'a', printableString]])],
    ['composition', cn('\u00e9'), cn('e\u0301')],
    [
      'a wide string',
      cn('a'),
      sequence(set(sequence(oid('2.5.4.3'), tlv(0x1e, Buffer.of(0, 65))))),
    ],
  ])('makes names equal that differ in %s', (_what, a, b) => {
    expect(foldedName(a)).toEqual(foldedName(b));
  });

  it('makes names equal whose relative names have their attributes in another order', () => {
    const [a, b] = [
      sequence(oid('2.5.4.3'), utf8String('x')),
      sequence(oid('2.5.4.10'), utf8String('y')),
    ];
    expect(foldedName(sequence(set(a, b)))).toEqual(foldedName(sequence(set(b, a))));
    expect(foldedName(sequence(set(a), set(b)))).not.toEqual(foldedName(sequence(set(a, b))));
  });

  it('keeps a wide string of an odd length apart from every text', () => {
    const wide = (...octets: readonly number[]): Buffer =>
      sequence(set(sequence(oid('2.5.4.3'), tlv(0x1e, Buffer.from(octets)))));
    expect(readName(wide(0, 65, 0))[0]?.[0]?.text).toBeUndefined();
    expect(readName(wide(0, 65))[0]?.[0]?.text).toBe('A');
    expect(nameText(wide(0, 65, 0))).toBe('CN=?');
    expect(foldedName(wide(0, 65, 0))).not.toEqual(foldedName(wide(0, 65)));
  });

  it('keeps names apart that differ in type, text or order', () => {
    const texts = [
      cn('a'),
      cn('b'),
      distinguishedName([['O', 'a']]),
      distinguishedName([
        ['CN', 'a'],
        ['O', 'a'],
      ]),
      distinguishedName([
        ['O', 'a'],
        ['CN', 'a'],
      ]),
      cn('a+2.5.4.10="a"'),
      cn('a b'),
      cn('ab'),
      cn('a-b'),
    ].map((name) => foldedName(name).join('/'));
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('readName', () => {
  it('reads a name of 4096 octets and none of one more', () => {
    const overhead = cn('x'.repeat(4000)).length - 4000;
    const name = (length: number): Buffer => cn('x'.repeat(length - overhead));
    expect(readName(name(4096))).toHaveLength(1);
    expect(() => readName(name(4097))).toThrow(DerError);
  });

  it.each([
    ['an empty relative name', sequence(set())],
    ['an attribute without a value', sequence(set(sequence(oid('2.5.4.3'))))],
    ['an attribute with two values', sequence(set(sequence(oid('2.5.4.3'), cn('a'), cn('b'))))],
    ['a name of more than 4 KiB', cn('x'.repeat(5000))],
    ['bytes after the name', Buffer.concat([cn('a'), Buffer.of(0)])],
  ])('refuses %s', (_what, name) => {
    expect(() => readName(name)).toThrow(DerError);
  });
});
