/** What the file system says of one file, folder or symbolic link on the way to a program. */
export interface PathFacts {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly uid: number;
  /** Absent where nothing depends on it. */
  readonly gid?: number;
  /** Permission bits, as in stat(2). */
  readonly mode: number;
}

const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_OTHERS = 0o002;
const EXECUTABLE = 0o111;

/**
 * Judges a file by the rule that sshd has for its AuthorizedKeysCommand (safe_path in OpenSSH's
 * misc.c): the file and every folder above it are root's and not writable by group or others. Stricter
 * than sshd, which looks at the real path alone, it holds for every folder that is gone through, and
 * symbolic links have to be root's as well (their mode says nothing: symlink(7)).
 *
 * @param way the file or folder first, then each folder and link on the way, as readPathFacts has it
 * @param rootGroupMayWrite the rule of Debian's sshd, see isRootAlone; never for what this program runs
 * @returns what is wrong with the first unsafe entry, lower case, or undefined when all are safe
 */
export function unsafeReason(
  way: readonly PathFacts[],
  rootGroupMayWrite = false,
): string | undefined {
  if (way.length === 0) return 'nothing is known of the path';
  for (const [index, entry] of way.entries()) {
    const { path, kind, uid, mode } = entry;
    const wanted = index === 0 ? ['file', 'directory'] : ['directory', 'link'];
    if (!wanted.includes(kind)) {
      return `${path} is not a ${index === 0 ? 'regular file' : 'folder'}`;
    }
    if (uid !== 0) return `${path} belongs to user id ${uid}, expected root`;
    if (isWritableByOthers(entry, rootGroupMayWrite)) {
      return `${path} is writable by group or others (mode ${(mode & 0o7777).toString(8)})`;
    }
  }
  return undefined;
}

/** Whether group or others may write; never of a symbolic link, which nobody can write. */
export function isWritableByOthers(
  { kind, mode, gid }: Pick<PathFacts, 'kind' | 'mode' | 'gid'>,
  rootGroupMayWrite = false,
): boolean {
  if (kind === 'link') return false;
  const byGroup = (mode & WRITABLE_BY_GROUP) !== 0 && !(rootGroupMayWrite && gid === 0);
  return byGroup || (mode & WRITABLE_BY_OTHERS) !== 0;
}

/**
 * Whether root is the only member of its group: then Debian's sshd, and that of what is made from
 * Debian, lets the group write on the way to its command; every other sshd does not.
 *
 * @param passwd the text of passwd(5)
 * @param group the text of group(5)
 */
export function isRootAlone(passwd: string, group: string): boolean {
  const primary = passwd.split('\n').flatMap((line) => {
    const [, , uid = '', gid = ''] = line.split(':');
    return gid === '0' ? [uid] : [];
  });
  const members = group.split('\n').flatMap((line) => {
    const [, , gid = '', names = ''] = line.split(':');
    return gid === '0' ? names.split(',').filter((name) => name !== '') : [];
  });
  const isPrimary = primary.length > 0 && primary.every((uid) => uid === '0');
  return isPrimary && members.every((name) => name === 'root');
}

/** Whether a regular file has an execute bit at all. */
export function isExecutable(facts: PathFacts): boolean {
  return facts.kind === 'file' && (facts.mode & EXECUTABLE) !== 0;
}
