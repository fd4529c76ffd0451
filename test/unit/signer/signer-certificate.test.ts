import { describe, expect, it } from 'vitest';
import { checkSigner, signerNames } from '../../../src/signer/signer-certificate.ts';
import { readCertificate, type Certificate } from '../../../src/x509/certificate.ts';
import {
  distinguishedName,
  generalName,
  oid,
  scenario,
  sequence,
  set,
  subjectAltName,
  tlv,
  type Role,
} from '../../pki/index.ts';

const leafWith = (leaf: Role): Certificate => readCertificate(scenario({ leaf }).leaf.der);

describe('signerNames', () => {
  it('gives the dns names of the SubjectAltName and not the common name', () => {
    const names = subjectAltName(['a.example', generalName.email('b@example'), 'c.example']);
    expect(signerNames(leafWith({ names }))).toEqual(['a.example', 'c.example']);
  });

  it('gives nothing for a SubjectAltName without dns names', () => {
    expect(signerNames(leafWith({ names: subjectAltName([generalName.uri('a:b')]) }))).toEqual([]);
  });

  it.each([
    [
      'the only common name',
      distinguishedName([
        ['O', 'x'],
        ['CN', 'a.example'],
      ]),
      ['a.example'],
    ],
    [
      'nothing for two common names',
      distinguishedName([
        ['CN', 'a'],
        ['CN', 'b'],
      ]),
      [],
    ],
    ['nothing for no common name', distinguishedName([['O', 'a.example']]), []],
    ['nothing for an empty subject', sequence(), []],
    [
      'nothing for another type',
      sequence(set(sequence(oid('2.5.4.3'), tlv(0x02, Buffer.of(1))))),
      [],
    ],
  ])('gives without a SubjectAltName %s', (_what, subject, names) => {
    expect(signerNames(leafWith({ names: null, subject }))).toEqual(names);
  });
});

describe('checkSigner', () => {
  it('compares the letters A to Z without case and nothing else', () => {
    const leaf = leafWith({ names: null, subject: 'A.Example' });
    expect(checkSigner(leaf, 'a.example')).toBeUndefined();
    expect(checkSigner(leaf, 'a.EXAMPLE')).toBeUndefined();
    const kelvin = leafWith({ names: null, subject: 'a\u212a.example' });
    expect(checkSigner(kelvin, 'ak.example')).toMatchObject({ reason: 'name-mismatch' });
  });

  it('tells up to three of the names that it found, in printable ascii', () => {
    const many = leafWith({ names: subjectAltName(['a.example', 'b.example', 'c.example', 'd']) });
    const found = (leaf: Certificate): string | undefined =>
      checkSigner(leaf, 'x.example')?.detail.split(', found ')[1];
    expect(found(many)).toBe('"a.example b.example c.example"');
    expect(found(leafWith({ names: null, subject: 'a\u00e9\n.example' }))).toBe('"a??.example"');
  });
});
