import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LOCK_PATH } from './edges.ts';

/**
 * Takes the lock of the commands that change sshd's configuration. The lock is a file that names its
 * holder by process id, start time and boot; one whose holder is gone, after a crash for instance,
 * counts as free.
 *
 * @returns how to give it back, or undefined when a living process holds it
 */
export function takeLock(): (() => void) | undefined {
  const own = holder(process.pid);
  const temporary = `${LOCK_PATH}.${process.pid}`;
  writeFileSync(temporary, own, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(temporary)) {
        return () => {
          rmSync(LOCK_PATH, { force: true });
        };
      }
      const other = read(LOCK_PATH);
      if (other !== '' && other === holder(Number(other.split(' ')[0]))) return undefined;
      rmSync(LOCK_PATH, { force: true });
    }
    return undefined;
  } finally {
    rmSync(temporary, { force: true });
  }
}

// A hard link is made with its content or not at all.
function linked(temporary: string): boolean {
  try {
    linkSync(temporary, LOCK_PATH);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A text that no other process ever has: id, start time in clock ticks since boot, boot id. */
function holder(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return started === ''
    ? ''
    : `${pid} ${started} ${read('/proc/sys/kernel/random/boot_id').trim()}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
