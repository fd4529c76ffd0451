import { readFileSync, readlinkSync, statSync } from 'node:fs';

/**
 * Sends SIGHUP to the sshd that a pid file names, which makes it read its configuration again and
 * keeps its sessions (sshd(8)). The process has to be an sshd in this very root: in a chroot, where
 * an image is built, the builder's own sshd is nobody's business.
 *
 * @returns false where no such sshd runs
 */
export function hangUp(pidFile: string): boolean {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim());
    if (!Number.isSafeInteger(pid) || pid <= 1 || !isSshdHere(pid)) return false;
    process.kill(pid, 'SIGHUP');
    return true;
  } catch {
    return false;
  }
}

function isSshdHere(pid: number): boolean {
  const own = statSync('/');
  const its = statSync(`/proc/${pid}/root`);
  const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  return program.endsWith('/sshd') && own.dev === its.dev && own.ino === its.ino;
}
