import { printable } from '../log/printable.ts';
import { unreadable } from './facts/sshd.ts';
import { Fault } from '../verdict/fault.ts';
import type { Check, CheckId, CheckResult, Remedy, Status } from './check.ts';
import type { Inspection } from './inspection.ts';
import { lookAt } from './remedies.ts';

/** A check and how it ended. */
export interface CheckReport {
  readonly check: Check;
  readonly result: CheckResult;
}

/**
 * Runs checks one after the other: they share what they find, and the times that they measure are
 * their own. A check whose dependency has failed, or was left out, is left out and says so.
 * @param checks in an order in which none comes before what it depends on
 * @param begin hears of each check that starts
 */
export async function runChecks(
  checks: readonly Check[],
  on: Inspection,
  begin: (check: Check) => void = () => undefined,
): Promise<readonly CheckReport[]> {
  const ended = new Map<CheckId, CheckReport>();
  for (const check of checks) {
    const leftOut = (await unmetNeed(check, on)) ?? brokenDependency(check, ended);
    if (leftOut === undefined) begin(check);
    ended.set(check.id, { check, result: leftOut ?? (await runOne(check, on)) });
  }
  return [...ended.values()];
}

async function unmetNeed(check: Check, on: Inspection): Promise<CheckResult | undefined> {
  if (check.needs?.includes('instance') === true && on.options.offline) {
    return { status: 'skip', because: 'offline', found: 'needs IMDS' };
  }
  if (check.needs?.includes('root') === true && !on.isRoot) {
    return { status: 'skip', because: 'needs-root', found: 'only root can look at this' };
  }
  if (check.needs?.includes('sshd-files') === true) {
    const hidden = await on.fact(unreadable);
    if (hidden !== undefined) {
      return { status: 'skip', because: 'needs-root', found: `only root can read ${hidden}` };
    }
  }
  return undefined;
}

/** Only what stands in the way counts: a check that root or IMDS is missing for blocks nobody. */
function brokenDependency(
  check: Check,
  ended: ReadonlyMap<CheckId, CheckReport>,
): CheckResult | undefined {
  const blocker = check.dependsOn.find((id) => {
    const result = ended.get(id)?.result;
    return blocks(result?.status, result?.status === 'skip' ? result.because : undefined);
  });
  if (blocker === undefined) return undefined;
  const { check: by, result } = ended.get(blocker) ?? {};
  const how = result?.status === 'fail' ? 'failed' : 'was left out';
  const found = `"${by?.title ?? blocker}" ${how}`;
  return { status: 'skip', because: 'dependency', blockedBy: blocker, found };
}

function blocks(status: Status | undefined, because: string | undefined): boolean {
  return status === 'fail' || (status === 'skip' && because === 'dependency');
}

async function runOne(check: Check, on: Inspection): Promise<CheckResult> {
  try {
    return await check.run(on);
  } catch (error) {
    if (error instanceof Fault) {
      return { status: 'fail', found: error.message, remedy: faultRemedy(error) };
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      status: 'fail',
      found: `an internal error: ${printable(stack, 400)}`,
      remedy: lookAt('ec2-instance-connect verify-install --json', 'please report it'),
    };
  }
}

function faultRemedy(fault: Fault): Remedy {
  const note = `${fault.code}; --explain says at which step`;
  return lookAt('ec2-instance-connect authorized-keys --explain root', note);
}
