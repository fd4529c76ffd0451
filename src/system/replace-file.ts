import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What a new file is to be. */
export interface NewFile {
  readonly bytes: Buffer;
  /** Permission bits, whatever the umask. */
  readonly mode: number;
  /** The process's own without it. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Makes a path hold a file, so that at every moment either the old or the new content is there, also after a power
 * failure: a temporary file beside it, fsync, rename, fsync of the folder. A symbolic link at the path is replaced,
 * never followed. Where it fails the path keeps what it had, and nothing is left beside it.
 * @param path absolute
 * @param temporary a path of the same folder at which nothing is
 * @throws an error with a `code` as node:fs does
 */
export function replaceFile(path: string, file: NewFile, temporary: string): void {
  try {
    writeNewFile(temporary, file);
    renameSync(temporary, path);
  } catch (error) {
    // What stood there already is not ours to take away.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes a file where nothing is, and has it on the disk. */
export function writeNewFile(path: string, { bytes, mode, owner }: NewFile): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  withDescriptor(path, flags, (descriptor) => {
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    fchmodSync(descriptor, mode);
    writeFileSync(descriptor, bytes);
    fsyncSync(descriptor);
  });
}

/** Has a folder's entries on the disk. */
export function syncFolder(path: string): void {
  withDescriptor(path, constants.O_DIRECTORY, fsyncSync);
}

/** Opens a path, and closes it whatever happens; a new file is readable for its owner alone. */
export function withDescriptor(
  path: string,
  flags: number,
  use: (descriptor: number) => void,
): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
