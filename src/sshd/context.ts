import { UNMANAGED_PATH, type SshdEdges } from './edges.ts';
import { activate, type Activating } from './activate.ts';
import {
  DEB_COMMAND_PATH,
  ownCommand,
  RPM_COMMAND_PATH,
  type OwnCommand,
} from './model/effective.ts';
import type { FileTree } from '../system/file-tree.ts';
import { readModel, type SshdModel, type SshdStart } from './model/model.ts';
import type { OpenSshVersion } from './model/version.ts';
import { findConflicts, hostStarts, type Conflict } from './plan/conflicts.ts';
import type { WiringRecord } from './plan/record.ts';
import { retireDropIns, withoutStock, type StockRetirement } from './plan/stock.ts';
import { WiringRefusal, type WiringResult } from './result.ts';
import { checkConfiguration, sshdProgram, sshdVersion } from './sshd-program.ts';
import { makeStateDirectory, readRecord, treeWithoutOurs } from './state.ts';
import { tokenGaps } from './token-gaps.ts';
import { recover } from './transaction.ts';

/** Options of the commands that change the wiring. */
export interface WiringOptions {
  /** Show what would be changed, and change nothing. */
  readonly dryRun?: boolean;
  /** Called by a package's script: heed the file that says hands off, and let a refusal exit 0. */
  readonly fromPackage?: boolean;
  /** Restart sshd's service where a reload does not do. */
  readonly restart?: boolean;
  /** For disable, when the stock package comes back: its wiring stands again as ours found it. */
  readonly giveBack?: boolean;
  /** Login users that adopt tries the other helper for, besides those it finds. */
  readonly tryUsers?: readonly string[];
  /** Files of public keys or certificates that adopt tries it with, besides one that nobody has. */
  readonly tryKeys?: readonly string[];
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
  /** The host's files without what we wrote, and without the stock package's drop-ins. */
  readonly base: FileTree;
  /** What takes the stock package's drop-ins away, and keeps their edits. */
  readonly stock: StockRetirement;
  readonly options: WiringOptions;
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
  const empty = {
    ...{ conflicts: [], kinds: [], changes: [], activations: [], leftAlone: [] },
    ...{ stillInForce: [], tokenGaps: [], readBefore: [] },
  };
  const start = { command, dryRun, ...empty, recovered: false, exitCode: 0 } as const;
  if (options.fromPackage === true && edges.image(UNMANAGED_PATH) !== null) {
    return { ...start, outcome: 'left-alone', detail: UNMANAGED_PATH };
  }
  try {
    const { recovered, ...rest } = locked(edges, dryRun, () => withRecovery(edges, options, body));
    const result = { ...start, outcome: 'unchanged', recovered, ...rest } as const;
    const exitCode = result.outcome === 'failed' ? 1 : 0;
    if (command === 'disable' || result.outcome === 'left-alone') return { ...result, exitCode };
    const planned = dryRun && result.outcome === 'done';
    return { ...result, exitCode, tokenGaps: tokenGaps(gather(edges), planned) };
  } catch (error) {
    const { reason, message: detail, conflicts } = refusalOf(error);
    const exitCode = options.fromPackage === true ? 0 : 1;
    const stillInForce = command === 'disable' ? [] : stockInForce(edges);
    return { ...start, outcome: 'refused', reason, detail, conflicts, exitCode, stillInForce };
  }
}

/** What the file system refuses is no fault of this program. */
const REFUSED_BY_FILES = ['EROFS', 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR'];

function refusalOf(error: unknown): WiringRefusal {
  if (error instanceof WiringRefusal) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (!REFUSED_BY_FILES.includes(code)) throw error;
  return new WiringRefusal('cannot-write', message);
}

function stockInForce(edges: SshdEdges): readonly string[] {
  const paths = [...retireDropIns(edges.tree, hostCommand(edges)).keys()];
  const starts = readModel(edges.tree, undefined).starts;
  return paths.filter((path) => starts.some((start) => start.exec?.place.path === path));
}

function locked<T>(edges: SshdEdges, dryRun: boolean, use: () => T): T {
  if (!edges.isRoot) throw new WiringRefusal('not-root', 'run with sudo');
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
  options: WiringOptions,
  body: Body,
): Partial<WiringResult> & { recovered: boolean } {
  const takenBack =
    options.dryRun === true
      ? undefined
      : recover(edges, (changes) => {
          const found = { ...gather(edges), options };
          activate(activating(found), found.starts, changes);
        });
  return { ...body({ ...gather(edges), options }), recovered: takenBack !== undefined };
}

/** What `activate` goes by in a command. */
export function activating({ edges, own, version, options }: WiringContext): Activating {
  const { restart = false, fromPackage = false } = options;
  return { edges, own, version, restart, fromPackage };
}

function gather(edges: SshdEdges): Omit<WiringContext, 'options'> {
  const own = hostCommand(edges);
  const version = sshdVersion(edges);
  const record = readRecord(edges);
  const model = readModel(edges.tree, version);
  const starts = hostStarts(model);
  const without = treeWithoutOurs(edges, record);
  const stock = retireDropIns(without, own);
  const base = withoutStock(without, stock);
  return { edges, own, version, record, model, starts, base, stock };
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
  const installed = paths.find((path) => edges.unsafeProgram(path, 'sshd') === undefined);
  return ownCommand(installed ?? paths[0] ?? RPM_COMMAND_PATH);
}

/**
 * The commands in the way, apart from what we wrote ourselves and from the stock package's. None
 * where the configuration is not understood: what was read of it then may be any part of it, and
 * nothing is decided from it.
 */
export function conflictsOf({ base, version, own, model }: WiringContext): readonly Conflict[] {
  return model.problems.length > 0 ? [] : findConflicts(hostStarts(readModel(base, version)), own);
}

/** Refuses to wire on a host where the wired command could not run, or cannot be judged. */
export function demandWirable(context: WiringContext): void {
  const { edges, own, model, starts } = context;
  const [start] = starts;
  const sshd = edges.unsafeProgram(sshdProgram(start), 'sshd');
  if (sshd !== undefined) throw new WiringRefusal('sshd-missing', sshd);
  const program = edges.unsafeProgram(own.path, 'sshd');
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
