import type { HelperRequest, HelpersResult } from '../helpers/result.ts';
import { HELPERS_DIRECTORY } from '../helpers/names.ts';
import type { Machine } from '../host/machine.ts';
import type { TrustStore } from '../host/trust-store.ts';
import type { Deadline, Metadata } from '../imds/client.ts';
import { DEADLINE_MS } from '../imds/limits.ts';
import {
  bugEvent,
  explainedEvent,
  faultEvent,
  helperEvent,
  questionEvent,
  usageEvent,
  type AuditEvent,
} from '../log/events.ts';
import { toSyslogLines } from '../log/logger.ts';
import { printable } from '../log/printable.ts';
import type { SyslogLine } from '../log/syslog.ts';
import type { Fingerprint } from '../ssh/fingerprint.ts';
import { parseLoginCall } from '../ssh/login-call.ts';
import type { Answer } from '../verdict/answers.ts';
import { EXIT_BUG, EXIT_USAGE } from '../verdict/exit-codes.ts';
import { Fault } from '../verdict/fault.ts';
import { answerLogin, type LoginEdges, type Outcome } from './answer.ts';
import { conclusion, type Standing } from './conclusion.ts';
import type { Run } from './run.ts';

/** The world, as far as one run of the AuthorizedKeysCommand needs it; `edges.ts` makes the real one. */
export interface RunEdges {
  readonly run: Run;
  /** Unix seconds. */
  readonly now: () => number;
  /** The time that this run has, counted from the start of the process. */
  readonly startDeadline: () => Deadline;
  readonly machine: () => Machine | undefined;
  readonly imds: (deadline: Deadline) => Metadata;
  readonly trustStore: () => TrustStore;
  /** The administrator's helpers, and how long they may take, in milliseconds. */
  readonly runHelpers: (request: HelperRequest, deadlineMs: number) => Promise<HelpersResult>;
  readonly writeSyslog: (lines: readonly SyslogLine[]) => Promise<unknown>;
  /** Whether the administrator wants a line for every question; never throws. */
  readonly isDebugging: () => boolean;
}

interface Ending {
  readonly stdout: string | Buffer;
  readonly exitCode: number;
  readonly events: readonly AuditEvent[];
  readonly answer: Answer;
}

/** How a person sees the run; sshd's path has none of it. */
export interface LoginOptions {
  readonly explain?: ((step: string) => void) | undefined;
  /** What this program's word counts for the user with sshd; asked for the last sentence. */
  readonly standing?: ((user: string) => Promise<Standing>) | undefined;
}

/**
 * One run of the AuthorizedKeysCommand, from its arguments to its exit code: decides, prints the keys
 * in one write, and writes the audit trail. Never throws.
 * @param args `<user> [<fingerprint>] [<token> ...]`, see parseLoginCall
 * @returns the exit code: 0, 1 (signer refused or fault), 2 (usage) or 70 (bug)
 */
export async function runLogin(
  args: readonly string[],
  edges: RunEdges,
  options: LoginOptions = {},
): Promise<number> {
  const deadline = edges.startDeadline();
  const ending = await concludeLogin(args, edges, deadline, options);
  const { stdout, exitCode, events } = ending;
  const { explain } = options;
  if (explain !== undefined) {
    const [user = ''] = args;
    const standing = ending.answer === 'usage' ? undefined : await options.standing?.(user);
    explain(conclusion(user, linesIn(stdout), exitCode, standing));
  }
  const delivery = record(
    edges,
    explain ? events.map(explainedEvent) : [...events, ...trace(args, ending, edges, deadline)],
  );
  const unprinted = print(edges.run, stdout, exitCode);
  await delivery;
  if (unprinted === undefined) return exitCode;
  await record(edges, [faultEvent(unprinted, args[0] ?? '')]);
  return 1;
}

/** The line that every question has while the debug switch is on, also where the answer is nothing. */
function trace(
  args: readonly string[],
  { stdout, exitCode, answer }: Ending,
  edges: RunEdges,
  deadline: Deadline,
): readonly AuditEvent[] {
  if (!edges.isDebugging()) return [];
  const [user = '', fingerprint] = args;
  const milliseconds = Math.round(DEADLINE_MS - deadline.remaining());
  const keys = linesIn(stdout);
  return [questionEvent({ user, fingerprint, answer, keys, exitCode, milliseconds })];
}

function linesIn(text: string | Buffer): number {
  return text.toString().split('\n').length - 1;
}

