/** What `npm run load` was asked to do. Pure. */
import { UsageError } from '../options.ts';
import { KINDS } from './plan.ts';

/** As many as sshd lets connect before they have logged in (MaxStartups), as the rig configures it. */
const MAX_PARALLEL = 200;

/** What `--help` prints. */
export const HELP = `usage: npm run load -- [--logins N] [--at N,...] [--bots N] [--seed S]
                       [--write]
       npm run load -- --soak SECONDS [--seed S]

Logs in with ssh through the machine's own sshd, in a namespace in which the
emulator owns the address of IMDS: a third with a pushed key, a third with a
key of authorized_keys, a third refused; then bots that offer six keys each.
Judges every answer and the log. Measures sshd without a command, with the
installed program behind its launcher, and with the program alone.

Needs root, ssh, sshd, dpkg-deb, and the package:
  npm run build && npm run package -- --only x64

  --logins N      logins with each sshd at each level (default 2000)
  --at N,...      the levels: how many log in at the same time, each from 1
                  to 200 (default 1,8,32)
  --bots N        bots, all at the same time, from 0 to 200 (default 64)
  --seed S        a whole number; the same seed gives the same order of
                  logins (default: a new one, printed)
  --soak SECONDS  instead of measuring, mixed logins, 8 at the same time, for
                  so long; then compares processes, open files, sockets and
                  temporary files
  --write         put the tables into docs/assurance.md and the plot into
                  docs/load.svg

An interrupted run stops everything that it started and leaves nothing.
Exit status: 0 if every answer was right and nothing grew, 1 otherwise, 2 for
bad usage, 128 + N after signal N.
`;

/** The options as the command line has them. */
export interface LoadValues {
  readonly logins?: string | undefined;
  readonly at?: string | undefined;
  readonly bots?: string | undefined;
  readonly seed?: string | undefined;
  readonly soak?: string | undefined;
  readonly write?: boolean | undefined;
}

/** A load or a soak; the seed is a new one where the command line has none. */
export type Request = { readonly seed: number } & (
  | {
      readonly task: 'load';
      readonly logins: number;
      readonly levels: readonly number[];
      readonly bots: number;
      readonly write: boolean;
    }
  | { readonly task: 'soak'; readonly seconds: number }
);

const SECONDS_OF_A_DAY = 86_400;

/**
 * Reads the options.
 * @param newSeed the seed where the options have none
 * @throws UsageError for a value that is no number or out of range, and for options that exclude each other
 */
export function readRequest(values: LoadValues, newSeed: number): Request {
  const seed = number('--seed', values.seed, newSeed, [0, 2 ** 32 - 1]);
  if (values.soak !== undefined) {
    const other = (['logins', 'at', 'bots', 'write'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (other !== undefined) throw new UsageError(`--${other} does not go with --soak`);
    return { task: 'soak', seed, seconds: number('--soak', values.soak, 0, [1, SECONDS_OF_A_DAY]) };
  }
  return {
    task: 'load',
    seed,
    logins: number('--logins', values.logins, 2000, [KINDS.length, 100_000]),
    levels: readLevels(values.at),
    bots: number('--bots', values.bots, 64, [0, MAX_PARALLEL]),
    write: values.write ?? false,
  };
}

function readLevels(text = '1,8,32'): readonly number[] {
  const levels = text.split(',').map((word) => number('--at', word, 0, [1, MAX_PARALLEL]));
  if (new Set(levels).size < levels.length) throw new UsageError('--at has a number twice');
  return levels;
}

function number(
  option: string,
  text: string | undefined,
  otherwise: number,
  [least, most]: readonly [number, number],
): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `${option} must be a whole number from ${least} to ${most}, found ${JSON.stringify(text)}`,
  );
}

/** The command that does the same again. */
export function commandOf(request: Extract<Request, { task: 'load' }>): string {
  const { logins, levels, bots, seed } = request;
  return `npm run load -- --logins ${logins} --at ${levels.join(',')} --bots ${bots} --seed ${seed}`;
}
