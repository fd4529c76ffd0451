import { sshdVariables } from '../ssh/command-environment.ts';
import type { TokenValues } from '../ssh/command-tokens.ts';
import { accountQuery } from '../system/name-service.ts';
import { runProgram, type ProgramEnd } from '../system/program.ts';
import { MAX_OUTPUT_BYTES } from './output.ts';
import type { HelperEvent } from './result.ts';

/** How a helper ended: its output when it ended well, and what the log should say. */
export interface Ended {
  readonly output: Buffer | undefined;
  readonly events: readonly Omit<HelperEvent, 'helper'>[];
}

const CODES = {
  'cannot-start': 'helper-cannot-start',
  'too-late': 'helper-timeout',
  'too-much': 'helper-output-too-large',
} as const;

/**
 * Runs a helper as sshd would: no shell, /dev/null as stdin and stderr, `/` as working folder, sshd's
 * environment.
 *
 * A helper is run by the real path that was judged, and not through a descriptor of it: the kernel
 * would hand a script to its interpreter as /dev/fd/N (execveat(2)), without its name and gone when
 * the descriptor is closed at exec. Every folder of the path is root's alone, so nobody else can
 * exchange what it leads to.
 *
 * @param limitMs in milliseconds
 * @param name what the program is called by (argv[0]): the name of a link that led to it
 * @returns the output only for exit status 0; every other end throws it away, as sshd does
 */
export async function runHelperProgram(
  path: string,
  args: readonly string[],
  limitMs: number,
  name: string = path,
): Promise<Ended> {
  const end = await runProgram({
    argv: [name, ...args],
    program: path,
    environment: sshdVariables(process.env),
    limitMs,
    keep: 'stdout',
    maxOutput: MAX_OUTPUT_BYTES,
  });
  if (end.status !== 0) return failure(end);
  const detail = 'a process that it left behind keeps its output open';
  return { output: end.stdout, events: end.leftOpen ? [{ code: 'helper-left-open', detail }] : [] };
}

/**
 * Looks a user up with getent(1), so that every name service of the host counts: for helpers that ask
 * for `%h` or `%U` where sshd's line hands neither over.
 *
 * @returns the home folder where it is an absolute path, and the user's number
 */
export async function accountTokens(user: string, limitMs: number): Promise<TokenValues> {
  const { argv, read } = accountQuery(user);
  const { status, stdout } = await runProgram({ argv, limitMs, keep: 'stdout' });
  const account = read({ status, stdout: stdout.toString('utf8') });
  if (account === undefined) return {};
  const { home, uid } = account;
  return { ...(home.startsWith('/') ? { h: home } : {}), U: String(uid) };
}

function failure({ ending, status, problem = '' }: ProgramEnd): Ended {
  const event =
    ending === 'exited' || ending === 'signalled'
      ? {
          code: 'helper-failed' as const,
          detail: `expected exit status 0, got ${status ?? problem}`,
        }
      : { code: CODES[ending], detail: problem };
  return { output: undefined, events: [event] };
}
