import {
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder, withDescriptor, writeNewFile } from '../system/replace-file.ts';
import type { Image } from './plan/image.ts';

/**
 * Makes a path hold what is given, so that at every moment either the old or the new content is
 * there, also after a power failure: a temporary file beside it, fsync, rename, fsync of the folder.
 * The temporary name begins with a dot and ends with no suffix that sshd or systemd would read.
 *
 * @param path absolute; the caller has judged the folder; a symbolic link at the path is replaced,
 *   never followed
 * @param image null takes away what is there; a folder only when it is empty
 */
export function putImage(path: string, image: Image | null): void {
  if (image === null) takeAway(path);
  else if (image.type === 'directory') {
    mkdirSync(path);
    withDescriptor(path, constants.O_DIRECTORY, (descriptor) => {
      fchmodSync(descriptor, image.mode);
    });
  } else replace(path, image);
  syncFolder(dirname(path));
}

function replace(path: string, image: Exclude<Image, { type: 'directory' }>): void {
  const temporary = join(dirname(path), `.${basename(path)}.ec2-instance-connect-new`);
  // What an interrupted run left; root alone can write in this folder.
  rmSync(temporary, { force: true });
  if (image.type === 'link') symlinkSync(image.target, temporary);
  else {
    const { text, mode, uid, gid } = image;
    writeNewFile(temporary, { bytes: Buffer.from(text, 'latin1'), mode, owner: { uid, gid } });
  }
  renameSync(temporary, path);
}

function takeAway(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  try {
    rmdirSync(path);
  } catch (error) {
    // Somebody else put something into it since: it is theirs now.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
