/** What came to one service since the last reset. */
export interface ServiceCounters {
  readonly requests: number;
  /** Connections on which at least one of these requests came. */
  readonly connections: number;
  readonly maxConcurrentRequests: number;
  readonly maxConcurrentConnections: number;
  /** By `METHOD path`. */
  readonly paths: Readonly<
    Record<string, { readonly requests: number; readonly connections: number }>
  >;
}

/** Counts requests and connections of one service. A connection is any object that stays the same. */
export class RequestCounter {
  #requests = 0;
  #connections = new Set<object>();
  #open = 0;
  #openMost = 0;
  #active = 0;
  #activeMost = 0;
  #paths = new Map<string, { requests: number; connections: Set<object> }>();

  /** A connection was accepted. */
  opened(): void {
    this.#open += 1;
    this.#openMost = Math.max(this.#openMost, this.#open);
  }

  /** A connection ended. */
  closed(): void {
    this.#open -= 1;
  }

  /** A request came on a connection. */
  began(connection: object, method: string, path: string): void {
    const name = `${method} ${path}`;
    const entry = this.#paths.get(name) ?? { requests: 0, connections: new Set<object>() };
    this.#paths.set(name, entry);
    entry.requests += 1;
    entry.connections.add(connection);
    this.#requests += 1;
    this.#connections.add(connection);
    this.#active += 1;
    this.#activeMost = Math.max(this.#activeMost, this.#active);
  }

  /** A request was answered, or its connection ended. */
  ended(): void {
    this.#active -= 1;
  }

  /** Starts again from nothing; what is open or under way now still counts as such. */
  reset(): void {
    this.#requests = 0;
    this.#connections = new Set();
    this.#openMost = this.#open;
    this.#activeMost = this.#active;
    this.#paths = new Map();
  }

  /** The figures now. */
  snapshot(): ServiceCounters {
    const paths = [...this.#paths].map(([name, { requests, connections }]) => {
      return [name, { requests, connections: connections.size }] as const;
    });
    return {
      requests: this.#requests,
      connections: this.#connections.size,
      maxConcurrentRequests: this.#activeMost,
      maxConcurrentConnections: this.#openMost,
      paths: Object.fromEntries(paths),
    };
  }
}
