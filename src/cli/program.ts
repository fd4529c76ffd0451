import yargs from 'yargs';
import { VERSION } from '../version.ts';
import { EXIT_USAGE, UsageError, type Finish } from './command.ts';
import { loginCommand } from './login-command.ts';
import { writeOut } from './output.ts';
import { sshdCommand } from './sshd-command.ts';
import { verifyKeysCommand } from './verify-keys-command.ts';

const MAX_WIDTH = 100;

/**
 * The program as a person meets it: commands, help, and errors that name what is wrong.
 * @param args the arguments without the program's name
 * @returns the exit code; 2 for bad usage
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const finish: Finish = (code) => {
    exitCode = code;
  };
  try {
    await yargs()
      .scriptName('ec2-instance-connect')
      .usage('$0 <command> [options]\n\nThe on-instance side of EC2 Instance Connect.')
      .command(loginCommand(finish))
      .command(verifyKeysCommand(finish))
      .command(sshdCommand(finish))
      .strict()
      .demandCommand(1, 'expected a command')
      .version(VERSION)
      .help()
      .alias({ help: 'h', version: 'V' })
      .parserConfiguration({ 'duplicate-arguments-array': false })
      .detectLocale(false)
      .wrap(terminalWidth())
      .exitProcess(false)
      .fail((message, error) => {
        // The types promise an error; yargs gives one only where a handler threw it.
        throw (error as Error | undefined) ?? new UsageError(message);
      })
      .parseAsync([...args]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    writeOut(2, `ec2-instance-connect: ${error.message}\n`);
    writeOut(2, 'see "ec2-instance-connect --help"\n');
    return EXIT_USAGE;
  }
  return exitCode;
}

function terminalWidth(): number {
  const { columns } = process.stdout as { columns?: number };
  return Math.min(MAX_WIDTH, columns ?? MAX_WIDTH);
}
