/**
 * Stands for `vitest` where Stryker's runner beside this loads tests: what is declared is kept in a list that
 * can be run again and again in one process. `expect` and `vi` are Vitest's own.
 */
export { expect, vi } from 'vitest';

type Body = (...row: readonly unknown[]) => unknown;
type Hook = () => unknown;
/** What one `describe` says for the tests in it. */
interface Suite {
  readonly name: string;
  readonly beforeAll: Hook[];
  readonly afterAll: Hook[];
  readonly beforeEach: Hook[];
  readonly afterEach: Hook[];
}
/** A test as it was declared. */
export interface Declared {
  /** The same in every process: its file, the names around it and its number in the file. */
  readonly id: string;
  readonly file: string;
  readonly suites: readonly Suite[];
  readonly body: Hook;
}

const suite = (name: string): Suite => ({
  ...{ name, beforeAll: [], afterAll: [] },
  ...{ beforeEach: [], afterEach: [] },
});

/** All tests, as their files were loaded. */
export const declared: Declared[] = [];
let file = '';
let around: readonly Suite[] = [];
let count = 0;

/** Says which file's tests come next. */
export function beginFile(path: string): void {
  [file, around, count] = [path, [suite('')], 0];
}

function declare(name: string, body: Hook): void {
  const id = `${file}#${[...around.map((each) => each.name), name].join(' ')}#${count++}`;
  declared.push({ id, file, suites: around, body });
}

function enter(name: string, body: Hook): void {
  const outer = around;
  around = [...around, suite(name)];
  body();
  around = outer;
}

type Declare = ((name: string, ...rest: readonly unknown[]) => void) & {
  each: (rows: readonly unknown[]) => (name: string, ...rest: readonly unknown[]) => void;
};

/** `it` and `describe` with their `each`; options and time limits mean nothing here. */
function declarer(one: (name: string, body: Hook) => void): Declare {
  const bodyOf = (rest: readonly unknown[]): Body =>
    rest.find((each): each is Body => typeof each === 'function') ?? (() => undefined);
  const each: Declare['each'] =
    (rows) =>
    (name, ...rest) => {
      const body = bodyOf(rest);
      for (const row of rows) {
        const values: readonly unknown[] = Array.isArray(row) ? row : [row];
        one(name, () => body(...values));
      }
    };
  return Object.assign(
    (name: string, ...rest: readonly unknown[]) => {
      const body = bodyOf(rest);
      one(name, () => body({}));
    },
    { each },
  );
}

export const it: Declare = declarer(declare);
export const describe: Declare = declarer(enter);

const hook =
  (kind: Exclude<keyof Suite, 'name'>) =>
  (run: Hook): void => {
    around.at(-1)?.[kind].push(run);
  };
export const beforeAll: (run: Hook) => void = hook('beforeAll');
export const afterAll: (run: Hook) => void = hook('afterAll');
export const beforeEach: (run: Hook) => void = hook('beforeEach');
export const afterEach: (run: Hook) => void = hook('afterEach');

/** The seed of the properties: the same cases every time. */
export const inject = (): number => 1;
