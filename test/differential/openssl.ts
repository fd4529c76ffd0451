import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run of the `openssl` command said. */
export interface OpensslAnswer {
  readonly status: number | null;
  /** stdout and stderr together. */
  readonly text: string;
}

/** Files by name. */
type Files = Readonly<Record<string, string | Buffer>>;

/** Runs `openssl` in a throw-away folder that holds the given files under their names. */
export function openssl(args: readonly string[], files: Files): OpensslAnswer {
  const { status, stdout, stderr } = run(args, files);
  return { status, text: stdout.toString() + stderr.toString() };
}

/** The same for a command that must succeed: its stdout as bytes. */
export function opensslBytes(args: readonly string[], files: Files): Buffer {
  const { status, stdout, stderr } = run(args, files);
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr.toString()}`);
  return stdout;
}

function run(args: readonly string[], files: Files): SpawnSyncReturns<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const result = spawnSync('openssl', args, { cwd: folder });
    if (result.error !== undefined) throw result.error;
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
