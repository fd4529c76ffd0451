import type { CommandModule } from 'yargs';
import {
  DEBUG_SWITCH,
  LONGEST_DEBUG,
  readDebugSwitch,
  type DebugSwitch,
} from '../host/debug-switch.ts';
import { clearDebugSwitch, setDebugSwitch } from '../host/set-debug-switch.ts';
import { printable } from '../log/printable.ts';
import { duration, moment } from '../verify-install/phrases.ts';
import { isSystemError, systemErrorText } from '../system/system-error.ts';
import { Fault } from '../verdict/fault.ts';
import { UsageError, type Person } from './command.ts';
import { parseDuration } from './duration.ts';

const EXPECTED_FOR = '1s to 24h, such as 90s, 10m or 2h';

type Verb = 'on' | 'off' | 'status';

const FOR = {
  type: 'string',
  requiresArg: true,
  default: '10m',
  coerce: parseFor,
  describe: `for how long: ${EXPECTED_FOR}`,
} as const;

/** `debug`: a line in the log for every question of sshd, for a while. */
export function debugCommand(person: Person): CommandModule {
  const { edges } = person;
  const subcommand = (name: Verb, describe: string, run: () => number): CommandModule => ({
    command: name,
    describe,
    handler: () => {
      person.finish(orProblem(person, name, run));
    },
  });
  return {
    command: 'debug',
    describe: 'log every query of sshd and its answer for a limited time',
    builder: (yargs) =>
      yargs
        .command(onCommand(person))
        .command(subcommand('off', 'stop logging every query of sshd', () => switchOff(person)))
        .command(
          subcommand('status', 'show whether every query is logged, and until when', () =>
            tell(person, edges.now()),
          ),
        ),
    // Not demanded beforehand: an unknown option is the better thing to name.
    handler: () => {
      throw new UsageError('expected a command after debug');
    },
  };
}

function onCommand(person: Person): CommandModule<object, { for: number }> {
  return {
    command: 'on',
    describe: 'log every query of sshd for a limited time',
    builder: (yargs) => yargs.option('for', FOR),
    handler: ({ for: seconds }) => {
      person.finish(orProblem(person, 'on', () => switchOn(person, seconds)));
    },
  };
}

function parseFor(text: string): number {
  return parseDuration('--for', text, { expected: EXPECTED_FOR, longest: LONGEST_DEBUG });
}

function switchOn(person: Person, seconds: number): number {
  const { run, now } = person.edges;
  const until = now() + seconds;
  const unsafe = setDebugSwitch(until);
  if (unsafe !== undefined) return complain(person, `not safe: ${unsafe}`);
  const lines = [
    `on until ${moment(until)} (${duration(seconds)}): every query of sshd is logged`,
    'see them: journalctl -t ec2-instance-connect -o cat -f | grep question',
  ];
  run.write(1, lines.map((line) => `${line}\n`).join(''));
  return 0;
}

function switchOff({ edges: { run, now } }: Person): number {
  const found = readDebugSwitch(now());
  clearDebugSwitch();
  const isOver = found.state === 'off' || found.state === 'ended';
  run.write(1, isOver ? `was already ${describe(found, now())}\n` : 'off\n');
  return 0;
}

/** Root takes away a switch that has ended: while its file is there each login takes the long way. */
function tell(person: Person, now: number): number {
  const found = readDebugSwitch(now);
  if (found.state === 'broken') {
    const remedy = 'it counts as off; "ec2-instance-connect debug off" removes it';
    return complain(person, `${DEBUG_SWITCH}: ${found.problem}: ${remedy}`);
  }
  if (found.state === 'ended' && process.geteuid?.() === 0) clearDebugSwitch();
  person.edges.run.write(1, `${describe(found, now)}\n`);
  return 0;
}

function describe(found: Exclude<DebugSwitch, { state: 'broken' }>, now: number): string {
  if (found.state === 'off') return 'off';
  if (found.state === 'ended') return `off: it ended ${moment(found.until)}`;
  return `on until ${moment(found.until)}, ${duration(found.until - now)} left`;
}

/** A file that cannot be made or removed is a failure with a sentence, not an internal error. */
function orProblem(person: Person, verb: Verb, work: () => number): number {
  try {
    return work();
  } catch (error) {
    // A Fault has a code too: standard output that cannot be written, which is not the switch's failure.
    if (error instanceof Fault || !isSystemError(error)) throw error;
    const isRoot = process.geteuid?.() === 0;
    const problem = isRoot
      ? `${DEBUG_SWITCH}: ${systemErrorText(error)}`
      : 'this needs root: run with sudo';
    return complain(person, `debug ${verb}: ${problem}`);
  }
}

function complain({ edges: { run } }: Person, problem: string): number {
  run.write(2, `ec2-instance-connect: ${printable(problem, 1000)}\n`);
  return 1;
}
