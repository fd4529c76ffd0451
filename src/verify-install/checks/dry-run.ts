import { fail, pass, warn, type Check, type CheckResult } from '../check.ts';
import { lookAtContext, type SshdContext } from '../facts/context.ts';
import { dryRun, type DryRun } from '../facts/dry-run.ts';
import type { Inspection } from '../inspection.ts';
import { counted, endOf, listed } from '../phrases.ts';
import { lookAt } from '../remedies.ts';

/** A name that nobody can push keys for, so that IMDS is not asked. */
const NOBODY = '.verify-install';
const SLOW_MS = 1000;

/** The command, run as sshd runs it, for a user who cannot have keys. */
export const dryRunNobody: Check = {
  id: 'dry-run',
  group: 'run',
  title: 'dry run, unknown user',
  dependsOn: [
    'program-starts',
    'authorized-keys-command',
    'authorized-keys-command-user',
    'command-path',
    'command-user',
  ],
  needs: ['root'],
  async run(on) {
    return judge(on, await dryRun(on, NOBODY));
  },
};

/** Exit status 0 and no output is the only good answer where there are no keys. */
export async function judge(on: Inspection, run: DryRun): Promise<CheckResult> {
  const { end, shown } = run;
  const data = { milliseconds: end.milliseconds };
  if (end.status !== 0 && run.outside?.status === 0) {
    const found = `${endOf(end)} where sshd runs it, and exit status 0 here`;
    return fail(found, await lookAtContext(on), data);
  }
  if (end.status !== 0) {
    const note = 'run as root: it does what sshd does; the log has the details';
    return fail(`expected exit status 0, got ${endOf(end)}`, lookAt(shown, note), data);
  }
  if (end.stdout !== '' && !run.mayPrint) {
    const found = `expected no output, got ${counted(end.stdout.length, 'byte')}`;
    return fail(found, lookAt(shown, 'run as root: it does what sshd does'), data);
  }
  const output = end.stdout === '' ? ', no output' : '';
  const found = `exit status 0${output}, ${end.milliseconds} ms${inContext(run.context)}`;
  if (run.failedFirst !== undefined) {
    return warn(
      `${found}, at the second attempt; the first: ${endOf(run.failedFirst)}`,
      lookAt('ec2-instance-connect verify-install', 'see whether it happens again'),
      data,
    );
  }
  if (end.milliseconds > SLOW_MS) {
    return warn(
      `${found}: every login waits this long`,
      lookAt(shown, 'find what takes the time'),
      data,
    );
  }
  return pass(found, data);
}

/** What of the running sshd's context the run had, and what it had not. */
function inContext(context: SshdContext | undefined): string {
  if (context === undefined) return '';
  const { given, missing } = context;
  const having = given.length === 0 ? '' : `, with sshd's own ${listed(given)}`;
  return missing.length === 0 ? having : `${having}; not tried: sshd's ${listed(missing)}`;
}
