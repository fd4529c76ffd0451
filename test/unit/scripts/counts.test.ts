import { describe, expect, it } from 'vitest';
import type { TestCase, TestModule } from 'vitest/node';
import { countResults } from '../../../scripts/test/counts.ts';

type State = 'passed' | 'failed' | 'skipped';

/** As much of vitest's module as is looked at: a file with a suite, whose hooks broke or not. */
function moduleOf(states: readonly State[], broken: boolean): TestModule {
  const errors = (): readonly unknown[] => (broken ? [{ message: 'beforeAll' }] : []);
  const module = { type: 'module', errors: () => [] };
  const suite = { type: 'suite', errors, parent: module };
  const tests = states.map((state) => ({ parent: suite, result: () => ({ state }) }));
  const failed = broken || states.includes('failed');
  return {
    ...module,
    state: () => (failed ? 'failed' : 'passed'),
    children: { allTests: () => tests as unknown as readonly TestCase[] },
  } as unknown as TestModule;
}

describe('the count of a run', () => {
  it('tells passed, failed and skipped tests', () => {
    const run = [moduleOf(['passed', 'passed', 'failed', 'skipped'], false)];
    expect(countResults(run, [])).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  it('counts the tests behind a broken hook as failed, not as skipped', () => {
    const run = [moduleOf(['passed'], false), moduleOf(['skipped', 'skipped'], true)];
    expect(countResults(run, [])).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  it('counts a file that broke without tests, and an error outside of every test', () => {
    const run = [moduleOf(['passed'], false), moduleOf([], true)];
    expect(countResults(run, [{ message: 'late' }])).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  it('counts one failure where nothing was counted', () => {
    expect(countResults([], [])).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
