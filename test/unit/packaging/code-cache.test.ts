import { describe, expect, test } from 'vitest';
import { trimCodeCache } from '../../../scripts/build/code-cache.ts';

const SCRIPT = sized('program.cjs');
/** Whatever stands in front of the code cache, with something in it that begins like one. */
const HEAP = Buffer.concat([
  words(0x0143_da19),
  Buffer.alloc(40, 7),
  length(1),
  sized('fs'),
  Buffer.alloc(30, 9),
]);
const REST = Buffer.from('--jitless');

describe('trimCodeCache', () => {
  test('keeps what a login loads at run time, and everything around the code cache', () => {
    const http = entry('http', 400);
    const client = entry('_http_client', 90);
    const given = blob([entry('fs', 300), http, entry('internal/http2/core', 0), client]);
    expect(trimCodeCache(given)).toEqual(blob([http, client]));
  });

  test('leaves a blob alone that holds nothing else', () => {
    const given = blob([entry('child_process', 12)]);
    expect(trimCodeCache(given)).toEqual(given);
  });

  test.each([
    ['another kind of blob', (bytes: Buffer) => bytes.writeUInt32LE(1, 0)],
    ['no snapshot in it', (bytes: Buffer) => bytes.writeUInt32LE(1, 10 + SCRIPT.length + 8)],
    ['a length over its end', (bytes: Buffer) => bytes.writeUInt32LE(9999, 10)],
    ['another number of entries', (bytes: Buffer) => bytes.writeUInt32LE(3, countAt())],
  ])('refuses %s', (_, spoil) => {
    const bytes = blob([entry('fs', 300), entry('http', 400)]);
    spoil(bytes);
    expect(() => trimCodeCache(bytes)).toThrow(/^expected /);
  });
});

function blob(entries: readonly Buffer[]): Buffer {
  const snapshot = Buffer.concat([HEAP, length(entries.length), ...entries]);
  const header = Buffer.concat([words(0x0143_da20, 0x13), Buffer.alloc(2)]);
  return Buffer.concat([header, SCRIPT, length(snapshot.length), snapshot, REST]);
}

function countAt(): number {
  return 10 + SCRIPT.length + 8 + HEAP.length;
}

function entry(id: string, size: number): Buffer {
  return Buffer.concat([sized(id), length(size), Buffer.alloc(size, 0xc0)]);
}

function sized(text: string): Buffer {
  return Buffer.concat([length(text.length), Buffer.from(text)]);
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function words(...values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}
