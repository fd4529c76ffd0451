import { allowsRestart, systemdRuns, unitProperties, activeSockets } from './service.ts';
import type { SshdEdges } from './edges.ts';
import { effectiveCommand, type OwnCommand } from './model/effective.ts';
import type { SshdStart } from './model/model.ts';
import type { OpenSshVersion } from './model/version.ts';
import type { Change } from './plan/image.ts';
import { listenerStart, type Listener } from './plan/listener.ts';
import type { Activation } from './result.ts';
import { checkStart } from './sshd-program.ts';

/** Of whom the running sshd is to hear, and how far one may go. */
export interface Activating {
  readonly edges: SshdEdges;
  readonly own: OwnCommand;
  readonly version: OpenSshVersion | undefined;
  /** Restart a service where a reload does not do; sessions survive that, or it is not done. */
  readonly restart: boolean;
  /** Called by a package's script, which asks the distribution's policy before it restarts. */
  readonly fromPackage: boolean;
}

/**
 * Lets the running sshd have what was written; open sessions and the listening socket stay.
 *
 * - A service is reloaded if it runs, and if `sshd -t` says that it would start: SIGHUP makes it begin
 *   anew with the command line that it has. So other options of a unit need a restart, which is left to
 *   a person unless `restart` is given.
 * - A service that a socket started is stopped if it runs: its listening socket is systemd's, so a
 *   reload makes it end with "Cannot bind any address", while after a stop the next connection
 *   starts it anew. Sessions survive where only the main process is stopped (KillMode=process).
 * - An sshd that no known unit started, and one whose unit is masked, gets SIGHUP.
 *
 * @param starts the starts whose configuration has changed
 * @param changes what was written: unit files make systemd read its units again
 */
export function activate(
  activating: Activating,
  starts: readonly SshdStart[],
  changes: readonly Change[],
): readonly Activation[] {
  const { edges } = activating;
  const units = systemdRuns(edges) ? starts.filter(isService) : [];
  const unitFiles = changes.filter(({ path }) => path.includes('/systemd/system/'));
  if (systemdRuns(edges) && unitFiles.length > 0) {
    const reread = edges.run(['systemctl', 'daemon-reload']);
    if (reread.status !== 0) return [failed(reread.stderr)];
  }
  const listeners = edges.listeners();
  const ofUnits = units.map((start): Activation => {
    const unit = start.unit?.name ?? '';
    const dropIn = unitFiles.some(({ path }) => path.includes(`/${unit}.d/`));
    return { unit, ...activateUnit(activating, start, listenerOf(listeners, start), dropIn) };
  });
  const others = listeners
    .filter((listener) => !units.some((start) => isOfUnit(listener, start)))
    .filter(({ configFile }) => isOfStarts(starts, configFile))
    .map((listener) => activateProcess(activating, listener));
  const all = [...ofUnits, ...others];
  return all.length === 0 && !systemdRuns(edges) ? [{ state: 'not-running' }] : all;
}

/** The listener that a start's unit started, if it runs. */
export function listenerOf(listeners: readonly Listener[], start: SshdStart): Listener | undefined {
  return listeners.find((listener) => isOfUnit(listener, start));
}

/** Whether a listener has another command or user than a start of its unit would have now. */
export function differs(
  { edges, own, version }: Pick<Activating, 'edges' | 'own' | 'version'>,
  start: SshdStart,
  listener: Listener,
): boolean {
  const wanted = effectiveCommand(start, own);
  const has = effectiveCommand(listenerStart(edges.tree, version, listener), own);
  return has.command !== wanted.command || has.user !== wanted.user;
}

function isOfUnit(listener: Listener, { unit }: SshdStart): boolean {
  if (unit === undefined || listener.unit === undefined) return unit === listener.unit;
  return unit.name === listener.unit || unit.aliases.includes(listener.unit);
}

function isService({ unit }: SshdStart): boolean {
  return unit !== undefined && !unit.name.includes('@');
}

function isOfStarts(starts: readonly SshdStart[], configFile: string): boolean {
  return starts.some((start) => start.arguments.configFile === configFile);
}

function activateUnit(
  activating: Activating,
  start: SshdStart,
  listener: Listener | undefined,
  hasDropIn: boolean,
): Activation {
  const { edges } = activating;
  const unit = start.unit?.name ?? '';
  const properties = unitProperties(edges, unit, ['ActiveState', 'KillMode', 'TriggeredBy']);
  if (properties.get('ActiveState') !== 'active') return { state: 'not-running' };
  const keepsSessions = properties.get('KillMode') === 'process';
  const check = checkStart(edges, start);
  if (!check.ok) return failed(`it was left alone, because it would end: ${check.words}`);
  if (activeSockets(edges, properties.get('TriggeredBy') ?? '').length > 0) {
    if (!keepsSessions) return { state: 'restart-needed' };
    const stopped = edges.run(['systemctl', 'stop', '--', unit]);
    return stopped.status === 0 ? { state: 'next-connection' } : failed(stopped.stderr);
  }
  if (listener === undefined ? hasDropIn : differs(activating, start, listener)) {
    return activating.restart && keepsSessions
      ? restart(activating, unit)
      : { state: 'restart-needed' };
  }
  const alive = listener && edges.watchListener(listener.pid);
  const reloaded = edges.run(['systemctl', 'reload', '--', unit]);
  if (reloaded.status !== 0) return failed(reloaded.stderr);
  return alive?.() === false ? revive(edges, unit) : { state: 'reloaded' };
}

function restart({ edges, fromPackage }: Activating, unit: string): Activation {
  if (fromPackage && !allowsRestart(edges, unit)) return { state: 'restart-needed' };
  const ended = edges.run(['systemctl', 'restart', '--', unit]);
  return ended.status === 0 ? { state: 'restarted' } : failed(ended.stderr);
}

/** What `sshd -t` could not foresee: somebody else has the port, for instance. */
function revive(edges: SshdEdges, unit: string): Activation {
  const ended = edges.run(['systemctl', 'restart', '--', unit]);
  const now = ended.status === 0 ? 'it was started again' : 'it could not be started again';
  return failed(`it ended at the reload; ${now}; journalctl -u ${unit} says why`);
}

function activateProcess(activating: Activating, listener: Listener): Activation {
  const { edges, version } = activating;
  const name = listener.unit === undefined ? {} : { unit: listener.unit };
  const start = listenerStart(edges.tree, version, listener);
  const check = checkStart(edges, start);
  if (!check.ok) return { ...name, ...failed(`it was left alone, it would end: ${check.words}`) };
  const alive = edges.watchListener(listener.pid);
  edges.hangUp(listener.pid);
  return { ...name, ...(alive() ? { state: 'reloaded' } : failed('it ended at the reload')) };
}

function failed(words: string): Activation {
  return { state: 'reload-failed', words: words.trim() };
}
