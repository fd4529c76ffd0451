/** One phase of the load: so many logins, so many in parallel, measured and judged. */
import { run as runCommand } from '../../test/rig/run.ts';
import type { Attempt, Instance } from './instance.ts';
import { judge, judgeLog, type Kind, type LogLine } from './plan.ts';
import { anonymousMemory, cpuSeconds, processesIn, waitFor } from './processes.ts';
import type { Progress } from './progress.ts';

/** Where the logins are made, who is told of them, and what ends them early. */
export interface Run {
  readonly instance: Instance;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What a phase gave. */
export interface Outcome {
  readonly logins: number;
  /** Seconds that each login took, from the start of ssh to its end. */
  readonly wall: ReadonlyMap<Kind, readonly number[]>;
  /** Pushed keys with which somebody was let in. */
  readonly accepted: number;
  /** What was wrong, a line each. */
  readonly wrong: readonly string[];
  /** CPU seconds of sshd and everything it started. */
  readonly cpu: number;
  /** The most anonymous memory that sshd and everything it started had at a time, in KiB. */
  readonly memory: number;
  readonly requests: number;
}

/** More than the slowest answer takes; a login that takes longer is ended and wrong. */
const TIMEOUT_MS = 150_000;
const KEYS_IN_PARALLEL = 4;

/**
 * Makes these logins, in this order, so many in parallel, and judges each answer and the log.
 * @throws the signal's reason when it ends the phase early
 */
export async function runPhase(
  run: Run,
  kinds: readonly Kind[],
  parallel: number,
): Promise<Outcome> {
  const { instance, signal } = run;
  const { rig } = instance;
  const prepare = (kind: Kind): Promise<Attempt> => instance.prepare(kind);
  const attempts = await inParallel(kinds, KEYS_IN_PARALLEL, signal, prepare);
  if (kinds.includes('bots-pushed')) await instance.pushForTarget();
  await rig.journal.entries();
  rig.journal.clear();
  await rig.emulator.resetCounters();
  const quiet = processesIn(rig.namespace).length;
  const cpu = cpuSeconds(instance.listener);
  const watched = watchMemory(instance.listener);
  const ended = await inParallel(attempts, parallel, signal, (attempt) => logIn(run, attempt));
  const memory = watched();
  const wrong = ended.flatMap((each) => each.wrong ?? []);
  if (!(await waitFor(() => processesIn(rig.namespace).length <= quiet))) {
    wrong.push(`${processesIn(rig.namespace).length - quiet} processes remain after the logins`);
  }
  const accepted = acceptedKeys(ended);
  wrong.push(...judgeLog(accepted, await readLog(instance)));
  instance.forget(attempts);
  return {
    logins: kinds.length,
    wall: wallTimes(ended),
    accepted: accepted.size,
    wrong,
    cpu: cpuSeconds(instance.listener) - cpu,
    memory,
    requests: (await rig.emulator.counters()).imds.requests,
  };
}

interface Ended {
  readonly attempt: Attempt;
  readonly seconds: number;
  readonly wrong: string | undefined;
}

async function logIn({ instance, progress, signal }: Run, attempt: Attempt): Promise<Ended> {
  const { rig } = instance;
  await instance.push(attempt);
  const command = rig.namespace.command(rig.loginCommand(attempt.user, attempt.keys));
  const start = performance.now();
  const result = await runCommand(command, { timeout: TIMEOUT_MS });
  const seconds = (performance.now() - start) / 1000;
  signal.throwIfAborted();
  progress.step();
  return { attempt, seconds, wrong: judge(attempt.kind, attempt.user, result) };
}

function wallTimes(ended: readonly Ended[]): Outcome['wall'] {
  const groups = Map.groupBy(ended, ({ attempt }) => attempt.kind);
  return new Map(Array.from(groups, ([kind, all]) => [kind, all.map(({ seconds }) => seconds)]));
}

/** The user of each pushed key with which somebody was let in, by its fingerprint. */
function acceptedKeys(ended: readonly Ended[]): ReadonlyMap<string, string> {
  const pushed = ended.filter(({ attempt, wrong }) => attempt.kind === 'pushed' && !wrong);
  return new Map(pushed.map(({ attempt }) => [attempt.keys[0]?.fingerprint ?? '', attempt.user]));
}

async function readLog({ rig }: Instance): Promise<readonly LogLine[]> {
  const entries = await rig.audit();
  rig.journal.clear();
  return entries.map(({ message }) => JSON.parse(message) as LogLine);
}

/** Looks at sshd's memory until the returned function is called, which gives the most that was found, in KiB. */
function watchMemory(listener: number): () => number {
  let most = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const start = performance.now();
    most = Math.max(most, anonymousMemory(listener));
    // Looking takes CPU time that the logins want: a twentieth at most.
    timer = setTimeout(look, Math.max(20, 20 * (performance.now() - start))).unref();
  };
  look();
  return () => {
    clearTimeout(timer);
    return most;
  };
}

/** Does something with each value, so many in parallel, begun in their order, until the signal comes. */
async function inParallel<T, R>(
  values: readonly T[],
  parallel: number,
  signal: AbortSignal,
  work: (value: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = values.entries();
  const worker = async (): Promise<void> => {
    for (const [index, value] of waiting) {
      signal.throwIfAborted();
      results[index] = await work(value);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}
