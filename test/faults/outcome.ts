/** What comes of one call of the AuthorizedKeysCommand, and whether that is what is documented. */
import type { FaultCode } from '../../src/verdict/fault.ts';
import type { KeyReason, SignerReason } from '../../src/verdict/reasons.ts';

/** docs/reference.md, "Exit status", and docs/reasons.md. */
export type Outcome =
  /** The key's line, exit status 0, one `key-accepted` in the log. */
  | 'key'
  /** The same where there is no log. */
  | 'key, no log'
  /** The same where nobody reads standard output. */
  | 'key, unread'
  /** The whole line, and then an end by a signal: sshd throws the line away. */
  | 'key, void'
  /** Nothing printed, exit status 0, nothing in the log. */
  | 'nothing'
  /** Nothing printed, exit status 1, a `fault` with this code. */
  | FaultCode
  /** Nothing printed, exit status 1, `signer-refused` with this reason. */
  | SignerReason
  /** Nothing printed, exit status 0, `key-refused` with this reason. */
  | KeyReason
  /** Nothing printed, nothing in the log, and an end by a signal or a status that says "could not run". */
  | 'ended';

/** What was seen of a call. */
export interface Seen {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly milliseconds: number;
  /** Processes, sockets and files that were there afterwards and not before. */
  readonly left: readonly string[];
}

/** A call is promised to end after 5 s; starting and ending processes is the rest. */
export const MOST_MS = 5500;

/**
 * The name of what was seen; where it has none, what it was, in brackets.
 * @param line the line of the one key that may be printed
 */
export function nameOutcome(seen: Seen, line: string): Outcome | `[${string}]` {
  const { status, signal, stdout, events } = seen;
  const [first] = events;
  const fault = events.find(({ event }) => event === 'fault');
  const kind = events.length === 0 ? 'none' : first?.['event'];
  if (stdout === line && status === 0 && kind === 'key-accepted') return 'key';
  if (stdout === line && status === 0 && kind === 'none') return 'key, no log';
  if (stdout === line && signal !== null) return 'key, void';
  if (stdout === '' && status === 0 && kind === 'key-accepted') return 'key, unread';
  if (stdout === '' && status === 0 && kind === 'none') return 'nothing';
  if (stdout === '' && status !== 0 && kind === 'none') return 'ended';
  if (stdout === '' && status === 1 && fault !== undefined) return fault['code'] as FaultCode;
  if (stdout === '' && status === 1 && kind === 'signer-refused') {
    return first?.['reason'] as SignerReason;
  }
  if (stdout === '' && status === 0 && kind === 'key-refused')
    return first?.['reason'] as KeyReason;
  const logged = events.map((event) => String(event['code'] ?? event['reason'] ?? event['event']));
  const end = signal ?? `status ${status ?? '?'}`;
  return `[${end}, ${stdout.length} bytes, log: ${logged.join(' ') || 'nothing'}]`;
}

/**
 * What was found wrong with a call; empty where it is as documented.
 * @param within milliseconds
 */
export function judge(
  seen: Seen,
  line: string,
  expected: readonly Outcome[],
  within: number = MOST_MS,
): readonly string[] {
  const name = nameOutcome(seen, line);
  const isExpected = (expected as readonly string[]).includes(name);
  return [
    ...(isExpected ? [] : [`expected ${expected.join(' or ')}, got ${name}`]),
    ...(seen.milliseconds <= within ? [] : [`took ${Math.round(seen.milliseconds)} ms`]),
    ...seen.left.map((what) => `left behind: ${what}`),
  ];
}
