/**
 * Makes the shipped program out of an official `node` binary: another interpreter, a run path, one note with the
 * application, and without a range of its file that nothing reads any more. Pure.
 *
 * Why not the usual tools: `patchelf` before `node --build-sea` leaves a dynamic section that the loader misreads, and
 * `--build-sea` alone appends a segment aligned to 4 KiB, which on an arm64 kernel with 64 KiB pages (RHEL 8) shares its
 * page with the program's writable data.
 */
import { at } from '../build/bytes.ts';
import {
  DT,
  PHDR_SIZE,
  PT,
  type Segment,
  alignUp,
  cString,
  dynamicEntries,
  noteBytes,
  offsetOf,
  putSegments,
  putWord,
  segmentOf,
  segments,
} from '../build/elf.ts';

const PF_R = 4;
const EHDR_SIZE = 64;
const SYM_SIZE = 24;

/** The largest page size of the kernels that are served (arm64 with CONFIG_ARM64_64K_PAGES). */
export const MAX_PAGE = 0x1_0000;

/** What to graft onto an executable. */
export interface Graft {
  /** Absolute path of the program interpreter (PT_INTERP). */
  readonly interpreter: string;
  /** Absolute folder for DT_RPATH, which unlike DT_RUNPATH goes before LD_LIBRARY_PATH (ld.so(8)). */
  readonly runPath: string;
  readonly note: { readonly name: string; readonly data: Buffer };
  /** File range that nothing reads; what lies in whole pages of it is cut out of the file and of the address space. */
  readonly unused?: { readonly start: number; readonly end: number };
}

/**
 * A name in the dynamic string table that can be overwritten: that of a C++ symbol of Node's own, exported for native
 * addons, which a single executable with no `require` of files can never load.
 * @returns its offset from the start of the string table
 */
function spareName(elf: Buffer, length: number): number {
  const list = segments(elf);
  const value = (tag: number): number =>
    at(
      dynamicEntries(elf).filter((e) => e.tag === tag),
      0,
      `dynamic tag ${tag}`,
    ).value;
  const strtab = offsetOf(list, value(DT.STRTAB));
  const symtab = offsetOf(list, value(DT.SYMTAB));
  const count = Math.floor((strtab - symtab) / SYM_SIZE);
  const names = Array.from({ length: count }, (_, i) => elf.readUInt32LE(symtab + i * SYM_SIZE));
  const used = new Set(names);
  const spare = names.find((name, index) => {
    const defined = elf.readUInt16LE(symtab + index * SYM_SIZE + 6) !== 0;
    const text = cString(elf, strtab + name);
    if (!defined || !text.startsWith('_ZN4node') || text.length < length) return false;
    // Linkers share the tails of strings: the name must not be the home of another one.
    return !Array.from({ length: text.length }, (_, i) => name + i + 1).some((n) => used.has(n));
  });
  if (spare === undefined)
    throw new Error('expected an exported name of node to put the run path in');
  return spare;
}

function addRunPath(elf: Buffer, runPath: string): void {
  const entries = dynamicEntries(elf);
  const nulls = entries.filter((e) => e.tag === DT.NULL);
  if (nulls.length < 2) throw new Error('expected a spare slot in the dynamic section, found none');
  const strtab = at(
    entries.filter((e) => e.tag === DT.STRTAB),
    0,
    'string table',
  ).value;
  const name = spareName(elf, runPath.length);
  elf.write(`${runPath}\0`, offsetOf(segments(elf), strtab) + name, 'latin1');
  const { slot } = at(nulls, 0, 'spare slot');
  putWord(elf, slot, DT.RPATH);
  putWord(elf, slot + 8, name);
}

/** The whole pages of `unused` as a file range, or an empty range. */
function hole(list: readonly Segment[], unused: Graft['unused']): { start: number; end: number } {
  if (!unused) return { start: 0, end: 0 };
  const holder = list.find(
    (s) => s.type === PT.LOAD && unused.start >= s.offset && unused.end <= s.offset + s.fileSize,
  );
  if (!holder) throw new Error('expected the unused range inside one segment');
  const delta = holder.vaddr - holder.offset;
  const start = alignUp(unused.start + delta, MAX_PAGE) - delta;
  const end = Math.floor((unused.end + delta) / MAX_PAGE) * MAX_PAGE - delta;
  return end > start ? { start, end } : { start: 0, end: 0 };
}

