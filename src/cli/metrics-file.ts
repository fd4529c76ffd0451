import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { replaceFile } from '../system/replace-file.ts';
import { isSystemError, systemErrorText } from '../system/system-error.ts';

/** node_exporter, a user of its own, reads it; whoever reads it sees the old file or the new one. */
const MODE = 0o644;

/**
 * Writes metrics where node_exporter's textfile collector finds them, which reads only names that end with `.prom`.
 * @param path in a folder whose absence means that there is no node_exporter, and is no failure
 * @returns what went wrong, or undefined where they were written or there is no such folder
 */
export function writeMetrics(path: string, text: string): string | undefined {
  const folder = dirname(path);
  try {
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) return undefined;
    const temporary = join(folder, `.${basename(path)}.${randomUUID()}`);
    replaceFile(path, { bytes: Buffer.from(text), mode: MODE }, temporary);
    return undefined;
  } catch (error) {
    const why = isSystemError(error) ? systemErrorText(error) : String(error);
    return `cannot write ${path}: ${why}`;
  }
}
