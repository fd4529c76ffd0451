import { runHelpers } from '../helpers/helpers.ts';
import type { HelpersResult } from '../helpers/result.ts';
import { HELPERS_DIRECTORY } from '../helpers/names.ts';
import { Fault } from '../verdict/fault.ts';
import { identifyMachine } from '../host/machine.ts';
import { readTrustStore } from '../host/trust-store.ts';
import { ImdsClient, type Deadline } from '../imds/client.ts';
import { DEADLINE_MS } from '../imds/limits.ts';
import {
  bugEvent,
  explainedEvent,
  faultEvent,
  helperEvent,
  usageEvent,
  type AuditEvent,
} from '../log/events.ts';
import { toSyslogLines } from '../log/logger.ts';
import { writeSyslog } from '../log/syslog.ts';
import { parseFingerprint, type Fingerprint } from '../ssh/fingerprint.ts';
import { answerLogin, type LoginEdges, type Outcome } from './answer.ts';
import { startDeadline } from './deadline.ts';
import { EXIT_BUG, EXIT_USAGE } from '../verdict/exit-codes.ts';
import { writeOut } from './output.ts';

interface Ending {
  readonly stdout: string | Buffer;
  readonly exitCode: number;
  readonly events: readonly AuditEvent[];
}

/** How a person sees the run; sshd's path has none of it. */
export interface LoginOptions {
  readonly explain?: ((step: string) => void) | undefined;
}

/**
 * One run of the AuthorizedKeysCommand, from its arguments to its exit code: decides, prints the keys
 * in one write, and writes the audit trail. Never throws.
 * @param args `<user> [<fingerprint>]`
 * @returns the exit code: 0, 1 (signer refused or fault), 2 (usage) or 70 (bug)
 */
export async function runLogin(
  args: readonly string[],
  options: LoginOptions = {},
): Promise<number> {
  const { stdout, exitCode, events } = await concludeLogin(args, options);
  const delivery = record(options.explain ? events.map(explainedEvent) : events);
  writeOut(1, stdout);
  // From here on sshd has the keys, and an error in the logging is too late to take them back.
  if (stdout.length > 0) process.exitCode ??= exitCode;
  await delivery;
  return exitCode;
}

async function concludeLogin(args: readonly string[], options: LoginOptions): Promise<Ending> {
  const [user, text] = args;
  if (user === undefined || args.length > 2) {
    return usage(`expected <user> [<fingerprint>], got ${args.length} arguments`, options);
  }
  const fingerprint = text === undefined ? undefined : parseFingerprint(text);
  if (text !== undefined && fingerprint === undefined) {
    return usage(`expected a fingerprint as "SHA256:..." or "MD5:...", got "${text}"`, options);
  }
  const deadline = startDeadline();
  const request = { user, fingerprint: text };
  const chain = runHelpers({}, request, deadline.remaining()).catch(withoutHelpers);
  const own = await settle(user, fingerprint, deadline, options);
  const ending = addHelpers(own, await chain);
  for (const { event, message, fields } of ending.events) {
    options.explain?.(`${event}: ${message} ${JSON.stringify(fields)}`);
  }
  return ending;
}

async function settle(
  user: string,
  fingerprint: Fingerprint | undefined,
  deadline: Deadline,
  options: LoginOptions,
): Promise<Ending> {
  try {
    return await withDeadline(
      answerLogin(realEdges(deadline, options), user, fingerprint),
      deadline,
    );
  } catch (error) {
    if (error instanceof Fault) {
      return { stdout: '', exitCode: 1, events: [faultEvent(error, user)] };
    }
    return { stdout: '', exitCode: EXIT_BUG, events: [bugEvent(error)] };
  }
}

/** An error of ours in the chain is never the end of our own keys: no lines, and one event. */
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
    stdout: Buffer.concat([Buffer.from(own.stdout), ...theirs]),
    exitCode: lines.length > 0 ? 0 : own.exitCode,
    events: [...own.events, ...events.map(helperEvent)],
  };
}

function usage(problem: string, options: LoginOptions): Ending {
  const event = usageEvent(problem);
  writeOut(2, `ec2-instance-connect: ${event.message}\n`);
  options.explain?.('nothing was asked');
  return { stdout: '', exitCode: EXIT_USAGE, events: [event] };
}

function realEdges(deadline: Deadline, options: LoginOptions): LoginEdges {
  return {
    now: () => Math.floor(Date.now() / 1000),
    machine: identifyMachine,
    imds: () => new ImdsClient(deadline),
    trustStore: readTrustStore,
    explain: options.explain,
  };
}

/**
 * The requests keep the deadline themselves; this is for whatever else might hang, or take its time:
 * no timer strikes while the decision computes. A quiet no is no decision, and never too late.
 */
async function withDeadline(work: Promise<Outcome>, deadline: Deadline): Promise<Outcome> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(tooLate());
  }, deadline.remaining());
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
 * exit code 70 with nothing more on stdout (writeOut sees to it), for the run may still be going on.
 * Where the keys are out already it ends as was decided: sshd would throw them away otherwise.
 * The process remembers which of the two came first, as its exit code.
 */
export function endWithBug(error: unknown): void {
  process.exitCode ??= EXIT_BUG;
  writeOut(2, `ec2-instance-connect: ${String(error)}\n`);
  const wasPrinted = process.exitCode !== EXIT_BUG;
  void record([bugEvent(error, wasPrinted)]).then(() => process.exit());
}

/** Writes the audit trail; whatever fails in it is nobody's login.  */
async function record(events: readonly AuditEvent[]): Promise<void> {
  if (!events.some(({ level }) => level !== 'debug')) return;
  try {
    await writeSyslog(toSyslogLines(events));
  } catch {
    // There is no place left to say it.
  }
}
