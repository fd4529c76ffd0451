import { dirname } from 'node:path';
import type { CommandModule } from 'yargs';
import { adopt } from '../sshd/adopt.ts';
import { hostCommand, type WiringOptions } from '../sshd/context.ts';
import { disable } from '../sshd/disable.ts';
import { UNMANAGED_PATH, type SshdEdges } from '../sshd/edges.ts';
import { enable } from '../sshd/enable.ts';
import type { Run } from '../login/run.ts';
import type { WiringResult } from '../sshd/result.ts';
import { status } from '../sshd/status.ts';
import { UsageError, type Person } from './command.ts';
import { renderResult, renderStatus } from './sshd-report.ts';
import { leftBehind } from './unmanaged-report.ts';

interface WiringArguments {
  readonly 'dry-run': boolean;
  readonly 'from-package': boolean;
  readonly restart: boolean;
  readonly 'give-back': boolean;
  readonly 'try-user': readonly string[];
  readonly 'try-key': readonly string[];
}

interface StatusArguments {
  readonly user?: string | undefined;
  readonly json: boolean;
}

const OPTIONS = {
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'print each change as a diff and change nothing',
  },
  'from-package': {
    type: 'boolean',
    default: false,
    hidden: true,
    describe: 'for package scripts: respect sshd-unmanaged, exit 0 on a refusal',
  },
  restart: {
    type: 'boolean',
    default: false,
    describe: 'restart sshd if a reload is not enough; open sessions stay connected',
  },
  'give-back': {
    type: 'boolean',
    default: false,
    hidden: true,
    describe: "for package scripts: restore the stock package's wiring",
  },
  'try-user': {
    type: 'string',
    array: true,
    default: [] as string[],
    requiresArg: true,
    describe: 'a login user for whom the other command has keys',
  },
  'try-key': {
    type: 'string',
    array: true,
    default: [] as string[],
    requiresArg: true,
    describe: 'a file with a public key or certificate that the other command accepts',
  },
} as const;

type Wire = (edges: SshdEdges, options: WiringOptions) => WiringResult;

/** `sshd`: whether and how sshd asks this program for keys. */
export function sshdCommand(person: Person): CommandModule {
  return {
    command: 'sshd',
    describe: 'configure sshd to ask this program for keys, or show whether it does',
    builder: (yargs) =>
      yargs
        .command(
          wiringCommand('enable', 'make this program the AuthorizedKeysCommand', enable, person),
        )
        .command(
          wiringCommand(
            'disable',
            'remove the sshd configuration that enable or adopt wrote',
            disable,
            person,
          ),
        )
        .command(
          wiringCommand(
            'adopt',
            'run another AuthorizedKeysCommand together with this program',
            adopt,
            person,
          ),
        )
        .command(statusCommand(person)),
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
  person: Person,
): CommandModule<object, WiringArguments> {
  return {
    command: name,
    describe,
    builder: (yargs) => {
      const hidden = name === 'adopt' ? ['restart'] : ['try-user', 'try-key'];
      return hidden.reduce((all, option) => all.hide(option), yargs.options(OPTIONS));
    },
    handler: async (options) => {
      person.finish(await runWiring(person, wire, options));
    },
  };
}

async function runWiring(
  { edges: { run, ...world } }: Person,
  wire: Wire,
  options: WiringArguments,
): Promise<number> {
  const edges = await world.sshd();
  const result = wire(edges, {
    dryRun: options['dry-run'],
    fromPackage: options['from-package'],
    restart: options.restart,
    giveBack: options['give-back'],
    tryUsers: options['try-user'],
    tryKeys: options['try-key'],
  });
  const isConflict =
    result.command === 'enable' && result.outcome === 'refused' && result.conflicts.length > 0;
  const adoption =
    isConflict && !options['from-package'] ? adopt(edges, { dryRun: true }) : undefined;
  const { stdout, stderr } = renderResult(result, hostCommand(edges), adoption);
  // Several scripts of a package ask, and only what one of them does is worth a line.
  const isQuiet =
    options['from-package'] &&
    result.outcome === 'unchanged' &&
    result.conflicts.length === 0 &&
    result.readBefore.length === 0;
  if (!isQuiet) run.write(1, stdout);
  run.write(2, stderr);
  if (result.command === 'disable') tellWhatIsLeft(run, edges, result, options);
  return result.exitCode;
}

/** What a disable leaves to be known: lines of a program that goes, or that a package writes them again. */
function tellWhatIsLeft(
  run: Run,
  edges: SshdEdges,
  { outcome, dryRun }: WiringResult,
  options: WiringArguments,
): void {
  // Before the stock package, which has a program of the same path, nothing is left behind.
  if (outcome === 'left-alone' && !options['give-back']) {
    run.write(2, leftBehind(status(edges), UNMANAGED_PATH));
  }
  if (outcome === 'done' && !dryRun && !options['from-package']) {
    const how = `mkdir -p ${dirname(UNMANAGED_PATH)} && touch ${UNMANAGED_PATH}`;
    run.write(
      1,
      `an upgrade of the package or of sshd enables it again; to prevent that:\n  ${how}\n`,
    );
  }
}

function statusCommand({ edges, finish }: Person): CommandModule<object, StatusArguments> {
  return {
    command: 'status',
    describe: 'show which AuthorizedKeysCommand is effective and where it is set',
    builder: (yargs) =>
      yargs
        .option('user', {
          type: 'string',
          requiresArg: true,
          describe: 'evaluate Match blocks for this login user',
        })
        .option('json', { type: 'boolean', default: false, describe: 'print the status as JSON' }),
    handler: async ({ user, json }) => {
      const found = status(await edges.sshd(), user);
      edges.run.write(1, json ? `${JSON.stringify(found, null, 2)}\n` : renderStatus(found));
      finish(found.effective ? 0 : 1);
    },
  };
}
