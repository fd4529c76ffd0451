import { readingOf, type Reading } from '../../sshd/reading.ts';
import type { Inspection } from '../inspection.ts';
import { hasSystemd } from './host.ts';
import { setting, sshd } from './sshd.ts';

/** A listening sshd. */
export interface RunningSshd {
  readonly pid: number;
  /** When it last read its configuration; undefined where nothing tells. */
  readonly reading: Reading | undefined;
  /** Its command line; a title set by sshd itself is in it since 8.2. */
  readonly commandLine: string;
}

/** What `systemctl show` says of the unit that starts sshd. */
export type UnitState = ReadonlyMap<string, string>;

/** The listening sshd: found by its pid file, or as the main process of its unit. */
export async function running(on: Inspection): Promise<RunningSshd | undefined> {
  const path = await on.fact(pidFile);
  const written = Number(on.edges.sshd.tree.text(path)?.trim() ?? '0');
  const main = Number((await on.fact(unitState)).get('MainPID') ?? '0');
  const pid = [main, written].find((each) => each > 0 && isSshd(on, each));
  if (pid === undefined) return undefined;
  const commandLine = (on.edges.sshd.tree.text(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');
  const start = (await on.fact(sshd))?.start;
  const reading = start && readingOf(on.edges.sshd, start, pid, path);
  return { pid, reading, commandLine };
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
