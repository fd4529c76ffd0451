import { describe, expect, it } from 'vitest';
import { DerError, DerReader } from '../../../src/asn1/der-reader.ts';
import {
  readBitOctets,
  readBoolean,
  readGeneralizedTime,
  readInteger,
  readNamedBits,
  readOid,
  readSmallInteger,
  readTime,
} from '../../../src/asn1/values.ts';
import { generalizedTime, oid, time, tlv } from '../../pki/index.ts';

const hex = (text: string): DerReader => DerReader.over(Buffer.from(text, 'hex'), 999);
const utc = (text: string): DerReader => DerReader.over(tlv(0x17, Buffer.from(text)), 99);
const general = (text: string): DerReader => DerReader.over(tlv(0x18, Buffer.from(text)), 99);

describe('readInteger', () => {
  it.each(['020100', '02017f', '0201ff', '02020080', '0202ff7f'])('reads %s', (text) => {
    expect(readInteger(hex(text)).toString('hex')).toBe(text.slice(4));
  });

  it.each(['0200', '02020001', '0202007f', '0202ffff', '0202ff80'])('refuses %s', (text) => {
    expect(() => readInteger(hex(text))).toThrow(DerError);
  });
});

describe('readSmallInteger', () => {
  it.each([
    ['020100', 0],
    ['02017f', 127],
    ['02020080', 128],
    ['02027fff', 32_767],
  ])('reads %s as %i', (text, value) => {
    expect(readSmallInteger(hex(text))).toBe(value);
  });

  it.each(['0201ff', '0203008000'])('refuses %s', (text) => {
    expect(() => readSmallInteger(hex(text))).toThrow(DerError);
  });
});

describe('readBoolean', () => {
  it('reads 00 and ff', () => {
    expect([readBoolean(hex('010100')), readBoolean(hex('0101ff'))]).toEqual([false, true]);
  });

  it.each(['0100', '010101', '01020000'])('refuses %s', (text) => {
    expect(() => readBoolean(hex(text))).toThrow(DerError);
  });
});

describe('readOid', () => {
  it.each([
    '2.5.29.19',
    '1.2.840.113549.1.1.11',
    '0.9.2342.19200300.100.1.25',
    '2.999',
    '2.5',
    '1.2.16384',
  ])('reads %s', (dotted) => {
    expect(readOid(DerReader.over(oid(dotted), 99))).toBe(dotted);
  });

  it('reads the arc 2^49', () => {
    expect(readOid(hex('06092a8180808080808000'))).toBe('1.2.562949953421312');
  });

  it.each([
    ['an empty one', '0600'],
    ['an arc that does not end', '06025581'],
    ['an arc with a leading zero', '0603558013'],
    ['a first arc with a leading zero', '06048055 1d13'.replace(' ', '')],
    ['an arc of more than 49 bits', '060a2affffffffffffffff7f'],
  ])('refuses %s', (_what, text) => {
    expect(() => readOid(hex(text))).toThrow(DerError);
  });
});

describe('readBitOctets', () => {
  it('reads whole octets', () => {
    expect(readBitOctets(hex('030300aabb'))).toEqual(Buffer.of(0xaa, 0xbb));
  });

  it.each(['0300', '030201fe'])('refuses %s', (text) => {
    expect(() => readBitOctets(hex(text))).toThrow(DerError);
  });
});

describe('readNamedBits', () => {
  it.each([
    ['030100', 0],
    ['03020780', 0x8000],
    ['03020106', 0x0600],
    ['0303070680', 0x0680],
    // Roots in every distribution's store leave zero bits at the end.
    ['03020080', 0x8000],
    ['03030206 00'.replace(' ', ''), 0x0600],
  ])('reads %s as %i', (text, bits) => {
    expect(readNamedBits(hex(text))).toBe(bits);
  });

  it.each([
    ['set padding bits', '030207c0'],
    ['eight unused bits', '03020800'],
    ['eight unused bits of two octets', '0303080600'],
    ['255 unused bits', '0302ff00'],
    ['unused bits of nothing', '030101'],
    ['more than 16 bits', '0304008000 01'],
    ['more than 16 bits of which 16 are zero', '0304000000 01'],
    ['a set padding bit in the second octet', '03030700 01'],
    ['no octet at all', '0300'],
  ])('refuses %s', (_what, text) => {
    expect(() => readNamedBits(hex(text.replaceAll(' ', '')))).toThrow(DerError);
  });
});

