import type { SshdEdges } from './edges.ts';
import type { SshdStart } from './model/model.ts';
import type { Change } from './plan/image.ts';
import type { Activation } from './result.ts';

const DEFAULT_PID_FILE = '/run/sshd.pid';

/**
 * Lets the running sshd have what was written, without ever restarting it: open sessions and the
 * listening socket stay.
 *
 * - A service is reloaded if it runs. sshd answers SIGHUP by starting itself anew with the command
 *   line that it has, so options in a unit's drop-in need a restart, which is left to a person.
 * - A service that a socket started is stopped if it runs: its listening socket is systemd's, so a
 *   reload makes it end with "Cannot bind any address", while after a stop the next connection
 *   starts it anew. Sessions survive where only the main process is stopped (KillMode=process).
 * - Without systemd, the sshd of this root gets SIGHUP.
 *
 * @param starts the starts whose configuration has changed
 * @param changes what was written: unit files make systemd read its units again
 */
export function activate(
  edges: SshdEdges,
  starts: readonly SshdStart[],
  changes: readonly Change[],
): readonly Activation[] {
  if (!systemdRuns(edges)) return [withoutSystemd(edges)];
  const unitFiles = changes.filter(({ path }) => path.startsWith('/etc/systemd/'));
  if (unitFiles.length > 0) {
    const reread = edges.run(['systemctl', 'daemon-reload']);
    if (reread.status !== 0) return [outcome(reread, 'reload-failed')];
  }
  const units = [...new Set(starts.flatMap((start) => start.unit?.name ?? []))];
  return units
    .filter((unit) => !unit.includes('@'))
    .map((unit) => {
      const hasDropIn = unitFiles.some(({ path }) => path.includes(`/${unit}.d/`));
      return { unit, ...activateUnit(edges, unit, hasDropIn) };
    });
}

/** Whether systemd is this system's init, as sd_booted(3) tells. */
export function systemdRuns(edges: SshdEdges): boolean {
  return edges.image('/run/systemd/system')?.type === 'directory';
}

/** What systemd says of a unit: properties by name; empty where it cannot be asked. */
export function unitProperties(
  edges: SshdEdges,
  unit: string,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const shown = edges.run([
    'systemctl',
    'show',
    ...names.flatMap((name) => ['-p', name]),
    '--',
    unit,
  ]);
  const pairs = shown.stdout.split('\n').map((line) => line.split(/=(.*)/s));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

/** The sockets that start a service and are listening now. */
export function activeSockets(edges: SshdEdges, triggeredBy: string): readonly string[] {
  return triggeredBy
    .split(' ')
    .filter((name) => name.endsWith('.socket'))
    .filter((name) => edges.run(['systemctl', 'is-active', '--quiet', '--', name]).status === 0);
}

function withoutSystemd(edges: SshdEdges): Activation {
  return { state: edges.hangUp(DEFAULT_PID_FILE) ? 'reloaded' : 'not-running' };
}

function activateUnit(edges: SshdEdges, unit: string, hasDropIn: boolean): Activation {
  const properties = unitProperties(edges, unit, ['ActiveState', 'KillMode', 'TriggeredBy']);
  if (properties.get('ActiveState') !== 'active') return { state: 'not-running' };
  if (activeSockets(edges, properties.get('TriggeredBy') ?? '').length > 0) {
    if (properties.get('KillMode') !== 'process') return { state: 'restart-needed' };
    return outcome(edges.run(['systemctl', 'stop', '--', unit]), 'next-connection');
  }
  if (hasDropIn) return { state: 'restart-needed' };
  return outcome(edges.run(['systemctl', 'reload', '--', unit]), 'reloaded');
}

function outcome(
  ended: { status: number | undefined; stderr: string },
  state: Activation['state'],
): Activation {
  return ended.status === 0 ? { state } : { state: 'reload-failed', words: ended.stderr.trim() };
}
