/** Reading and writing the parts of a 64-bit little-endian ELF file that making the program needs (elf(5)). Pure. */
import { at } from './bytes.ts';

/** Segment types (p_type). */
export const PT: Readonly<Record<'LOAD' | 'DYNAMIC' | 'INTERP' | 'NOTE' | 'PHDR', number>> = {
  LOAD: 1,
  DYNAMIC: 2,
  INTERP: 3,
  NOTE: 4,
  PHDR: 6,
};

/** Tags of the dynamic section (d_tag). */
export const DT: Readonly<
  Record<'NULL' | 'NEEDED' | 'STRTAB' | 'SYMTAB' | 'RPATH' | 'RUNPATH', number>
> = { NULL: 0, NEEDED: 1, STRTAB: 5, SYMTAB: 6, RPATH: 15, RUNPATH: 29 };

/** Bytes of one program header. */
export const PHDR_SIZE = 56;
const EHDR_SIZE = 64;

/** One program header (Elf64_Phdr); offsets, addresses and sizes in bytes. */
export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly vaddr: number;
  readonly fileSize: number;
  readonly memSize: number;
  readonly align: number;
}

/** One entry of the dynamic section and where it stands in the file. */
export interface DynamicEntry {
  readonly slot: number;
  readonly tag: number;
  readonly value: number;
}

/** Reads an address or size: these stay far below 2^53. */
export function word(buffer: Buffer, offset: number): number {
  return Number(buffer.readBigUInt64LE(offset));
}

/** Writes an address or size. */
export function putWord(buffer: Buffer, offset: number, value: number): void {
  buffer.writeBigUInt64LE(BigInt(value), offset);
}

/** The next multiple of `alignment` that is not below `value`. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/**
 * The program headers of an ELF file.
 * @throws Error if the file is not a 64-bit little-endian ELF
 */
export function segments(elf: Buffer): Segment[] {
  if (elf.toString('latin1', 0, 4) !== '\x7fELF' || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error('expected a 64-bit little-endian ELF file');
  }
  const table = word(elf, 32);
  return Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const offset = table + index * PHDR_SIZE;
    return {
      type: elf.readUInt32LE(offset),
      flags: elf.readUInt32LE(offset + 4),
      offset: word(elf, offset + 8),
      vaddr: word(elf, offset + 16),
      fileSize: word(elf, offset + 32),
      memSize: word(elf, offset + 40),
      align: word(elf, offset + 48),
    };
  });
}

/** Writes the program header table behind the file header, and leaves the file without section headers. */
export function putSegments(elf: Buffer, list: readonly Segment[]): void {
  list.forEach((segment, index) => {
    const offset = EHDR_SIZE + index * PHDR_SIZE;
    elf.writeUInt32LE(segment.type, offset);
    elf.writeUInt32LE(segment.flags, offset + 4);
    const words = [segment.offset, segment.vaddr, segment.vaddr, segment.fileSize, segment.memSize];
    [...words, segment.align].forEach((value, i) => {
      putWord(elf, offset + 8 + i * 8, value);
    });
  });
  putWord(elf, 32, EHDR_SIZE);
  elf.writeUInt16LE(list.length, 56);
  putWord(elf, 40, 0);
  elf.writeUInt16LE(0, 60);
  elf.writeUInt16LE(0, 62);
}

/** The first segment of that type. @throws Error if there is none */
export function segmentOf(list: readonly Segment[], type: number): Segment {
  return at(
    list.filter((s) => s.type === type),
    0,
    `segment of type ${type}`,
  );
}

/** The file offset of an address. @throws Error if no segment loads it */
export function offsetOf(list: readonly Segment[], vaddr: number): number {
  const holder = list.find(
    (s) => s.type === PT.LOAD && vaddr >= s.vaddr && vaddr < s.vaddr + s.fileSize,
  );
  if (!holder) throw new Error(`expected a segment that loads ${vaddr.toString(16)}`);
  return vaddr - holder.vaddr + holder.offset;
}

/** The entries of the dynamic section, the spare DT_NULL ones at its end included. */
export function dynamicEntries(elf: Buffer): DynamicEntry[] {
  const { offset, fileSize } = segmentOf(segments(elf), PT.DYNAMIC);
  return Array.from({ length: fileSize / 16 }, (_, i) => {
    const slot = offset + i * 16;
    return { slot, tag: word(elf, slot), value: word(elf, slot + 8) };
  });
}

/** The strings that dynamic entries of a tag point at, for instance the names of the needed libraries. */
export function dynamicStrings(elf: Buffer, tag: number): string[] {
  const entries = dynamicEntries(elf);
  const strtab = at(
    entries.filter((e) => e.tag === DT.STRTAB),
    0,
    'string table',
  );
  const base = offsetOf(segments(elf), strtab.value);
  return entries.filter((e) => e.tag === tag).map((e) => cString(elf, base + e.value));
}

/** The NUL-terminated string at an offset. */
export function cString(buffer: Buffer, offset: number): string {
  return buffer.toString('latin1', offset, buffer.indexOf(0, offset));
}

/** The path in PT_INTERP, or undefined in a static program. */
export function interpreterOf(elf: Buffer): string | undefined {
  const segment = segments(elf).find((s) => s.type === PT.INTERP);
  return segment && cString(elf, segment.offset);
}

/** The descriptor of the first note of that name in any PT_NOTE segment, or undefined. */
export function findNote(elf: Buffer, name: string): Buffer | undefined {
  const note = notePlace(elf, name);
  return note && elf.subarray(note.data, note.data + elf.readUInt32LE(note.size));
}

/**
 * Gives the first note of that name a shorter descriptor, in place; what is left of the old one becomes zeros.
 * @throws Error if there is no such note, or it is too short
 */
export function shortenNote(elf: Buffer, name: string, data: Buffer): void {
  const note = notePlace(elf, name);
  const room = note && elf.readUInt32LE(note.size);
  if (note === undefined || room === undefined || room < data.length) {
    throw new Error(`expected a note ${name} of ${data.length} bytes or more`);
  }
  elf.fill(0, note.data, note.data + room);
  data.copy(elf, note.data);
  elf.writeUInt32LE(data.length, note.size);
}

/** The offsets of a note's descriptor and of the word with its size. */
function notePlace(elf: Buffer, name: string): { size: number; data: number } | undefined {
  for (const segment of segments(elf).filter((s) => s.type === PT.NOTE)) {
    let offset = segment.offset;
    const end = segment.offset + segment.fileSize;
    while (offset + 12 <= end) {
      const nameSize = elf.readUInt32LE(offset);
      const data = offset + 12 + alignUp(nameSize, 4);
      if (elf.toString('latin1', offset + 12, offset + 12 + nameSize) === `${name}\0`) {
        return { size: offset + 4, data };
      }
      offset = data + alignUp(elf.readUInt32LE(offset + 4), 4);
    }
  }
  return undefined;
}

/** A note with that name and descriptor, as it stands in a PT_NOTE segment. */
export function noteBytes(name: string, data: Buffer): Buffer {
  const nameBytes = Buffer.from(`${name}\0`, 'latin1');
  const header = Buffer.alloc(12 + alignUp(nameBytes.length, 4));
  header.writeUInt32LE(nameBytes.length, 0);
  header.writeUInt32LE(data.length, 4);
  nameBytes.copy(header, 12);
  return Buffer.concat([header, data, Buffer.alloc(alignUp(data.length, 4) - data.length)]);
}
