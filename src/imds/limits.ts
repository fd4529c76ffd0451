/** How much of each document is read, in bytes, and how long all of it may take. One table for all. */
export const BODY_LIMITS = {
  token: 1024,
  /** `instance-id`, `placement/…`, `services/domain`. */
  word: 256,
  /** Some 700 RSA-4096 keys, pushed within one minute. */
  keys: 1_048_576,
  chain: 65_536,
  stapleNames: 4096,
  staple: 16_384,
  /** The page that comes with 404 and the like; read and dropped. */
  error: 8192,
} as const;

/** The whole run, from the start of the process. */
export const DEADLINE_MS = 5000;
/** One request, from its start to the last byte of its body. */
export const REQUEST_MS = 1000;
/** The pause before the one retry that 503, 429 and a reset connection get. */
export const RETRY_PAUSE_MS = 100;
/** How long the session token lives: as long as a run, and a little more. */
export const TOKEN_SECONDS = 10;
/** IMDS limits simultaneous connections; five documents and a staple are the most asked at once. */
export const MAX_CONNECTIONS = 6;
