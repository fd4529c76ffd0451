import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../src/sshd/lock.ts';

const SOURCE = join(import.meta.dirname, '../../../src/sshd/lock.ts');

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(directory, 'sshd.lock');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Another process that takes the lock, says `true` or `false`, and lives until it is ended. */
async function other(): Promise<{
  readonly took: boolean;
  readonly process: ChildProcessByStdio<null, Readable, null>;
}> {
  const program = `
    const { takeLock } = await import(${JSON.stringify(SOURCE)});
    console.log(takeLock(${JSON.stringify(path)}) !== undefined);
    setInterval(() => {}, 1000);`;
  const args = ['--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { took: chunk.toString().startsWith('true'), process: child };
}

async function end(child: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('takeLock', () => {
  it('gives the lock to one process at a time, and leaves no file behind', async () => {
    const release = takeLock(path);
    expect(release).toBeDefined();
    const second = await other();
    expect(second.took).toBe(false);
    await end(second.process);
    release?.();
    expect(existsSync(path)).toBe(false);
    expect(takeLock(path)).toBeDefined();
  });

  it('is given back by the kernel when its owner is killed', async () => {
    const owner = await other();
    expect(owner.took).toBe(true);
    expect(takeLock(path)).toBeUndefined();
    await end(owner.process);
    expect(existsSync(path)).toBe(true);
    expect(takeLock(path)).toBeDefined();
  });

  it('takes no content of the file for an owner', () => {
    writeFileSync(path, `${process.pid} 1 an-owner-that-an-earlier-release-wrote`);
    expect(takeLock(path)).toBeDefined();
  });

  // What let two processes in: whoever has judged a lock stale takes away whatever lies there now.
  it('is not taken by somebody who finds the file of an owner that has just gone', async () => {
    const first = takeLock(path);
    first?.();
    const owner = takeLock(path);
    const second = await other();
    expect(second.took).toBe(false);
    expect(existsSync(path)).toBe(true);
    await end(second.process);
    owner?.();
  });
});
