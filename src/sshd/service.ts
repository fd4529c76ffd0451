import type { SshdEdges } from './edges.ts';

/** Where Debian's policy (9.3.3) has a local administrator say whether scripts may touch a service. */
const POLICY = '/usr/sbin/policy-rc.d';
const FORBIDDEN = 101;

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
  const wanted = names.flatMap((name) => ['-p', name]);
  const shown = edges.run(['systemctl', 'show', ...wanted, '--', unit]);
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

/** Whether the host's policy lets a package's script restart a service; where there is none, it does. */
export function allowsRestart(edges: SshdEdges, unit: string): boolean {
  if (edges.image(POLICY) === null) return true;
  return edges.run([POLICY, unit.replace(/\.service$/, ''), 'restart']).status !== FORBIDDEN;
}
