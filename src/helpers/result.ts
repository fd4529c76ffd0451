import type { TokenValues } from '../ssh/command-tokens.ts';
import type { PathFacts } from '../system/path-safety.ts';

/** Whose keys are asked for, as sshd asked us. */
export interface HelperRequest {
  readonly user: string;
  /** As sshd gave it (`SHA256:…` or `MD5:…`); absent where sshd's line has no `%f`. */
  readonly fingerprint?: string | undefined;
  /** What else sshd's line hands over (`k=%k` ...), for those helpers whose arguments ask for it. */
  readonly further?: TokenValues;
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
  /** Which helper, by its path, gave how many of the lines; those that gave none are left out. */
  readonly sources?: readonly { readonly helper: string; readonly lines: number }[];
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
