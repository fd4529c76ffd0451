import { UNMANAGED_PATH, type SshdEdges } from './edges.ts';
import { activate } from './activate.ts';
import {
  DEB_COMMAND_PATH,
  ownCommand,
  RPM_COMMAND_PATH,
  type OwnCommand,
} from './model/effective.ts';
import type { FileTree } from '../system/file-tree.ts';
import { readModel, type SshdModel, type SshdStart } from './model/model.ts';
import type { OpenSshVersion } from './model/version.ts';
import { hostStarts } from './plan/conflicts.ts';
import type { WiringRecord } from './plan/record.ts';
import { WiringRefusal, type WiringResult } from './result.ts';
import { checkConfiguration, sshdProgram, sshdVersion } from './sshd-program.ts';
import { makeStateDirectory, readRecord, treeWithoutOurs } from './state.ts';
import { recover } from './transaction.ts';

/** Options of the commands that change the wiring. */
export interface WiringOptions {
  /** Show what would be changed, and change nothing. */
  readonly dryRun?: boolean;
  /** Called by a package's script: heed the file that says hands off, and let a refusal exit 0. */
  readonly fromPackage?: boolean;
  /** Login users that adopt tries the other helper for, besides those it finds. */
  readonly tryUsers?: readonly string[];
}

/** Everything that a command decides from. */
export interface WiringContext {
  readonly edges: SshdEdges;
  readonly own: OwnCommand;
  readonly version: OpenSshVersion | undefined;
  readonly record: WiringRecord | null;
  /** The host as it is, and its own sshd's starts. */
  readonly model: SshdModel;
  readonly starts: readonly SshdStart[];
  /** The host's files without what we wrote. */
  readonly base: FileTree;
  readonly dryRun: boolean;
  readonly tryUsers: readonly string[];
}

type Command = WiringResult['command'];
type Body = (context: WiringContext) => Partial<WiringResult>;

/**
 * Runs the body of a command: as root alone, one at a time, after an interrupted run has been taken
 * back. A WiringRefusal becomes a result with its reason.
 */
export function runCommand(
  edges: SshdEdges,
  command: Command,
  options: WiringOptions,
  body: Body,
): WiringResult {
  const dryRun = options.dryRun === true;
  const empty = { conflicts: [], kinds: [], changes: [], activations: [], leftAlone: [] };
  const start = { command, dryRun, ...empty, recovered: false, exitCode: 0 } as const;
  if (options.fromPackage === true && edges.image(UNMANAGED_PATH) !== null) {
    return { ...start, outcome: 'left-alone', detail: UNMANAGED_PATH };
  }
  try {
    const { recovered, ...rest } = locked(edges, dryRun, () => withRecovery(edges, options, body));
    const result = { ...start, outcome: 'unchanged', recovered, ...rest } as const;
    return { ...result, exitCode: result.outcome === 'failed' ? 1 : 0 };
  } catch (error) {
    if (!(error instanceof WiringRefusal)) throw error;
    const { reason, message: detail, conflicts } = error;
    const exitCode = options.fromPackage === true ? 0 : 1;
    return { ...start, outcome: 'refused', reason, detail, conflicts, exitCode };
  }
}

function locked<T>(edges: SshdEdges, dryRun: boolean, use: () => T): T {
  if (!edges.isRoot) throw new WiringRefusal('not-root', 'expected to be run as root');
  if (dryRun) return use();
  makeStateDirectory(edges);
  const release = edges.lock();
  if (release === undefined) throw new WiringRefusal('busy', 'another run is changing sshd now');
  try {
    return use();
  } finally {
    release();
  }
}

function withRecovery(
  edges: SshdEdges,
  { dryRun = false, tryUsers = [] }: WiringOptions,
  body: Body,
): Partial<WiringResult> & { recovered: boolean } {
  const takenBack = dryRun
    ? undefined
    : recover(edges, (changes) => {
        activate(edges, hostStarts(readModel(edges.tree, sshdVersion(edges))), changes);
      });
  return { ...body({ ...gather(edges), dryRun, tryUsers }), recovered: takenBack !== undefined };
}

function gather(edges: SshdEdges): Omit<WiringContext, 'dryRun' | 'tryUsers'> {
  const version = sshdVersion(edges);
  const record = readRecord(edges);
  const model = readModel(edges.tree, version);
  const starts = hostStarts(model);
  const base = treeWithoutOurs(edges, record);
  return { edges, own: hostCommand(edges), version, record, model, starts, base };
}

/**
 * Our command on this host: the path of the package family that is installed here; the family's own
 * path where none is.
 */
export function hostCommand(edges: SshdEdges): OwnCommand {
  const paths =
    edges.image('/etc/debian_version') === null
      ? [RPM_COMMAND_PATH, DEB_COMMAND_PATH]
      : [DEB_COMMAND_PATH, RPM_COMMAND_PATH];
  const installed = paths.find((path) => edges.unsafeProgram(path) === undefined);
  return ownCommand(installed ?? paths[0] ?? RPM_COMMAND_PATH);
}

/** Refuses to wire on a host where the wired command could not run, or cannot be judged. */
export function demandWirable(context: WiringContext): void {
  const { edges, own, model, starts } = context;
  const [start] = starts;
  const sshd = edges.unsafeProgram(sshdProgram(start));
  if (sshd !== undefined) throw new WiringRefusal('sshd-missing', sshd);
  const program = edges.unsafeProgram(own.path);
  if (program !== undefined) throw new WiringRefusal('program-missing', program);
  if (edges.account(own.user) === undefined) {
    throw new WiringRefusal('command-user-missing', `the system user ${own.user} does not exist`);
  }
  const [problem] = model.problems;
  if (problem !== undefined || start === undefined) {
    const where = problem === undefined ? '' : `${problem.place.path}:${problem.place.line}: `;
    const detail = problem?.detail ?? 'nothing starts sshd here';
    throw new WiringRefusal('configuration-not-understood', where + detail);
  }
}

/** Refuses when sshd does not accept the configuration of one of the starts. */
export function demandAccepted(
  edges: SshdEdges,
  starts: readonly SshdStart[],
  reason: 'configuration-invalid' | 'configuration-rejected',
): void {
  for (const start of starts) {
    const check = checkConfiguration(edges, start);
    if (!check.ok) throw new WiringRefusal(reason, check.words);
  }
}
