import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run of the `openssl` command said. */
export interface OpensslAnswer {
  readonly status: number | null;
  /** stdout and stderr together. */
  readonly text: string;
}

/** Runs `openssl` in a throw-away folder that holds the given files under their names. */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, string | Buffer>>,
): OpensslAnswer {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const run = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (run.error !== undefined) throw run.error;
    return { status: run.status, text: run.stdout + run.stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