describe('readTime', () => {
  it.each([
    ['1950-01-01T00:00:00Z', '500101000000Z'],
    ['1999-12-31T23:59:59Z', '991231235959Z'],
    ['2000-02-29T12:00:00Z', '000229120000Z'],
    ['2049-12-31T23:59:59Z', '491231235959Z'],
  ])('reads the UTCTime of %s', (iso, text) => {
    expect(readTime(utc(text))).toBe(Date.parse(iso) / 1000);
  });

  it.each([
    ['01', 31],
    ['02', 28],
    ['03', 31],
    ['04', 30],
    ['05', 31],
    ['06', 30],
    ['07', 31],
    ['08', 31],
    ['09', 30],
    ['10', 31],
    ['11', 30],
    ['12', 31],
  ])('knows that month %s of 2026 has %i days', (month, days) => {
    const last = readTime(utc(`26${month}${days}235959Z`));
    expect(new Date(last * 1000).toISOString()).toBe(`2026-${month}-${days}T23:59:59.000Z`);
    expect(() => readTime(utc(`26${month}${days + 1}000000Z`))).toThrow(DerError);
  });

  it('reads a GeneralizedTime from 2050 on, and before, which CAs must not write', () => {
    const seconds = Date.UTC(2050, 0) / 1000;
    expect(readTime(DerReader.over(time(seconds), 99))).toBe(seconds);
    expect(readTime(DerReader.over(generalizedTime(seconds - 1), 99))).toBe(seconds - 1);
  });

  it.each([
    ['a colon for the tens of its year', ':00101000000Z'],
    ['no seconds', '2601010000Z'],
    ['an offset', '260101000000+0000'],
    ['no Z', '2601010000000'],
    ['a 29th of February in an ordinary year', '260229000000Z'],
    ['month 0', '260001000000Z'],
    ['month 13', '261301000000Z'],
    ['day 0', '260100000000Z'],
    ['hour 24', '260101240000Z'],
    ['minute 60', '260101006000Z'],
    ['second 60', '260101000060Z'],
    ['two digits more', '26010100000000Z'],
    ['a sign instead of a digit', '26010100000-Z'],
    ['a sign before a digit', '2601010000-1Z'],
    ['a colon instead of a digit', '26010100000:Z'],
    ['a colon before a digit', '2601010000:0Z'],
  ])('refuses %s', (_what, text) => {
    expect(() => readTime(utc(text))).toThrow(DerError);
  });
});

describe('readGeneralizedTime', () => {
  it('reads any year that exists', () => {
    expect(readGeneralizedTime(general('20261122120000Z'))).toBe(Date.UTC(2026, 10, 22, 12) / 1000);
    expect(readGeneralizedTime(general('99991231235959Z'))).toBe(253_402_300_799);
  });

  it.each([
    ['1600', true],
    ['1900', false],
    ['2000', true],
    ['2023', false],
    ['2024', true],
    ['2026', false],
    ['2096', true],
    ['2100', false],
    ['2200', false],
    ['2400', true],
  ])('knows whether %s is a leap year: %s', (year, leap) => {
    const read = (): number => readGeneralizedTime(general(`${year}0229000000Z`));
    if (leap) expect(read()).toBe(Date.UTC(Number(year), 1, 29) / 1000);
    else expect(read).toThrow(DerError);
    expect(() => readGeneralizedTime(general(`${year}0230000000Z`))).toThrow(DerError);
  });

  it('reads the year 100 and none before it', () => {
    expect(readGeneralizedTime(general('01000101000000Z'))).toBe(Date.UTC(100, 0) / 1000);
    expect(() => readGeneralizedTime(general('00991231235959Z'))).toThrow(DerError);
  });

  it.each([
    ['a fraction', '20261122120000.5Z'],
    ['an offset', '20261122120000+00'],
    ['a 29th of February in 1900', '19000229000000Z'],
    ['a year that Date takes for another', '00260101000000Z'],
  ])('refuses %s', (_what, text) => {
    expect(() => readGeneralizedTime(general(text))).toThrow(DerError);
  });
});
