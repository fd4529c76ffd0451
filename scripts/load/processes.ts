/** What /proc says of the processes and sockets in a rig's namespaces (proc(5)). */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Namespace } from '../../test/rig/namespace.ts';

/** USER_HZ, the unit of times in /proc/PID/stat. */
const TICKS = 100;
/** TIME_WAIT in /proc/net/tcp: nobody holds it, and the kernel ends it. */
const TIME_WAIT = '06';

/** What a rig holds while nobody logs in. */
export interface Footprint {
  readonly processes: number;
  /** Descriptors of the services inside and of this process, which plays the journal. */
  readonly openFiles: number;
  readonly sockets: number;
  /** Files in /run, and those of the helper's user in folders for temporary files. */
  readonly temporaryFiles: number;
}

/** The ids of the processes inside, in the /proc of this machine. */
export function processesIn({ pid }: Namespace): readonly number[] {
  const own = readlinkSync(`/proc/${pid}/ns/mnt`);
  const isInside = (id: string): boolean => look(() => readlinkSync(`/proc/${id}/ns/mnt`)) === own;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isInside(name))
    .map(Number);
}

/**
 * The id in the /proc of this machine of a process inside.
 * @param inside its id inside, the second of NSpid (proc(5))
 */
export function outsideId(namespace: Namespace, inside: number): number {
  const found = processesIn(namespace).find((pid) => {
    const status = look(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
    return Number(/^NSpid:\t\d+\t(\d+)$/m.exec(status)?.[1]) === inside;
  });
  if (found === undefined) throw new Error(`expected the process id ${inside} inside`);
  return found;
}

/** CPU seconds of a process and of all its children that it has waited for. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // What follows the name in parentheses begins with the third field; 14 to 17 are the times.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / TICKS;
}

/** Waits until something holds; false where it does not within a minute. */
export async function waitFor(holds: () => boolean): Promise<boolean> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
}

/** Measures what the rig holds now. */
export function footprint(namespace: Namespace, helperUid: number): Footprint {
  const inside = processesIn(namespace);
  const descriptors = (id: number | string): number =>
    look(() => readdirSync(`/proc/${id}/fd`))?.length ?? 0;
  const temporary = ['/tmp', '/var/tmp', '/dev/shm']
    .flatMap((folder) => readdirSync(namespace.path(folder)).map((name) => `${folder}/${name}`))
    .filter((path) => look(() => lstatSync(namespace.path(path)))?.uid === helperUid);
  const runtime = readdirSync(namespace.path('/run')).filter((name) => name !== 'rig');
  const runtimeFiles = runtime.flatMap((name) => filesIn(namespace.path(`/run/${name}`)));
  return {
    processes: inside.length,
    openFiles: ['self', ...inside].reduce<number>((sum, id) => sum + descriptors(id), 0),
    sockets: socketsIn(namespace),
    temporaryFiles: temporary.length + runtimeFiles.length,
  };
}

function socketsIn({ pid }: Namespace): number {
  const lines = (name: string): readonly string[] => {
    const text = look(() => readFileSync(`/proc/${pid}/net/${name}`, 'utf8')) ?? '';
    return text.trimEnd().split('\n').slice(1);
  };
  const held = ['tcp', 'tcp6']
    .flatMap(lines)
    .filter((line) => line.trim().split(/\s+/)[3] !== TIME_WAIT);
  return held.length + lines('unix').length;
}

function filesIn(path: string): readonly string[] {
  const names = look(() => readdirSync(path, { withFileTypes: true })) ?? [];
  return names.flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    return entry.isDirectory() ? [child, ...filesIn(child)] : [child];
  });
}

/** What a look gives; undefined where the process or file has gone meanwhile. */
function look<T>(at: () => T): T | undefined {
  try {
    return at();
  } catch {
    return undefined;
  }
}

/**
 * The anonymous memory of a process and all that descend from it, in KiB (RssAnon, proc_pid_status(5)): what a login
 * costs, for the pages of programs and libraries are shared.
 */
export function anonymousMemory(pid: number): number {
  const status = look(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
  const own = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  const children = look(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')) ?? '';
  const ids = children.split(' ').filter(Boolean).map(Number);
  return ids.reduce((sum, id) => sum + anonymousMemory(id), own);
}
