import type { SshdEdges } from './edges.ts';
import { includePattern } from './model/configuration.ts';
import { effectiveSetting } from './model/effective.ts';
import type { SshdStart } from './model/model.ts';

/** When a running sshd read its configuration. */
export interface Reading {
  /** Unix seconds, with a fraction. */
  readonly at: number;
  /** False where it may have read it again since, or where the clock was set since. */
  readonly exact: boolean;
}

/** What changed after a reading, as paths of files and of folders that an Include reads. */
export interface ChangesSince {
  /** Changed after it for certain: what the running sshd has is not known. */
  readonly changed: readonly string[];
  /** Perhaps changed after it: the time of the reading, or of the change, is not certain. */
  readonly perhaps: readonly string[];
}

type World = Pick<SshdEdges, 'tree' | 'times' | 'now'>;

/** Ticks of proc(5) a second (USER_HZ): 100 on every architecture that EC2 has. */
const TICKS = 100;

/** `btime` of proc(5) is rounded to seconds; more than this apart, the clock was set. */
const CLOCK_SET = 5;

/** sshd's default PidFile, on every distribution that EC2 has. */
const PID_FILE = '/run/sshd.pid';

/**
 * When an sshd that listens read its configuration. It writes its pid file right after that, and anew
 * when it is reloaded: SIGHUP makes it execute itself (sighup_restart in sshd.c). Without that file only
 * the start of the process is known, and a reload after it leaves no trace.
 *
 * @param start what the process was started as
 * @param pidFile where its pid file is; what its configuration says when left out
 * @returns undefined where nothing tells
 */
export function readingOf(
  world: World,
  start: SshdStart,
  pid: number,
  pidFile: string = effectiveSetting(start, 'pidfile', {}).value ?? PID_FILE,
): Reading | undefined {
  const began = processStart(world, pid);
  const isWritten = Number(world.tree.text(pidFile)?.trim() ?? '0') === pid;
  const at = isWritten ? world.times(pidFile)?.mtime : undefined;
  if (at === undefined) return began === undefined ? undefined : { at: began, exact: false };
  const sinceSet = began !== undefined && at < began - CLOCK_SET;
  return { at, exact: !sinceSet && at <= world.now() };
}

/**
 * What of a configuration is newer than its reading. A file counts with its inode, because a file with
 * an old time may have been moved there; of a folder that an Include reads counts that a name came or went.
 */
export function changesSince(world: World, start: SshdStart, reading: Reading): ChangesSince {
  const { files, lines } = start.configuration;
  const patterns = lines
    .filter(({ keyword }) => keyword === 'include')
    .flatMap(({ args }) => args.map(includePattern))
    .filter((pattern) => !hasWildcard(folderOf(pattern)));
  const folders = patterns.filter(hasWildcard).map(folderOf);
  const missing = patterns.filter((path) => !hasWildcard(path) && !files.includes(path));
  const inode = (path: string): number => {
    const { mtime = 0, ctime = 0 } = world.times(path) ?? {};
    return Math.max(mtime, ctime);
  };
  const names = (path: string): number => world.times(path)?.mtime ?? 0;
  const times = new Map([
    ...files.map((path) => [path, inode(path)] as const),
    ...folders.map((path) => [path, names(path)] as const),
  ]);
  const newer = [...times].filter(([, time]) => time > reading.at);
  const isCertain = (time: number): boolean => reading.exact && time <= world.now();
  // Where a file is missing, any other name of its folder may have come or gone.
  const around = missing.map(folderOf).filter((path) => names(path) > reading.at);
  const changed = newer.filter(([, time]) => isCertain(time)).map(([path]) => path);
  const perhaps = newer.filter(([, time]) => !isCertain(time)).map(([path]) => path);
  return { changed, perhaps: [...new Set([...perhaps, ...around])] };
}

/** When a process began, from proc(5): field 22 of its stat, counted from the boot. */
function processStart({ tree }: World, pid: number): number | undefined {
  const stat = tree.text(`/proc/${pid}/stat`) ?? '';
  // The second field may hold spaces and brackets; what follows the last bracket does not.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(tree.text('/proc/stat') ?? '')?.[1]);
  // btime has whole seconds only: rather a second too late than a false alarm.
  return Number.isFinite(ticks) && Number.isFinite(boot) ? boot + ticks / TICKS + 1 : undefined;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function hasWildcard(pattern: string): boolean {
  return /[*?[\\]/.test(pattern);
}
