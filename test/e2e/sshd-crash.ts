import { adopt } from '../../src/sshd/adopt.ts';
import { disable } from '../../src/sshd/disable.ts';
import type { SshdEdges } from '../../src/sshd/edges.ts';
import { enable } from '../../src/sshd/enable.ts';
import { hostEdges } from '../../src/sshd/host.ts';

/**
 * Runs a command of the wiring on the real host and kills itself, as a power failure would, in front
 * of the step with the given number; steps are everything that changes something.
 *
 *   node sshd-crash.ts enable|disable|adopt STEP
 *
 * Ends with the signal, or with 0 when the command has fewer steps.
 */
const [name = '', step = ''] = process.argv.slice(2);
const commands = { enable, disable, adopt };
if (name !== 'enable' && name !== 'disable' && name !== 'adopt') throw new Error(`no ${name}`);

let left = Number(step);
function count(): void {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
}

const real = hostEdges();
const edges: SshdEdges = {
  ...real,
  put: (path, image) => {
    count();
    real.put(path, image);
  },
  run: (argv, options) => {
    if (argv[0] === 'systemctl' && argv[1] !== 'show' && argv[1] !== 'is-active') count();
    return real.run(argv, options);
  },
  lock: () => {
    const release = real.lock();
    count();
    return (
      release &&
      (() => {
        count();
        release();
      })
    );
  },
};
process.exitCode = commands[name](edges).exitCode;