/** @returns the fault where the lines could not be written */
function print(run: Run, lines: string | Buffer, exitCode: number): Fault | undefined {
  try {
    run.print(lines, exitCode);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

async function concludeLogin(
  args: readonly string[],
  edges: RunEdges,
  deadline: Deadline,
  options: LoginOptions,
): Promise<Ending> {
  const call = parseLoginCall(args);
  if (!call.ok) return usage(call.detail, edges, options);
  const { user, fingerprint, further } = call.value;
  const request = { user, fingerprint: fingerprint?.text, further };
  const helpers = edges.runHelpers(request, deadline.remaining()).catch(withoutHelpers);
  const world = { ...edges, imds: () => edges.imds(deadline), explain: options.explain };
  const own = await settle(user, fingerprint, deadline, world);
  const given = await helpers;
  for (const { helper, lines } of given.sources ?? []) {
    options.explain?.(`the helper ${helper} gave ${lines} ${lines === 1 ? 'line' : 'lines'}`);
  }
  const ending = addHelpers(own, given);
  for (const { event, message, fields } of ending.events) {
    options.explain?.(`${event}: ${message} ${JSON.stringify(fields)}`);
  }
  return ending;
}

async function settle(
  user: string,
  fingerprint: Fingerprint | undefined,
  deadline: Deadline,
  world: LoginEdges,
): Promise<Ending> {
  try {
    return await withDeadline(answerLogin(world, user, fingerprint), deadline);
  } catch (error) {
    if (error instanceof Fault) {
      return { stdout: '', exitCode: 1, events: [faultEvent(error, user)], answer: 'fault' };
    }
    return { stdout: '', exitCode: EXIT_BUG, events: [bugEvent(error)], answer: 'bug' };
  }
}

/** An error of ours with the helpers is never the end of our own keys: no lines, and one event. */
function withoutHelpers(error: unknown): HelpersResult {
  const detail = String(error);
  return { lines: [], events: [{ code: 'chain-broken', helper: HELPERS_DIRECTORY, detail }] };
}

/**
 * Adds what the administrator's helpers gave. Where they gave lines the exit code is 0 whatever became
 * of our own decision, for sshd throws the whole output away otherwise.
 */
function addHelpers(own: Ending, { lines, events }: HelpersResult): Ending {
  if (lines.length === 0 && events.length === 0) return own;
  const theirs = lines.flatMap((line) => [line, Buffer.from('\n')]);
  return {
    ...own,
    stdout: Buffer.concat([Buffer.from(own.stdout), ...theirs]),
    exitCode: lines.length > 0 ? 0 : own.exitCode,
    events: [...own.events, ...events.map(helperEvent)],
  };
}

function usage(problem: string, edges: RunEdges, options: LoginOptions): Ending {
  const event = usageEvent(problem);
  // For a person who calls by hand: sshd discards standard error.
  const help = options.explain ? '' : 'see "ec2-instance-connect authorized-keys --help"\n';
  edges.run.write(2, `ec2-instance-connect: ${printable(problem)}\n${help}`);
  options.explain?.('nothing was decided');
  return { stdout: '', exitCode: EXIT_USAGE, events: [event], answer: 'usage' };
}

/**
 * The requests keep the deadline themselves; this is for whatever else might hang, or take its time:
 * no timer strikes while the decision computes. A quiet no is no decision, and never too late.
 */
async function withDeadline(work: Promise<Outcome>, deadline: Deadline): Promise<Outcome> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => {
      reject(tooLate());
    },
    Math.max(0, deadline.remaining()),
  );
  try {
    const outcome = await Promise.race([work, promise]);
    if (outcome.events.length > 0 && deadline.remaining() <= 0) throw tooLate();
    return outcome;
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(): Fault {
  return new Fault('DEADLINE_EXCEEDED', `no decision within ${DEADLINE_MS} ms`);
}

/**
 * The end of a run that met an error of ours outside of every other net: logged with its stack, and
 * nothing more on stdout, for the run may still be going on.
 * @returns exit code 70; what was decided where the keys are out already, for sshd would throw them
 * away otherwise
 */
export async function endWithBug(
  error: unknown,
  edges: Pick<RunEdges, 'run' | 'writeSyslog'>,
): Promise<number> {
  const { run } = edges;
  run.break();
  run.write(2, `ec2-instance-connect: ${String(error)}\n`);
  await record(edges, [bugEvent(error, run.printedWith !== undefined)]);
  return run.printedWith ?? EXIT_BUG;
}

/** Writes the audit trail; whatever fails in it is nobody's login.  */
async function record(
  edges: Pick<RunEdges, 'writeSyslog'>,
  events: readonly AuditEvent[],
): Promise<void> {
  if (!events.some(({ level }) => level !== 'debug')) return;
  try {
    await edges.writeSyslog(toSyslogLines(events));
  } catch {
    // There is no place left to say it.
  }
}
