import { dirname } from 'node:path';
import type { CommandModule } from 'yargs';
import { adopt } from '../sshd/adopt.ts';
import { hostCommand, type WiringOptions } from '../sshd/context.ts';
import { disable } from '../sshd/disable.ts';
import { UNMANAGED_PATH, type SshdEdges } from '../sshd/edges.ts';
import { enable } from '../sshd/enable.ts';
import { hostEdges } from '../sshd/host.ts';
import type { WiringResult } from '../sshd/result.ts';
import { status } from '../sshd/status.ts';
import { UsageError, type Finish } from './command.ts';
import { writeOut } from '../login/output.ts';
import { renderResult, renderStatus } from './sshd-report.ts';

interface WiringArguments {
  readonly 'dry-run': boolean;
  readonly 'from-package': boolean;
  readonly 'try-user': readonly string[];
}

interface StatusArguments {
  readonly user?: string | undefined;
  readonly json: boolean;
}

type Wire = (edges: SshdEdges, options: WiringOptions) => WiringResult;

/** `sshd`: whether and how sshd asks this program for keys. */
export function sshdCommand(finish: Finish): CommandModule {
  return {
    command: 'sshd',
    describe: 'make sshd ask this program for keys, or see whether it does',
    builder: (yargs) =>
      yargs
        .command(wiringCommand('enable', 'make this the AuthorizedKeysCommand', enable, finish))
        .command(wiringCommand('disable', 'take away what was written', disable, finish))
        .command(wiringCommand('adopt', 'run another helper beside this one', adopt, finish))
        .command(statusCommand(finish)),
    // Not demanded beforehand: an unknown option is the better thing to name.
    handler: () => {
      throw new UsageError('expected a command after sshd');
    },
  };
}

function wiringCommand(
  name: string,
  describe: string,
  wire: Wire,
  finish: Finish,
): CommandModule<object, WiringArguments> {
  return {
    command: name,
    describe,
    builder: (yargs) =>
      yargs
        .option('dry-run', {
          type: 'boolean',
          default: false,
          describe: 'show each change as a diff, change nothing',
        })
        .option('from-package', {
          type: 'boolean',
          default: false,
          describe: 'for package scripts: heed sshd-unmanaged, exit 0 on a refusal',
        })
        .option('try-user', {
          type: 'string',
          array: true,
          default: [],
          hidden: name !== 'adopt',
          requiresArg: true,
          describe: 'a login user that the other helper has keys for',
        }),
    handler: (options) => {
      finish(runWiring(wire, options));
    },
  };
}

function runWiring(wire: Wire, options: WiringArguments): number {
  const edges = hostEdges();
  const result = wire(edges, {
    dryRun: options['dry-run'],
    fromPackage: options['from-package'],
    tryUsers: options['try-user'],
  });
  const { stdout, stderr } = renderResult(result, hostCommand(edges));
  writeOut(1, stdout);
  writeOut(2, stderr);
  const { command, outcome, dryRun } = result;
  if (command === 'disable' && outcome === 'done' && !dryRun && !options['from-package']) {
    const how = `mkdir -p ${dirname(UNMANAGED_PATH)} && touch ${UNMANAGED_PATH}`;
    writeOut(1, `the package or sshd, when upgraded, brings it back; to prevent that:\n  ${how}\n`);
  }
  return result.exitCode;
}

function statusCommand(finish: Finish): CommandModule<object, StatusArguments> {
  return {
    command: 'status',
    describe: 'what is effective and where it is set; exit 0 when it is this program',
    builder: (yargs) =>
      yargs
        .option('user', { type: 'string', requiresArg: true, describe: 'ask for this login user' })
        .option('json', { type: 'boolean', default: false, describe: 'print all of it as JSON' }),
    handler: ({ user, json }) => {
      const found = status(hostEdges(), user);
      writeOut(1, json ? `${JSON.stringify(found, null, 2)}\n` : renderStatus(found));
      finish(found.effective ? 0 : 1);
    },
  };
}
