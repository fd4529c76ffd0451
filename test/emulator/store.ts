/** A key that somebody pushed for a user of an instance. */
export interface PushedKey {
  readonly instanceId: string;
  readonly osUser: string;
  /** One line, `type base64 [comment]`. */
  readonly publicKey: string;
  /** Unix seconds. */
  readonly pushedAt: number;
  /** ARN of the principal. */
  readonly caller: string;
  readonly requestId: string;
}

/** How long the service lets a pushed key live, in seconds. */
export const KEY_LIFE = 60;

/**
 * The state that joins the API to the metadata service: pushed keys with their 60-second life, and
 * IMDSv2 tokens. It has no clock: every question says what time it is (Unix seconds).
 */
export class Store {
  #keys: PushedKey[] = [];
  readonly #tokens = new Map<string, number>();

  /** Remembers a pushed key. */
  push(key: PushedKey): void {
    this.#keys.push(key);
  }

  /** Forgets every pushed key. */
  clearKeys(): void {
    this.#keys = [];
  }

  /** The keys of one user of one instance that are still alive at `now`, oldest first. */
  activeKeys(instanceId: string, osUser: string, now: number): readonly PushedKey[] {
    return this.#alive(instanceId, now).filter((key) => key.osUser === osUser);
  }

  /** The users of one instance for whom a key is alive at `now`. */
  activeUsers(instanceId: string, now: number): readonly string[] {
    return [...new Set(this.#alive(instanceId, now).map((key) => key.osUser))];
  }

  /** Remembers a session token until `now + ttl` seconds. */
  addToken(token: string, ttl: number, now: number): void {
    for (const [old, expiry] of this.#tokens) if (expiry <= now) this.#tokens.delete(old);
    this.#tokens.set(token, now + ttl);
  }

  /** Whether a session token was issued and is still alive at `now`. */
  tokenIsValid(token: string, now: number): boolean {
    return (this.#tokens.get(token) ?? 0) > now;
  }

  #alive(instanceId: string, now: number): readonly PushedKey[] {
    this.#keys = this.#keys.filter((key) => key.pushedAt + KEY_LIFE > now);
    return this.#keys.filter((key) => key.instanceId === instanceId);
  }
}
