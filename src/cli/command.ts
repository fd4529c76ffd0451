import type { Edges } from '../edges.ts';

/** What every command of a person gets. */
export interface Person {
  readonly edges: Edges;
  /** Hands the command's exit code to the program. */
  readonly finish: (exitCode: number) => void;
}

/** The call itself is wrong; the message names what, lower case, and is shown as it is. */
export class UsageError extends Error {}