/** The segments once the hole is cut out: the one around it becomes two, those behind it move forward in the file. */
function cutSegments(list: readonly Segment[], cut: { start: number; end: number }): Segment[] {
  const gap = cut.end - cut.start;
  return list.flatMap((s) => {
    if (s.offset >= cut.end) return [{ ...s, offset: s.offset - gap }];
    if (s.type !== PT.LOAD || s.offset + s.fileSize <= cut.end || gap === 0) return [s];
    const head = cut.start - s.offset;
    const tail = s.fileSize - head - gap;
    return [
      { ...s, fileSize: head, memSize: head },
      { ...s, offset: cut.start, vaddr: s.vaddr + head + gap, fileSize: tail, memSize: tail },
    ];
  });
}

/**
 * The program header table of the result. It stays behind the file header, in the first segment: kernels before 5.18
 * take that segment's address plus e_phoff for the table's address. PT_PHDR, which a program with a fixed address does
 * not need, and the build id make room.
 */
function graftedTable(list: readonly Segment[], added: Segment, parts: Parts): Segment[] {
  const part = (type: number, from: number, size: number, align: number): Segment => {
    const start = { offset: added.offset + from, vaddr: added.vaddr + from };
    return { type, flags: PF_R, ...start, fileSize: size, memSize: size, align };
  };
  const kept = list.filter((s) => s.type !== PT.PHDR && s.type !== PT.NOTE);
  const table = kept.map((s) =>
    s.type === PT.INTERP ? part(PT.INTERP, 0, parts.interpreter.length, 1) : s,
  );
  table.splice(table.findLastIndex((s) => s.type === PT.LOAD) + 1, 0, added);
  table.push(part(PT.NOTE, parts.noteStart, parts.note.length, 4));
  return table;
}

interface Parts {
  readonly interpreter: Buffer;
  readonly note: Buffer;
  readonly noteStart: number;
}

/**
 * A copy of an executable with the graft, and stripped: only what is loaded stays, without section headers.
 * @param elf a dynamically linked executable with a fixed address (ET_EXEC), as the official `node` binaries are
 * @throws Error if the file has another form
 */
export function graftExecutable(elf: Buffer, graft: Graft): Buffer {
  const before = segments(elf);
  const cut = hole(before, graft.unused);
  const list = cutSegments(before, cut);
  const interpreter = Buffer.from(`${graft.interpreter}\0`, 'latin1');
  const parts: Parts = {
    interpreter,
    note: noteBytes(graft.note.name, graft.note.data),
    noteStart: alignUp(interpreter.length, 16),
  };
  const loads = list.filter((s) => s.type === PT.LOAD);
  const loaded = Math.max(...loads.map((s) => s.offset + s.fileSize));
  const offset = alignUp(loaded, MAX_PAGE);
  const vaddr = alignUp(Math.max(...loads.map((s) => s.vaddr + s.memSize)), MAX_PAGE);
  const size = parts.noteStart + parts.note.length;
  const added = {
    type: PT.LOAD,
    flags: PF_R,
    offset,
    vaddr,
    fileSize: size,
    memSize: size,
    align: MAX_PAGE,
  };

  const out = Buffer.alloc(offset + size);
  elf.copy(out, 0, 0, cut.start);
  elf.copy(out, cut.start, cut.end, loaded + cut.end - cut.start);
  interpreter.copy(out, offset);
  parts.note.copy(out, offset + parts.noteStart);
  const table = graftedTable(list, added, parts);
  const firstUse = firstContent(before, elf);
  if (EHDR_SIZE + table.length * PHDR_SIZE > firstUse) {
    throw new Error(`expected room for ${table.length} program headers, found ${firstUse} bytes`);
  }
  putSegments(out, table);
  addRunPath(out, graft.runPath);
  return out;
}

/** The offset of the first byte behind the headers that the program still needs. */
function firstContent(list: readonly Segment[], elf: Buffer): number {
  const interp = segmentOf(list, PT.INTERP);
  const note = list.find((s) => s.type === PT.NOTE);
  const dropped = Math.max(interp.offset + interp.fileSize, note ? note.offset + note.fileSize : 0);
  const tables = dynamicEntries(elf).filter((e) => e.tag === DT.SYMTAB || e.tag === DT.STRTAB);
  return Math.min(dropped, ...tables.map((e) => offsetOf(list, e.value)));
}
