/** What is tried, and what each answer has to be. Pure. */
import type { Random } from '../../test/fuzz/random.ts';
import type { CommandResult } from '../../test/rig/run.ts';

/** How sshd asks for keys: not at all, through the launcher (as installed), or the program without it. */
export const SSHDS = ['none', 'gate', 'program'] as const;
export type SshdName = (typeof SSHDS)[number];

/** The three kinds of login, a third each. */
export const KINDS = ['pushed', 'ordinary', 'refused'] as const;
/** A kind of login; a bot offers six keys that nobody knows, to a user with or without a pushed key. */
export type Kind = (typeof KINDS)[number] | 'bots' | 'bots-pushed';

/** How many keys a bot offers: as many as sshd lets a client try (MaxAuthTries). */
export const BOT_KEYS = 6;
/** sshd runs the command for the offered key, and again for the signature. */
const RUNS = 2;

/**
 * The kinds of so many logins, a third each, in an order of chance.
 * @param sshd without a command a pushed key would mean nothing: those logins are ordinary ones there
 */
export function mixedKinds(count: number, sshd: SshdName, random: Random): readonly Kind[] {
  const kinds = Array.from({ length: count }, (_, index): Kind => {
    const kind = KINDS[index % KINDS.length] ?? 'refused';
    return sshd === 'none' && kind === 'pushed' ? 'ordinary' : kind;
  });
  return shuffle(kinds, random);
}

/** The same values in an order of chance (Fisher and Yates). */
export function shuffle<T>(values: readonly T[], random: Random): readonly T[] {
  const mixed = [...values];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
}

const REFUSAL = /Permission denied \(publickey\)|Too many authentication failures/;

/**
 * Judges how a login ended, whose command is `id -un`.
 * @returns what was wrong, in a line; undefined where the answer was right
 */
export function judge(kind: Kind, user: string, result: CommandResult): string | undefined {
  const { status, signal, stdout, stderr } = result;
  const letIn = kind === 'pushed' || kind === 'ordinary';
  const right = letIn
    ? status === 0 && stdout === `${user}\n`
    : status === 255 && stdout === '' && REFUSAL.test(stderr);
  if (right) return undefined;
  const found = `status ${status ?? signal ?? '?'}, ${JSON.stringify(stdout + stderr)}`;
  return `${kind}, ${user}: expected to be ${letIn ? 'let in' : 'refused'}, found ${found}`;
}

/** As much of a line of the log as is looked at. */
export interface LogLine {
  readonly event: string;
  readonly user?: string | undefined;
  readonly fingerprint?: string | undefined;
}

const FAILURES = ['fault', 'bug', 'usage', 'signer-refused'];

/**
 * Compares the log with who was let in.
 * @param accepted the user of each pushed key with which somebody was let in, by its fingerprint
 * @returns what was wrong, a line each
 */
export function judgeLog(
  accepted: ReadonlyMap<string, string>,
  lines: readonly LogLine[],
): readonly string[] {
  const wrong: string[] = [];
  const times = new Map<string, number>();
  for (const { event, user, fingerprint = '' } of lines) {
    if (FAILURES.includes(event)) wrong.push(`log: ${event} for ${user ?? '?'}`);
    if (event !== 'key-accepted') continue;
    if (accepted.get(fingerprint) === user) {
      times.set(fingerprint, (times.get(fingerprint) ?? 0) + 1);
    } else {
      wrong.push(`log: ${fingerprint} accepted for ${user ?? '?'}, who was not let in with it`);
    }
  }
  for (const [fingerprint, user] of accepted) {
    const found = times.get(fingerprint) ?? 0;
    if (found === RUNS) continue;
    wrong.push(`log: expected ${fingerprint} of ${user} ${RUNS} times, found it ${found} times`);
  }
  return wrong;
}
