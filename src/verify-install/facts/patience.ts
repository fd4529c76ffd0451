import { Fault } from '../../verdict/fault.ts';
import type { Metadata } from '../../imds/client.ts';

/** How often IMDS is asked before a check says that it does not answer. */
export const ATTEMPTS = 3;

/**
 * IMDS for the checks: a request that got no answer in time is made again. A login has no time for that, but a report
 * that is made on a busy host must tell one slow answer from a metadata service that is gone.
 */
export class PatientMetadata implements Metadata {
  readonly #open: () => Metadata;
  #client: Metadata | undefined;
  #late = 0;

  /** @param open makes a client with a session and a deadline of its own */
  constructor(open: () => Metadata) {
    this.#open = open;
  }

  /** How many requests got no answer in time so far. */
  get late(): number {
    return this.#late;
  }

  /**
   * Fetches a document as a login's client does.
   * @throws Fault as it does; IMDS_TIMEOUT and DEADLINE_EXCEEDED after as many attempts as `ATTEMPTS` says
   */
  async get(path: string, limit: number): Promise<Buffer | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const client = (this.#client ??= this.#open());
      try {
        return await client.get(path, limit);
      } catch (error) {
        if (!isLate(error)) throw error;
        this.#late += 1;
        // A client that failed to open its session will not try again.
        if (this.#client === client) this.#client = undefined;
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }
}

function isLate(error: unknown): boolean {
  return (
    error instanceof Fault && (error.code === 'IMDS_TIMEOUT' || error.code === 'DEADLINE_EXCEEDED')
  );
}
