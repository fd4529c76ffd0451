import { readdirSync } from 'node:fs';
import type { PathFacts } from '../system/path-safety.ts';
import { HELPERS_DIRECTORY } from './names.ts';

/** Whose keys are asked for, as sshd asked us. */
export interface HelperRequest {
  readonly user: string;
  /** As sshd gave it (`SHA256:…` or `MD5:…`); absent where sshd's line has no `%f`. */
  readonly fingerprint?: string | undefined;
}

/** What can go wrong with a helper, or all of them; they lose their lines and nothing else happens. */
export type HelperEventCode =
  | 'chain-broken'
  | 'directory-unreadable'
  | 'directory-unsafe'
  | 'too-many-helpers'
  | 'helper-unreadable'
  | 'helper-unsafe'
  | 'helper-not-executable'
  | 'arguments-invalid'
  | 'helper-cannot-start'
  | 'helper-failed'
  | 'helper-timeout'
  | 'helper-output-too-large'
  | 'helper-lines-dropped'
  | 'helper-left-open';

/** One thing for the log: which helper (its path, or the folder's), and what happened. */
export interface HelperEvent {
  readonly code: HelperEventCode;
  readonly helper: string;
  /** Lower case, expected then found; may quote a file's content. */
  readonly detail: string;
}

/** What the helpers gave: whole lines without line breaks, in the order of the helpers' names. */
export interface HelpersResult {
  readonly lines: readonly Buffer[];
  readonly events: readonly HelperEvent[];
}

/** What the helpers need from the host. */
export interface HelperEdges {
  readonly directory: string;
  /** Every name in a folder; throws an error with a `code` as node:fs does. */
  readonly list: (directory: string) => readonly string[];
  /** The entry itself, then each folder above its real path (unsafeReason judges it); throws. */
  readonly way: (path: string) => readonly PathFacts[];
  /** A text file of at most `limit` bytes, or undefined where there is none; throws. */
  readonly text: (path: string, limit: number) => string | undefined;
}

const NOTHING: HelpersResult = { lines: [], events: [] };

/**
 * Runs the administrator's helpers and collects their lines.
 *
 * Where there is no folder this is one failed directory read and loads no other module. Helpers run
 * side by side, as the caller's user, with sshd's environment and no stdin; each is killed with its
 * whole process group at the deadline. Never throws for what a helper does or the folder holds.
 *
 * @param edges the host; `hostEdges` in run.ts has the real ones
 * @param request whose keys are asked for
 * @param deadlineMs how long all of this may take, in milliseconds from now
 */
export async function runHelpers(
  edges: Partial<HelperEdges>,
  request: HelperRequest,
  deadlineMs: number,
): Promise<HelpersResult> {
  const directory = edges.directory ?? HELPERS_DIRECTORY;
  let names: readonly string[];
  try {
    names = (edges.list ?? readdirSync)(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT') return NOTHING;
    return {
      lines: [],
      events: [{ code: 'directory-unreadable', helper: directory, detail: code }],
    };
  }
  if (names.length === 0) return NOTHING;
  const { hostEdges, runHelpers } = await import('./run.ts');
  return runHelpers({ ...hostEdges(), ...edges, directory }, names, request, deadlineMs);
}
