import type { Conflict, ConflictReason } from './plan/conflicts.ts';
import type { AdoptionReason } from './plan/adoption.ts';
import type { TokenGap } from './plan/lacking-tokens.ts';
import type { WiringKind } from './plan/record.ts';

/** Why a command did not do what it was asked for; nothing is changed then. */
export type WiringReason =
  | ConflictReason
  | AdoptionReason
  | 'not-root'
  | 'busy'
  | 'lock-unavailable'
  | 'journal-unreadable'
  | 'record-unreadable'
  | 'sshd-missing'
  | 'program-missing'
  | 'command-user-missing'
  | 'configuration-not-understood'
  | 'configuration-invalid'
  | 'no-wiring-works'
  | 'path-taken'
  | 'folder-unsafe'
  | 'configuration-rejected'
  | 'not-effective'
  | 'commands-differ'
  | 'helper-unsafe'
  | 'helper-needs-its-user'
  | 'try-key-unreadable'
  | 'try-user-unknown'
  | 'edited-since'
  | 'restart-first'
  | 'restart-needed'
  | 'still-set'
  | 'switched-off'
  | 'sshd-not-configured'
  | 'cannot-write'
  | 'reload-failed';

/** What happened to the sshd of one unit; `unit` is absent where an init script started it. */
export interface Activation {
  readonly unit?: string;
  /**
   * `reloaded`: it has the new configuration. `next-connection`: a socket starts it anew for the
   * next connection. `not-running`: it will have it when it starts. `restart-needed`: it was started
   * with another command line, which only a restart changes. `restarted`: it has been, as asked for.
   * `reload-failed`: see `words`.
   */
  readonly state:
    | 'reloaded'
    | 'next-connection'
    | 'not-running'
    | 'restart-needed'
    | 'restarted'
    | 'reload-failed';
  readonly words?: string;
}

/** The failure of a command that has done its part, where an sshd did not take it; undefined where all did. */
export function reloadFailure(
  activations: readonly Activation[],
): Pick<WiringResult, 'outcome' | 'reason' | 'detail'> | undefined {
  const failed = activations.find(({ state }) => state === 'reload-failed');
  if (failed === undefined) return undefined;
  return { outcome: 'failed', reason: 'reload-failed', detail: failed.words ?? '' };
}

/** A path that was, or with --dry-run would be, changed. */
export interface PathChange {
  readonly path: string;
  readonly type: 'file' | 'link' | 'directory';
  readonly action: 'create' | 'change' | 'remove';
  /** A unified diff, or one line for a folder or a link. */
  readonly diff: string;
}

/** What a command that changes the wiring did. */
export interface WiringResult {
  readonly command: 'enable' | 'disable' | 'adopt';
  /**
   * `done`; `unchanged`: it was as asked for; `left-alone`: package scripts are told to keep off;
   * `refused`: nothing was changed; `failed`: not everything could be done, `reason` says what.
   */
  readonly outcome: 'done' | 'unchanged' | 'left-alone' | 'refused' | 'failed';
  readonly exitCode: 0 | 1;
  readonly dryRun: boolean;
  readonly reason?: WiringReason;
  /** What was expected and what was found; sshd's own words where it is sshd that refuses. */
  readonly detail?: string;
  readonly conflicts: readonly Conflict[];
  readonly kinds: readonly WiringKind[];
  readonly changes: readonly PathChange[];
  readonly activations: readonly Activation[];
  /**
   * Where nothing was to be written: what changed, for certain or perhaps, after the running sshd had
   * read it. `activations` says how it was told; with --dry-run it was not.
   */
  readonly readBefore: readonly string[];
  /** Paths that were edited since they were written; they are left as they are. */
  readonly leftAlone: readonly string[];
  /** Files of the stock package's wiring that stay in force where a command is refused. */
  readonly stillInForce: readonly string[];
  /** What helpers ask for and the wired line does not pass, or would not; not for disable. */
  readonly tokenGaps: readonly TokenGap[];
  /** Whether an interrupted run was taken back first. */
  readonly recovered: boolean;
}

/**
 * Ends a wiring command from wherever it is, inside a transaction or its lock, which have to be left
 * in order; `runCommand` in context.ts catches it, and returns the refusal. It is no refusal of the
 * decision's kind: those are values.
 */
export class WiringRefusal extends Error {
  readonly reason: WiringReason;
  readonly conflicts: readonly Conflict[];

  /** Ends a command: why, in detail, and which statements are in the way, if any. */
  constructor(reason: WiringReason, detail: string, conflicts: readonly Conflict[] = []) {
    super(detail);
    this.name = 'WiringRefusal';
    this.reason = reason;
    this.conflicts = conflicts;
  }
}
