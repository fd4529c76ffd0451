/** The demo behind scripts/demo.sh, which prepares the machine for it. */
import { constants } from 'node:os';
import { Rig } from '../../test/rig/rig.ts';
import { keepRunning } from './keep.ts';
import { ALLOWED, DEMO_POLICY, DENIED, EC2_USER } from './policy.ts';
import { Screen, standardTerminal } from './screen.ts';
import { runSteps } from './steps.ts';

const keep = process.argv.includes('--keep');
const screen = new Screen(standardTerminal());
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupt.abort(128 + constants.signals[name]);
  });
}

screen.headline('EC2 Instance Connect, end to end');
try {
  process.exitCode = await demonstrate();
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

/** Runs the steps in a rig and what follows; returns the exit status. */
async function demonstrate(): Promise<number> {
  const { signal } = interrupt;
  const rig = await Rig.start({
    program: 'dist/ec2-instance-connect',
    users: [ALLOWED, DENIED, EC2_USER],
    account: { policy: DEMO_POLICY },
    freshKeys: true,
  });
  try {
    const key = await runSteps({ rig, screen, signal });
    screen.summary();
    if (keep) await keepRunning(rig, screen, key, signal);
    return screen.ok ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    screen.headline('\ninterrupted: everything is stopped and removed');
    return Number(signal.reason);
  } finally {
    await rig.stop();
  }
}
