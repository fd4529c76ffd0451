/** The command line of the scripts. */
import { basename } from 'node:path';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

type Values<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: T; strict: true }>
>['values'];

/** A call that the command's help does not allow. */
export class UsageError extends Error {}

/**
 * Reads a script's options. `--help` prints the help and ends the process with 0; an option that is not
 * known, has no value or has one that `check` refuses is named on stderr, and the process ends with 2.
 * @param check throws UsageError for a value that is not allowed
 */
export function readOptions<const T extends ParseArgsOptionsConfig>(
  help: string,
  options: T,
  check: (values: Values<T>) => void = () => undefined,
): Values<T> {
  try {
    if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
      process.stdout.write(help);
      process.exit(0);
    }
    const { values } = parseArgs({ options, strict: true });
    check(values);
    return values;
  } catch (error) {
    if (!isUsageError(error)) throw error;
    // Node explains at length how an argument could begin with a hyphen.
    const [what = ''] = error.message.split(/\.? To specify a positional/);
    const script = basename(process.argv[1] ?? '', '.ts');
    process.stderr.write(`${script}: ${what}; see npm run ${script} -- --help\n`);
    process.exit(2);
  }
}

function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  const code = error instanceof TypeError && 'code' in error ? String(error.code) : '';
  return code.startsWith('ERR_PARSE_ARGS_');
}

/**
 * Runs a script's work: an error is one line on stderr and status 1, not a stack of Node's. With
 * EIC_STACK set in the environment the stack is printed all the same.
 */
export async function runScript(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    const script = basename(process.argv[1] ?? '', '.ts');
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(`${script}: ${process.env['EIC_STACK'] ? (stack ?? message) : message}\n`);
    process.exitCode = 1;
  }
}
