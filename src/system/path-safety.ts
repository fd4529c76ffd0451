/** What the file system says of one file or folder on the way to a helper. */
export interface PathFacts {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other';
  readonly uid: number;
  /** Permission bits, as in stat(2). */
  readonly mode: number;
}

const WRITABLE_BY_OTHERS = 0o022;
const EXECUTABLE = 0o111;

/**
 * Judges a file by the rule that sshd has for its AuthorizedKeysCommand (safe_path in OpenSSH's
 * misc.c): the file and every folder above it are root's and not writable by group or others.
 *
 * @param way the file or folder first, then each folder above its real path up to the root folder
 * @returns what is wrong with the first unsafe entry, lower case, or undefined when all are safe
 */
export function unsafeReason(way: readonly PathFacts[]): string | undefined {
  if (way.length === 0) return 'nothing is known of the path';
  for (const [index, { path, kind, uid, mode }] of way.entries()) {
    if (kind === 'other' || (index > 0 && kind !== 'directory')) {
      return `${path} is not a ${index === 0 ? 'regular file' : 'folder'}`;
    }
    if (uid !== 0) return `${path} belongs to user id ${uid}, expected root`;
    if ((mode & WRITABLE_BY_OTHERS) !== 0) {
      return `${path} is writable by group or others (mode ${(mode & 0o7777).toString(8)})`;
    }
  }
  return undefined;
}

/** Whether a regular file has an execute bit at all. */
export function isExecutable(facts: PathFacts): boolean {
  return facts.kind === 'file' && (facts.mode & EXECUTABLE) !== 0;
}
