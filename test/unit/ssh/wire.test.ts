import { describe, expect, it } from 'vitest';
import { WireReader } from '../../../src/ssh/wire.ts';
import { wireString } from '../../support/ssh-keys.ts';

describe('WireReader.string', () => {
  it('reads strings one after the other until the end', () => {
    const reader = new WireReader(Buffer.concat([wireString('one'), wireString('')]));
    expect(reader.string()?.toString()).toBe('one');
    expect(reader.atEnd()).toBe(false);
    expect(reader.string()).toEqual(Buffer.alloc(0));
    expect(reader.atEnd()).toBe(true);
  });

  it.each([
    ['nothing at all', ''],
    ['a length that is cut off', '000000'],
    ['fewer bytes than its length says', '0000000361'],
    ['the largest length there is', 'ffffffff61'],
    ['a length that is negative when read as signed', '8000000061'],
  ])('reads nothing from %s, and stays where it is', (_, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    const reader = new WireReader(bytes);
    expect(reader.string()).toBeUndefined();
    expect(reader.atEnd()).toBe(bytes.length === 0);
  });

  it('reads nothing behind the end', () => {
    const reader = new WireReader(wireString('one'));
    reader.string();
    expect(reader.string()).toBeUndefined();
    expect(reader.atEnd()).toBe(true);
  });
});

describe('WireReader.positiveInteger', () => {
  const read = (hex: string): string | undefined =>
    new WireReader(wireString(Buffer.from(hex, 'hex'))).positiveInteger()?.toString('hex');

  it.each([
    ['010001', '010001'],
    ['7f', '7f'],
    ['0080', '80'],
    ['00ff00', 'ff00'],
  ])('reads %s as the magnitude %s', (hex, magnitude) => {
    expect(read(hex)).toBe(magnitude);
  });

  it.each([
    ['zero', ''],
    ['zero as a byte', '00'],
    ['a negative number', '80'],
    ['a zero byte in front that nothing needs', '007f'],
    ['two zero bytes in front', '000080'],
  ])('refuses %s', (_, hex) => {
    expect(read(hex)).toBeUndefined();
  });

  it('refuses a number that is cut off', () => {
    expect(new WireReader(Buffer.from('00000002ff', 'hex')).positiveInteger()).toBeUndefined();
  });
});
