import { describe, expect, it } from 'vitest';
import { DerError, DerReader, TAG } from '../../../src/asn1/der-reader.ts';
import { integer, sequence, tlv } from '../../pki/index.ts';

const over = (hex: string): DerReader => DerReader.over(Buffer.from(hex, 'hex'), 1 << 17);

describe('DerReader', () => {
  it('goes through elements and into them', () => {
    const reader = DerReader.inside(sequence(integer(5), sequence(integer(6))), TAG.sequence, 99);
    expect(reader.has(TAG.integer)).toBe(true);
    expect(reader.content(TAG.integer)).toEqual(Buffer.of(5));
    const inner = reader.enter(TAG.sequence);
    expect(inner.element()).toEqual(integer(6));
    expect([inner.done, reader.done]).toEqual([true, true]);
  });

  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])('reads a content of %i octets', (length) => {
    const content = Buffer.alloc(length, 7);
    expect(DerReader.over(tlv(4, content), 70_000).content(TAG.octetString)).toEqual(content);
  });

  it('gives views of the input, not copies', () => {
    const bytes = integer(5);
    expect(DerReader.over(bytes, 99).content(TAG.integer).buffer).toBe(bytes.buffer);
  });

  it.each([
    ['an empty input', ''],
    ['an identifier alone', '04'],
    ['an indefinite length', '0480040100 0000'],
    ['a long form for a short length', '04810100'],
    ['a leading zero in the length', '04820080'.padEnd(8 + 256, '0')],
    ['a length of four octets', '048400000001 00'],
    ['a length that is cut off', '0482 01'],
    ['a content that is cut off', '0402 00'],
    ['another tag than expected', '020100'],
    ['a reserved length', '04ff00'],
  ])('refuses %s', (_what, hex) => {
    expect(() => over(hex.replaceAll(' ', '')).content(TAG.octetString)).toThrow(DerError);
  });

  it.each([
    ['8100', 0],
    ['817f', 127],
    ['820000', 0],
    ['82007f', 127],
    ['8200ff', 255],
    ['830000ff', 255],
    ['8300ffff', 65_535],
    ['83000080', 128],
  ])('refuses the length %s, which has a shorter form', (length, octets) => {
    expect(() => over(`04${length}${'00'.repeat(octets)}`).content(TAG.octetString)).toThrow(
      'expected a length in its shortest form',
    );
  });

  it('refuses a high tag number even if somebody asks for it', () => {
    expect(() => over('1f810100').content(0x1f)).toThrow(DerError);
    expect(() => over('bf0100').element()).toThrow(DerError);
  });

  it('refuses an element that reaches out of its parent', () => {
    const parent = over('3003 0403aabb cc'.replaceAll(' ', '')).enter(TAG.sequence);
    expect(() => parent.content(TAG.octetString)).toThrow(DerError);
  });

  it('refuses bytes after the end', () => {
    const reader = over('0500');
    expect(() => {
      reader.end();
    }).toThrow(DerError);
    expect(() => DerReader.inside(Buffer.of(0x30, 0, 0), TAG.sequence, 9)).toThrow(DerError);
  });

  it('refuses more bytes than its caller allows', () => {
    expect(DerReader.over(Buffer.alloc(9), 9).done).toBe(false);
    expect(() => DerReader.over(Buffer.alloc(10), 9)).toThrow(DerError);
  });

  it('refuses an indefinite length that could be taken for 128', () => {
    expect(() => over(`0480${'00'.repeat(128)}`).content(TAG.octetString)).toThrow(DerError);
  });

  it('does not look beyond the end of its parent', () => {
    expect(over('30000500').enter(TAG.sequence).has(0x05)).toBe(false);
    expect(() => over('30010400').enter(TAG.sequence).content(TAG.octetString)).toThrow(DerError);
  });

  it('has no next tag at the end of its parent, whatever follows that', () => {
    const outer = DerReader.inside(sequence(sequence(), integer(1)), TAG.sequence, 99);
    const inner = outer.enter(TAG.sequence);
    expect(() => inner.nextTag()).toThrow(DerError);
  });

  it('names both tags in two digits where it found another', () => {
    expect(() => over('0500').content(TAG.sequence)).toThrow('expected tag 0x30, found 0x05');
  });

  it('refuses a length of four octets where its caller would allow so many bytes', () => {
    const bytes = Buffer.concat([Buffer.from('048401000000', 'hex'), Buffer.alloc(0x100_0000)]);
    const reader = DerReader.over(bytes, bytes.length);
    expect(() => reader.content(TAG.octetString)).toThrow(DerError);
  });

  it('goes 24 levels deep and not deeper', () => {
    let nested = sequence();
    for (let i = 0; i < 24; i++) nested = sequence(nested);
    let reader = DerReader.over(nested, 999);
    for (let i = 0; i < 24; i++) reader = reader.enter(TAG.sequence);
    expect(() => reader.enter(TAG.sequence)).toThrow(DerError);
  });
});

describe('DerError', () => {
  it('is named in what a bug report prints of it', () => {
    expect(String(new DerError('expected more'))).toBe('DerError: expected more');
  });
});
