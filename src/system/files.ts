import { closeSync, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PathFacts } from './path-safety.ts';

/** As many symbolic links as the kernel follows (MAXSYMLINKS; path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * What the file system says of a path, for unsafeReason: the entry that the path leads to, then
 * every folder and every symbolic link that the kernel goes through to get there. Who can write in
 * any of these folders, that of a link in the middle too, can exchange what is found in the end.
 * The first entry's path is the real one, without links: whoever has judged the way uses it, so that
 * what is used is what was judged.
 *
 * @param path absolute
 * @throws an error with a `code` as node:fs does, for instance ENOENT or ELOOP
 */
export function readPathFacts(path: string): readonly PathFacts[] {
  const way = new Map([['/', facts('/')]]);
  const left = path.split('/');
  let at = '/';
  for (let links = 0; left.length > 0;) {
    const name = left.shift() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const next = join(at, name);
    const found = facts(next);
    way.set(next, found);
    if (found.kind !== 'link') {
      at = next;
      continue;
    }
    if (++links > MAX_LINKS) throw Object.assign(new Error(`${path}: ELOOP`), { code: 'ELOOP' });
    const target = readlinkSync(next);
    left.unshift(...target.split('/'));
    if (target.startsWith('/')) at = '/';
  }
  const end = facts(at);
  way.delete(at);
  return [end, ...[...way.values()].reverse()];
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

function facts(path: string): PathFacts {
  const stats = lstatSync(path);
  const [kind] = [
    stats.isFile() && ('file' as const),
    stats.isDirectory() && ('directory' as const),
    stats.isSymbolicLink() && ('link' as const),
  ].filter((each) => each !== false);
  const { uid, gid, mode } = stats;
  return { path, kind: kind ?? 'other', uid, gid, mode: mode & 0o7777 };
}
