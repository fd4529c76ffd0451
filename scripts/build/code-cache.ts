/**
 * Takes the code cache out of a startup snapshot. Node puts one of each of its modules in, 4 MB of the
 * blob, and copies all of it at every start (a tenth of a login's CPU time, 4 MiB of memory), although the modules that a
 * snapshot has loaded never ask for theirs. `--build-snapshot-config` can leave it out, a single
 * executable's configuration cannot. Without its entry a module is compiled from its source. Pure.
 */
import { word } from './elf.ts';

/** The modules that a login loads after its start, by their ids in Node. */
const LOADED_AT_RUN_TIME =
  /^(?:http|_http_\w+|internal\/http|child_process|internal\/child_process|internal\/socket_list|dgram|internal\/dgram)$/;

/** First words of a single executable's blob, and of the snapshot in it (node_sea.cc, node_snapshotable.h). */
const BLOB_MAGIC = 0x0143_da20;
const SNAPSHOT_MAGIC = 0x0143_da19;
/** In front of the blob's first string, the path of the script: the magic word, a word of flags, two bytes. */
const BLOB_HEADER = 10;
const LENGTH = 8;
const ID = /^[a-z_][\w/.-]*$/;
const LONGEST_ID = 100;

interface Entry {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The blob of a single executable with a startup snapshot, without the code cache of what no login loads.
 * @param blob as Node made it, and possibly more behind it
 * @returns the shorter blob
 * @throws Error if the blob has another form: then another Node made it
 */
export function trimCodeCache(blob: Buffer): Buffer {
  const snapshotLength = BLOB_HEADER + LENGTH + lengthAt(blob, BLOB_HEADER);
  const snapshotStart = snapshotLength + LENGTH;
  const end = snapshotStart + lengthAt(blob, snapshotLength);
  if (blob.readUInt32LE(0) !== BLOB_MAGIC || blob.readUInt32LE(snapshotStart) !== SNAPSHOT_MAGIC) {
    throw new Error('expected a single executable with a startup snapshot');
  }
  const snapshot = blob.subarray(snapshotStart, end);
  const { start, entries } = findCodeCache(snapshot);
  const kept = entries.filter(({ id }) => LOADED_AT_RUN_TIME.test(id));
  const parts = [
    snapshot.subarray(0, start),
    length(kept.length),
    ...kept.map((entry) => snapshot.subarray(entry.start, entry.end)),
  ];
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([
    blob.subarray(0, snapshotLength),
    length(size),
    ...parts,
    blob.subarray(end),
  ]);
}

/** The last part of a snapshot: the number of entries, and for each its id and its data, both with their length. */
function findCodeCache(snapshot: Buffer): { start: number; entries: readonly Entry[] } {
  for (let start = 0; start < snapshot.length - 2 * LENGTH; start += 1) {
    // Most places are ruled out by the first byte of the length of the first id.
    const first = snapshot[start + LENGTH] ?? 0;
    if (first === 0 || first > LONGEST_ID || snapshot[start + LENGTH + 1] !== 0) continue;
    const entries = entriesToTheEnd(snapshot, start + LENGTH);
    if (entries?.length === word(snapshot, start)) return { start, entries };
  }
  throw new Error("expected a code cache at the snapshot's end, found none");
}

function entriesToTheEnd(snapshot: Buffer, from: number): readonly Entry[] | undefined {
  const entries: Entry[] = [];
  for (let start = from; start < snapshot.length;) {
    const idEnd = endOf(snapshot, start, LONGEST_ID);
    const end = idEnd && endOf(snapshot, idEnd, snapshot.length);
    if (idEnd === undefined || end === undefined) return undefined;
    const id = snapshot.toString('latin1', start + LENGTH, idEnd);
    if (!ID.test(id)) return undefined;
    entries.push({ id, start, end });
    start = end;
  }
  return entries;
}

/** Where the bytes end that begin with their length at `start`, or undefined where there are no such bytes. */
function endOf(snapshot: Buffer, start: number, longest: number): number | undefined {
  if (start + LENGTH > snapshot.length) return undefined;
  const size = word(snapshot, start);
  const end = start + LENGTH + size;
  return size <= longest && end <= snapshot.length ? end : undefined;
}

function lengthAt(blob: Buffer, offset: number): number {
  const end = endOf(blob, offset, blob.length);
  if (end === undefined) throw new Error('expected a length that fits into the blob');
  return end - offset - LENGTH;
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
