import type { Inspection } from '../inspection.ts';
import { hasSystemd } from './host.ts';
import { setting, sshd } from './sshd.ts';

/** A listening sshd. */
export interface RunningSshd {
  readonly pid: number;
  /** When it last read its configuration, in Unix seconds; undefined where nothing tells. */
  readonly readAt: number | undefined;
  /** Its command line; a title set by sshd itself is in it since 8.2. */
  readonly commandLine: string;
}

/** What `systemctl show` says of the unit that starts sshd. */
export type UnitState = ReadonlyMap<string, string>;

/** sshd's ticks a second (USER_HZ): 100 on every architecture that EC2 has. */
const TICKS = 100;

/** The listening sshd: found by its pid file, or as the main process of its unit. */
export async function running(on: Inspection): Promise<RunningSshd | undefined> {
  const path = await on.fact(pidFile);
  const written = Number(on.edges.sshd.tree.text(path)?.trim() ?? '0');
  const main = Number((await on.fact(unitState)).get('MainPID') ?? '0');
  const pid = [main, written].find((each) => each > 0 && isSshd(on, each));
  if (pid === undefined) return undefined;
  const commandLine = (on.edges.sshd.tree.text(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');
  // A reload writes the file again: SIGHUP makes sshd execute itself (sighup_restart in sshd.c).
  const readAt = pid === written ? on.edges.stat(path)?.mtime : startOf(on, pid);
  return { pid, readAt, commandLine };
}

/** sshd's PidFile. */
export async function pidFile(on: Inspection): Promise<string> {
  return (await setting(on, 'pidfile')).value ?? '/run/sshd.pid';
}

/** The state of the unit that starts sshd; empty without systemd or unit. */
export async function unitState(on: Inspection): Promise<UnitState> {
  const unit = (await on.fact(sshd))?.start.unit?.name;
  if (unit === undefined || unit.includes('@') || !on.fact(hasSystemd)) return new Map();
  const properties = ['-p', 'MainPID', '-p', 'ActiveState', '-p', 'NeedDaemonReload'];
  const { stdout } = await on.edges.run({ argv: ['systemctl', 'show', ...properties, '--', unit] });
  const pairs = stdout.split('\n').map((line): [string, string] => {
    const [name = '', ...rest] = line.split('=');
    return [name, rest.join('=')];
  });
  return new Map(pairs);
}

function isSshd(on: Inspection, pid: number): boolean {
  return on.edges.sshd.tree.text(`/proc/${pid}/comm`)?.trim() === 'sshd';
}

/** When a process began, from proc(5): field 22 of its stat, counted from the boot. */
function startOf(on: Inspection, pid: number): number | undefined {
  const stat = on.edges.sshd.tree.text(`/proc/${pid}/stat`) ?? '';
  // The second field may hold spaces and brackets; what follows the last bracket does not.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(on.edges.sshd.tree.text('/proc/stat') ?? '')?.[1]);
  // btime has whole seconds only: rather a second too late than a false alarm.
  return Number.isFinite(ticks) && Number.isFinite(boot) ? boot + ticks / TICKS + 1 : undefined;
}
