import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { parseListener, type Listener } from './plan/listener.ts';

/** How long an sshd may take to listen again after SIGHUP; it takes some hundredths of a second. */
const ANEW_LIMIT_MS = 5000;
const STEP_MS = 20;

/** The state LISTEN in /proc/net/tcp. */
const LISTEN = '0A';

/**
 * Every sshd that listens and is one of this very root: in a chroot, where an image is built, the
 * builder's own sshd is nobody's business. An ordinary user cannot see roots and programs of other
 * people's processes, and gets all that call themselves sshd.
 */
export function findListeners(): readonly Listener[] {
  const pids = readdirSync('/proc').filter((name) => /^[1-9][0-9]*$/.test(name));
  const found = pids.flatMap((name): (Listener & { parent: number })[] => {
    const pid = Number(name);
    try {
      if (!isSshdHere(pid)) return [];
      const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'latin1');
      const listener = parseListener(pid, read('cmdline'), read('cgroup'));
      const parent = Number(/\) \S ([0-9]+)/.exec(read('stat'))?.[1]);
      return listener === undefined ? [] : [{ ...listener, parent }];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
  // A child that has just been forked for a connection still has the listener's title.
  return found.filter(({ parent }) => !found.some(({ pid }) => pid === parent));
}

/** Sends SIGHUP. */
export function hangUp(pid: number): void {
  process.kill(pid, 'SIGHUP');
}

/** See `SshdEdges.watchListener`: SIGHUP makes sshd close its sockets and open new ones. */
export function watchListener(pid: number): () => boolean {
  const before = listeningSockets(pid) ?? [];
  return () => {
    const until = Date.now() + ANEW_LIMIT_MS;
    for (;;) {
      const now = listeningSockets(pid);
      if (now === undefined) return false;
      if (now.some((socket) => !before.includes(socket))) return true;
      // Alive and patient; what it will do nobody can know.
      if (Date.now() > until) return now.length > 0;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MS);
    }
  };
}

function isSshdHere(pid: number): boolean {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
    const [own, its] = [statSync('/'), statSync(`/proc/${pid}/root`)];
    return program.endsWith('/sshd') && own.dev === its.dev && own.ino === its.ino;
  } catch (error) {
    return (
      (error as NodeJS.ErrnoException).code === 'EACCES' &&
      readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'sshd'
    );
  }
}

/** The inodes of the sockets that a process listens on; undefined when it has ended. */
function listeningSockets(pid: number): readonly string[] | undefined {
  try {
    const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
    if (state === undefined || 'ZXx'.includes(state)) return undefined;
    const tables = ['tcp', 'tcp6'].map((name) => table(`/proc/${pid}/net/${name}`));
    const listening = tables
      .join('\n')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .flatMap((fields) => (fields[3] === LISTEN ? [`socket:[${fields[9] ?? ''}]`] : []));
    const open = readdirSync(`/proc/${pid}/fd`).map((name) => target(`/proc/${pid}/fd/${name}`));
    return open.filter((each) => listening.includes(each));
  } catch {
    return undefined;
  }
}

// A kernel without IPv6 has no such table.
function table(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

// A descriptor may be closed between being listed and being read.
function target(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
