/**
 * A runner for Stryker that loads the tests once and runs them again and again in the same process. Stryker's
 * own runner for Vitest starts every file anew for every mutant, which takes fifty times as long.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { ACTIVE_MUTANT } from './children.ts';
import { beginFile, declared, type Declared } from './vitest-in-process.ts';

/** Stryker's switchboard, by which instrumented code is told which mutant is on and says what it has run. */
export interface Board {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: {
    readonly static: object;
    readonly perTest: Record<string, Record<string, number>>;
  };
}
/** What Stryker asks for with a mutant, as far as it is looked at here. */
interface MutantRun {
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly activeMutant: { readonly id: string };
}
/** What came of one test. */
interface Ran {
  readonly id: string;
  readonly name: string;
  readonly timeSpentMs: number;
  /** Of Stryker's TestStatus: 0 is success, 1 is failure. */
  readonly status: 0 | 1;
  readonly failureMessage: string;
}

const SHIM = new URL('vitest-in-process.ts', import.meta.url).href;
/** What loads Vitest itself: the stand-in alone, and the packages. */
const OWN = (parent: string | undefined): boolean =>
  parent === SHIM || parent?.includes('/node_modules/') === true;
/** The cheap ones first: the first that fails ends the run. */
const ORDER = ['unit', 'vectors', 'suites', 'property'];
const orderOf = (path: string): number => ORDER.findIndex((kind) => path.includes(`test/${kind}/`));
class InProcessRunner {
  readonly #board: Board = ((globalThis as { __stryker__?: Board }).__stryker__ ??= {});
  #loaded = false;

  /** What runs while a module is loaded cannot be run again: Stryker starts a new process for that. */
  capabilities(): object {
    return { reloadEnvironment: false };
  }

  /** Loads what Stryker gives no time limit to. */
  async init(): Promise<void> {
    await this.#load();
  }

  async dryRun(): Promise<object> {
    await this.#load();
    const tests = await this.#run(declared, false);
    return { status: 'complete', tests, mutantCoverage: this.#board.mutantCoverage };
  }

  async mutantRun(run: MutantRun): Promise<object> {
    const board = this.#board;
    board.activeMutant = run.activeMutant.id;
    process.env[ACTIVE_MUTANT] = run.activeMutant.id;
    [board.hitCount, board.hitLimit] = [0, run.hitLimit];
    const wanted = run.testFilter === undefined ? undefined : new Set(run.testFilter);
    const tests = await this.#run(
      declared.filter(({ id }) => wanted?.has(id) !== false),
      true,
    );
    board.activeMutant = undefined;
    Reflect.deleteProperty(process.env, ACTIVE_MUTANT);
    const hits = board.hitCount;
    [board.hitCount, board.hitLimit] = [undefined, undefined];
    if (run.hitLimit !== undefined && hits > run.hitLimit) return { status: 'timeout' };
    const failed = tests.filter(({ status }) => status === 1);
    const nrOfTests = tests.length;
    const [first] = failed;
    return first === undefined
      ? { status: 'survived', nrOfTests }
      : { status: 'killed', killedBy: [first.id], failureMessage: first.failureMessage, nrOfTests };
  }

  async #load(): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    // A mutant may well leave a promise behind that nobody waits for.
    process.on('unhandledRejection', () => undefined);
    fc.configureGlobal({ seed: 1 });
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vitest' && !OWN(context.parentURL)
          ? { url: SHIM, shortCircuit: true }
          : next(specifier, context),
    });
    const paths = (process.env['EIC_MUTATION_TESTS'] ?? '').split(' ');
    for (const path of paths.sort((a, b) => orderOf(a) - orderOf(b) || (a < b ? -1 : 1))) {
      beginFile(path);
      await import(pathToFileURL(join(process.cwd(), path)).href);
    }
  }

  /** Runs tests in their order; the hooks of a suite around its first and its last. */
  async #run(tests: readonly Declared[], untilFirstFailure: boolean): Promise<readonly Ran[]> {
    const results: Ran[] = [];
    let open: Declared['suites'] = [];
    const close = async (to: Declared['suites']): Promise<void> => {
      for (const suite of open.filter((each) => !to.includes(each)).reverse()) {
        for (const hook of suite.afterAll) await hook();
      }
    };
    for (const test of tests) {
      const begin = performance.now();
      let problem: string | undefined;
      try {
        await close(test.suites);
        const opened = test.suites.filter((each) => !open.includes(each));
        open = test.suites;
        for (const hook of opened.flatMap((each) => each.beforeAll)) await hook();
        await this.#runOne(test);
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      const timeSpentMs = performance.now() - begin;
      results.push({
        ...{ id: test.id, name: test.id, timeSpentMs },
        ...{ status: problem === undefined ? 0 : 1, failureMessage: problem ?? '' },
      });
      if (problem !== undefined && untilFirstFailure) break;
    }
    await close([]).catch(() => undefined);
    return results;
  }

  async #runOne({ id, suites, body }: Declared): Promise<void> {
    this.#board.currentTestId = id;
    try {
      for (const hook of suites.flatMap((each) => each.beforeEach)) await hook();
      await body();
    } finally {
      for (const hook of suites.flatMap((each) => each.afterEach).reverse()) await hook();
      this.#board.currentTestId = undefined;
    }
  }
}

const create = Object.assign(() => new InProcessRunner(), { inject: [] });

/** Stryker's plugin of this name. */
export const strykerPlugins: readonly object[] = [
  { kind: 'TestRunner', name: 'in-process', factory: create },
];
