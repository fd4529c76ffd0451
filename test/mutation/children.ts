/**
 * A mutant that is on in the programs of the source that a test starts as well, where that hands on the
 * environment and says what was run. Outside of mutation testing nothing happens here.
 */
import type { RunOptions } from '../rig/run.ts';
import type { Board } from './in-process.ts';

/** The variable by which instrumented code is told at its start which mutant is on. */
export const ACTIVE_MUTANT = '__STRYKER_ACTIVE_MUTANT__';

/** How often each mutant's place has been run, by its number. */
export type Hits = Readonly<Record<string, number>>;

/** JavaScript for the program's end: what it has run, undefined where the source is as it was written. */
export const HITS = 'globalThis.__stryker__?.mutantCoverage?.static';

/**
 * The options of a program of the source: its environment, while a mutant is on with the variable that says
 * so, and then a limit in milliseconds, because a mutant may keep it from ending.
 */
export function withMutant(env: NodeJS.ProcessEnv): Pick<RunOptions, 'env' | 'timeout'> {
  const mutant = process.env[ACTIVE_MUTANT];
  if (mutant === undefined) return { env };
  return { env: { ...env, [ACTIVE_MUTANT]: mutant }, timeout: 20_000 };
}

/** Notes what a program has run as run by the test that is running. */
export function noteHits(hits: Hits | undefined): void {
  const { __stryker__: board } = globalThis as { __stryker__?: Board };
  if (board?.currentTestId === undefined || hits === undefined) return;
  const { perTest } = (board.mutantCoverage ??= { static: {}, perTest: {} });
  Object.assign((perTest[board.currentTestId] ??= {}), hits);
}
