import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PathFacts } from './path-safety.ts';

/**
 * What the file system says of a path, for unsafeReason: the entry that the path leads to, then
 * each folder above the real path, and above the path as it was given where that is another one
 * (who can write there can exchange a symbolic link).
 *
 * @throws an error with a `code` as node:fs does, for instance ENOENT
 */
export function readPathFacts(path: string): readonly PathFacts[] {
  const real = realpathSync(path);
  const above = folders(real);
  const given = real === path ? [] : folders(path).filter((folder) => !above.includes(folder));
  return [real, ...above, ...given].map(facts);
}

/**
 * Reads a small text file without following a symbolic link of an unprivileged user: the caller
 * has judged the way to it before.
 *
 * @param limit bytes beyond this many, plus one, are not read
 * @returns the content, or undefined where there is no such file
 */
export function readSmallText(path: string, limit: number): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is not a regular file`);
    const buffer = Buffer.alloc(limit + 1);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function folders(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...folders(parent)];
}

function facts(path: string): PathFacts {
  const stats = statSync(path);
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  return { path, kind, uid: stats.uid, mode: stats.mode & 0o7777 };
}
