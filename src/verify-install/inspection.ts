import type { InstallEdges } from './edges.ts';

/** What the person has asked for. */
export interface InspectionOptions {
  /** The login user in question; without, the one who is most likely meant. */
  readonly user?: string | undefined;
  /** Leave out what needs IMDS. */
  readonly offline: boolean;
  /** How far back the log is read, in seconds; an hour without. */
  readonly since?: number | undefined;
}

/**
 * One run over one host: the edges, the question, and what has been found so far. Several checks
 * ask for the same fact; each is gathered once, on first use.
 */
export class Inspection {
  readonly edges: InstallEdges;
  readonly options: InspectionOptions;
  readonly #known = new Map<(on: Inspection) => unknown, unknown>();

  constructor(edges: InstallEdges, options: InspectionOptions) {
    this.edges = edges;
    this.options = options;
  }

  /** Whether this process may look at everything and become somebody else. */
  get isRoot(): boolean {
    return this.edges.uid === 0;
  }

  /**
   * Gathers a fact, or gives what the first gathering gave, its rejection included.
   * @param gather a named function of a module; it is the fact's key
   */
  fact<T>(gather: (on: Inspection) => T): T {
    if (!this.#known.has(gather)) this.#known.set(gather, gather(this));
    return this.#known.get(gather) as T;
  }
}
