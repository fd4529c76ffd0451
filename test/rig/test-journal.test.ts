import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestJournal } from './test-journal.ts';

let folder: string;
let journal: TestJournal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  journal = new TestJournal();
  await journal.listen(join(folder, 'stdout'));
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

/** Writes to the journal and returns when the writer has let go, which is before the reader has read. */
async function write(text: string): Promise<void> {
  const socket = connect(join(folder, 'stdout'));
  socket.resume();
  socket.end(text);
  await once(socket, 'finish');
}

const header = (level: number, prefix: 0 | 1): string =>
  `program\n\n${level}\n${prefix}\n0\n0\n0\n`;

it('records every line under the identifier, facility and priority of its header', async () => {
  await write(`${header(86, 0)}one\n<3>two\n`);
  const common = { identifier: 'program', facility: 10, priority: 6 };
  expect(await journal.entries()).toEqual([
    { ...common, message: 'one' },
    { ...common, message: '<3>two' },
  ]);
});

it('takes the level in front of a line where the header allows it', async () => {
  await write(`${header(86, 1)}<84>one\n<3>two\nthree`);
  expect(await journal.entries()).toMatchObject([
    { facility: 10, priority: 4, message: 'one' },
    { facility: 10, priority: 3, message: 'two' },
    { facility: 10, priority: 6, message: 'three' },
  ]);
});

it('shows a carriage return that a writer let through', async () => {
  await write(`${header(86, 0)}one\rtwo\n`);
  expect(await journal.entries()).toMatchObject([{ message: 'one\rtwo' }]);
});

it.each([
  ['a level that is none', 'program\n\nloud\n0\n0\n0\n0\none\n'],
  ['a flag that is none', 'program\n\n86\nyes\n0\n0\n0\none\n'],
  ['too few lines', 'program\n\n86\n'],
])('drops a stream whose header has %s', async (_title, text) => {
  await write(text);
  expect(await journal.entries()).toEqual([]);
  expect(journal.malformed).toBe(1);
});

it('forgets when it is told to', async () => {
  await write(`${header(86, 0)}one\n`);
  await journal.entries();
  journal.clear();
  expect(await journal.entries()).toEqual([]);
});
