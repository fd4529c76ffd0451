import { parseSshdArguments, type SshdArguments } from './arguments.ts';
import { inForce, readEnvironmentFile, unitEnvironment, type Variable } from './environment.ts';
import { expandWords, parseExecLine, type ExpandedWord } from './exec-line.ts';
import { baseName, type FileTree, type Place } from '../../system/file-tree.ts';
import { loadUnit, sshServiceNames, type Unit } from '../../system/unit.ts';

/** One way in which sshd is started on this host. */
export interface EntryPoint {
  /** The unit; absent where no unit starts sshd (an init script, or a person). */
  readonly unit?: Unit;
  /** The unit's command line in force, as it is written, and where. */
  readonly exec?: { readonly text: string; readonly place: Place };
  readonly arguments: SshdArguments;
  /** Which line sets a variable that options come from. */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** A word that ends in a program called sshd, as opposed to sshd-keygen or sshd-session. */
const RUNS_SSHD = /(^|[\s/"'@:+!|-])sshd(["'\s]|$)/;

/** A unit that starts sshd in a way that this model does not understand. */
export interface EntryProblem {
  readonly place: Place;
  readonly detail: string;
}

/** What init scripts pass to sshd: the file and the variable in it, by family. */
const INIT_SCRIPT_OPTIONS = [
  { path: '/etc/default/ssh', variable: 'SSHD_OPTS' },
  { path: '/etc/sysconfig/sshd', variable: 'OPTIONS' },
] as const;

/**
 * Finds every way in which sshd is started: each unit with `ssh` in its name whose program is sshd
 * (ssh.service, sshd.service, the templates that sockets start, others that an administrator made).
 * Without any, the one way of an init script.
 */
export function findEntryPoints(tree: FileTree): {
  readonly entryPoints: readonly EntryPoint[];
  readonly problems: readonly EntryProblem[];
} {
  const entryPoints: EntryPoint[] = [];
  const problems: EntryProblem[] = [];
  for (const name of sshServiceNames(tree)) {
    const unit = loadUnit(tree, name);
    const entry = unit && unitEntryPoint(tree, unit);
    if (entry === undefined) continue;
    if ('detail' in entry) problems.push(entry);
    else entryPoints.push(entry);
  }
  if (entryPoints.length === 0 && problems.length === 0) entryPoints.push(initScript(tree));
  return { entryPoints, problems };
}

function unitEntryPoint(tree: FileTree, unit: Unit): EntryPoint | EntryProblem | undefined {
  const service = unit.entries.filter((entry) => entry.section === 'Service');
  const starts = inForce(service, 'ExecStart').filter((entry) => entry.value !== '');
  const last = starts.at(-1);
  if (last === undefined || !starts.some(({ value }) => RUNS_SSHD.test(value))) return undefined;
  const line = parseExecLine(last.value);
  if (line === undefined || starts.length > 1) {
    const detail = `${unit.name}: expected one ExecStart with one command`;
    return { place: last.place, detail };
  }
  if (baseName(line.program) !== 'sshd') return undefined;
  const variables = unitEnvironment(tree, service);
  const values = new Map([...variables].map(([name, { value }]) => [name, value]));
  return {
    unit,
    exec: { text: last.value, place: last.place },
    arguments: parseSshdArguments(expandWords(line, values)),
    variables,
  };
}

function initScript(tree: FileTree): EntryPoint {
  const words: ExpandedWord[] = [];
  const variables = new Map<string, Variable>();
  for (const { path, variable } of INIT_SCRIPT_OPTIONS) {
    const found = readEnvironmentFile(tree, path).get(variable);
    if (found === undefined) continue;
    variables.set(variable, found);
    words.push(...found.value.split(/[ \t\n]+/).map((text) => ({ text, variable })));
  }
  return {
    arguments: parseSshdArguments(words.filter((word) => word.text !== '')),
    variables,
  };
}
