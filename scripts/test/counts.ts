/** A reporter of vitest for scripts/test.sh: writes "PASSED FAILED SKIPPED" to the file that EIC_COUNTS names. */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** How many tests ended in which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Whether a hook broke around a test, which vitest then calls skipped. */
function lostItsGround(test: TestCase): boolean {
  for (let parent = test.parent; ; parent = parent.parent) {
    if (parent.errors().length > 0) return true;
    if (parent.type === 'module') return false;
  }
}

/**
 * Counts a run. A test that did not run because a hook around it broke has failed; so has a file that
 * broke without tests, each error outside of every test, and a run in which nothing passed.
 */
export function countResults(
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
): Counts {
  const counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    const tests = [...module.children.allTests()];
    for (const test of tests) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'skipped' && !lostItsGround(test)) counts.skipped += 1;
      else counts.failed += 1;
    }
    if (module.state() === 'failed' && !tests.some((test) => hasFailed(test))) counts.failed += 1;
  }
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  return counts;
}

function hasFailed(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'failed' || (state === 'skipped' && lostItsGround(test));
}

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const path = process.env['EIC_COUNTS'];
    if (path === undefined) return;
    const { passed, failed, skipped } = countResults(modules, errors);
    writeFileSync(path, `${passed} ${failed} ${skipped}\n`);
  }
}
