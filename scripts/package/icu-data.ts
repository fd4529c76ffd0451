/**
 * Leaves out of ICU's common data file what the program never asks for. Pure.
 * The form of the file is that of ICU's own `icupkg`: a header with the format "CmnD", a table of (name, data) offsets
 * sorted by name, then the items, each aligned to 16 bytes.
 */
import { at } from '../build/bytes.ts';
import { alignUp, cString } from '../build/elf.ts';

/** Where a common data file lies in a larger file. */
export interface IcuRange {
  readonly start: number;
  /** End of what is known to belong to it: the start of the last item. */
  readonly end: number;
}

/** One item of a data file: its path, and its range in the file. */
export interface IcuItem {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const ALIGN = 16;

function base(file: Buffer, start: number): number {
  return start + file.readUInt16LE(start);
}

/** The items of the data file that starts there; the last one's end is unknown and given as its start. */
export function icuItems(file: Buffer, start: number): IcuItem[] {
  const from = base(file, start);
  const entries = Array.from({ length: file.readUInt32LE(from) }, (_, i) => ({
    name: cString(file, from + file.readUInt32LE(from + 4 + i * 8)),
    start: from + file.readUInt32LE(from + 8 + i * 8),
  }));
  return entries.map((entry, i) => ({ ...entry, end: entries[i + 1]?.start ?? entry.start }));
}

/**
 * Finds ICU's common data inside an executable.
 * @throws Error if there is not exactly one
 */
export function findIcuData(file: Buffer): IcuRange {
  const found: number[] = [];
  for (let i = file.indexOf('CmnD'); i !== -1; i = file.indexOf('CmnD', i + 4)) {
    if (file[i - 10] === 0xda && file[i - 9] === 0x27) found.push(i - 12);
  }
  if (found.length !== 1) throw new Error(`expected one ICU data file, found ${found.length}`);
  const start = at(found, 0, 'ICU data file');
  return { start, end: at(icuItems(file, start).slice(-1), 0, 'ICU item').start };
}

/**
 * Whether an item stays: what serves no single language, and the English locale that the program speaks. Away go the
 * other locales, the character converters (text is UTF-8 here), transliteration, spelled-out numbers, the dictionaries
 * for word breaks and the profiles of stringprep.
 * @param name path inside the data file, for instance `icudt78l/curr/de.res`
 */
export function isIcuItemKept(name: string): boolean {
  const [, ...path] = name.split('/');
  const leaf = path.at(-1) ?? '';
  if (/\.(cnv|dict|spp|cfu)$/.test(leaf) || leaf === 'unames.icu') return false;
  if (path.length > 1 && (path[0] === 'translit' || path[0] === 'rbnf')) return false;
  const locale = /^([a-z]{2,3})(_\w+)?\.res$/.exec(leaf);
  return !locale || /^en(_US(_POSIX)?)?\.res$/.test(leaf);
}

/**
 * The data file with only the items that stay.
 * @param file the executable
 * @param range from `findIcuData`
 * @returns a shorter data file; its last item is dropped, because nothing in the file says how long it is
 */
export function trimIcuData(file: Buffer, range: IcuRange): Buffer {
  const kept = icuItems(file, range.start).filter(
    (item) => item.end > item.start && isIcuItemKept(item.name),
  );
  const header = file.subarray(range.start, base(file, range.start));
  const names = kept.map((item) => Buffer.from(`${item.name}\0`, 'latin1'));
  const table = Buffer.alloc(4 + kept.length * 8);
  table.writeUInt32LE(kept.length, 0);
  let nameOffset = table.length;
  let dataOffset = alignUp(table.length + Buffer.concat(names).length, ALIGN);
  const padding = Buffer.alloc(dataOffset - table.length - Buffer.concat(names).length);
  const data = kept.map((item, i) => {
    table.writeUInt32LE(nameOffset, 4 + i * 8);
    table.writeUInt32LE(dataOffset, 8 + i * 8);
    const size = alignUp(item.end - item.start, ALIGN);
    nameOffset += names[i]?.length ?? 0;
    dataOffset += size;
    return Buffer.concat([file.subarray(item.start, item.end)], size);
  });
  return Buffer.concat([header, table, ...names, padding, ...data]);
}
