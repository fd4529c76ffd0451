import yargs, { type Argv } from 'yargs';
import { printable } from '../log/printable.ts';
import { VERSION } from '../version.ts';
import { EXIT_USAGE } from '../verdict/exit-codes.ts';
import type { Edges } from '../edges.ts';
import { Fault } from '../verdict/fault.ts';
import { commandOf, describeCommandLine, type CommandLine } from './command-line.ts';
import { checkValues } from './check-values.ts';
import { UsageError, type Person } from './command.ts';
import { debugCommand } from './debug-command.ts';
import { explainWrongCall } from './wrong-call.ts';
import { loginCommand } from './login-command.ts';
import { sshdCommand } from './sshd-command.ts';
import { verifyInstallCommand, viewHostCommand } from './verify-install-command.ts';
import { verifyKeysCommand } from './verify-keys-command.ts';

const MAX_WIDTH = 100;
/** Where what is printed goes to a file or a pipe. */
const USUAL_WIDTH = 80;
const MAX_MESSAGE = 1000;
const ASKS_FOR_HELP = ['--help', '-h', '--version', '-V'];

/**
 * The program as a person meets it: commands, help, and errors that name what is wrong.
 * @param args the arguments without the program's name
 * @returns the exit code; 2 for bad usage, 1 where something outside the program failed
 */
export async function runProgram(args: readonly string[], edges: Edges): Promise<number> {
  try {
    return await runCommand(args, edges);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Fault)) throw error;
    if (error instanceof UsageError) return tellWrongCall(error, args, edges);
    edges.run.write(2, `ec2-instance-connect: ${printable(error.message, MAX_MESSAGE)}\n`);
    return 1;
  }
}

/** Names what is wrong, and the help of the command that was called. */
function tellWrongCall({ message }: UsageError, args: readonly string[], edges: Edges): number {
  const program = programCommandLine(edges);
  const { command, words } = commandOf(args, program);
  const text = explainWrongCall(message, args.slice(words), command);
  const help = ['ec2-instance-connect', ...command.path, '--help'].join(' ');
  edges.run.write(2, `ec2-instance-connect: ${printable(text, MAX_MESSAGE)}\nsee "${help}"\n`);
  return EXIT_USAGE;
}

async function runCommand(args: readonly string[], edges: Edges): Promise<number> {
  // yargs takes no notice of what stands behind it, not even where it is strict.
  if (args.includes('--')) throw new UsageError('unknown argument: --');
  if (!args.some((word) => ASKS_FOR_HELP.includes(word))) {
    const { command, words } = commandOf(args, programCommandLine(edges));
    checkValues(args.slice(words), command);
  }
  let exitCode: number | undefined;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const person: Person = { edges, finish };
  let told = '';
  // With a callback yargs hands over its help instead of printing it, heedless of whether that works.
  const parsed = await commandLine(person).parseAsync([...args], {}, (_error, _argv, text) => {
    told = text;
  });
  if (exitCode !== undefined) return exitCode;
  if (told !== '') edges.run.write(1, `${told}\n`);
  const { help, version } = parsed;
  if (help === true || version === true || args.at(-1) === 'help') return 0;
  // Not demanded beforehand: an unknown option is the better thing to name.
  throw new UsageError('expected a command');
}

/** The program's commands and options, for suggestions, completions and manual pages. */
export function programCommandLine(edges: Edges): CommandLine {
  return describeCommandLine(commandLine({ edges, finish: () => undefined }), () => yargs());
}

function commandLine(person: Person): Argv {
  return yargs()
    .scriptName('ec2-instance-connect')
    .usage('$0 <command> [options]\n\nThe on-instance side of EC2 Instance Connect.')
    .command(loginCommand(person))
    .command(verifyInstallCommand(person))
    .command(viewHostCommand(person))
    .command(verifyKeysCommand(person))
    .command(sshdCommand(person))
    .command(debugCommand(person))
    .strict()
    .strictCommands()
    .version(VERSION)
    .help()
    .alias({ help: 'h', version: 'V' })
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': false,
    })
    .detectLocale(false)
    .wrap(terminalWidth())
    .exitProcess(false)
    .fail(fail);
}

/**
 * Tells what is wrong with the call from what is wrong with the program. The types promise an error;
 * yargs gives none for its own checks, and a YError for what its parser, or a `coerce`, refuses.
 */
function fail(message: string | null, error: Error | undefined): never {
  if (error !== undefined && error.name !== 'YError') throw error;
  const text = message ?? error?.message ?? '';
  throw new UsageError(text.charAt(0).toLowerCase() + text.slice(1));
}

function terminalWidth(): number {
  const { columns } = process.stdout as { columns?: number };
  return Math.min(MAX_WIDTH, columns ?? USUAL_WIDTH);
}
