import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { LOCK_PATH } from './edges.ts';
import { WiringRefusal } from './result.ts';

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** The exit status of flock(1) where another has the lock. */
const TAKEN = 1;

/** How often the file may be taken away between being opened and being locked. */
const MAX_ATTEMPTS = 100;

/**
 * Takes the lock of the commands that change sshd's configuration: flock(2), which the kernel gives
 * back when its owner ends in any way, so that no lock is ever stale. Node has no call for it, so
 * flock(1) of util-linux, which every distribution's own system needs, locks the open file that it
 * inherits from us; the lock belongs to that open file, which no other child gets, and stays with us.
 *
 * A socket in the abstract namespace would be given back as well, but any local user could take its
 * name, and each network namespace has its own; a file that names its owner has to be taken away by
 * whoever finds it stale, and between looking and taking it may have become another's.
 *
 * The owner takes the file away before the lock, and whoever locks a file that is no longer at the
 * path starts again.
 *
 * @returns how to give it back, or undefined when another process holds it
 * @throws WiringRefusal `lock-unavailable` where flock(1) cannot be run or fails
 */
export function takeLock(path: string = LOCK_PATH): (() => void) | undefined {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    const descriptor = openSync(path, flags, 0o600);
    let held = false;
    try {
      if (!lock(descriptor)) return undefined;
      held = isAt(path, descriptor);
    } finally {
      if (!held) closeSync(descriptor);
    }
    if (!held) continue;
    return () => {
      rmSync(path, { force: true });
      closeSync(descriptor);
    };
  }
  return undefined;
}

/** @returns false where another process has the lock */
function lock(descriptor: number): boolean {
  const ended = spawnSync('flock', ['-n', '-x', '3'], {
    env: ENVIRONMENT,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
  });
  if (ended.status === 0) return true;
  if (ended.status === TAKEN && ended.stderr === '') return false;
  const found = ended.error?.message ?? `status ${String(ended.status)} ${ended.stderr.trim()}`;
  throw new WiringRefusal('lock-unavailable', `expected flock(1) to lock ${LOCK_PATH}: ${found}`);
}

/** Whether a path still leads to the file that is open. */
function isAt(path: string, descriptor: number): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  const open = fstatSync(descriptor);
  return now?.ino === open.ino && now.dev === open.dev;
}
