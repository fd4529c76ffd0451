import { describe, expect, it } from 'vitest';
import {
  fail,
  pass,
  skip,
  warn,
  type Check,
  type CheckId,
  type CheckResult,
} from '../../../src/verify-install/check.ts';
import { CHECKS } from '../../../src/verify-install/checks/index.ts';
import { Inspection } from '../../../src/verify-install/inspection.ts';
import { fix } from '../../../src/verify-install/remedies.ts';
import { runChecks } from '../../../src/verify-install/runner.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { edgesOf } from './world.ts';

const REMEDY = fix('true');

function check(
  id: CheckId,
  result: CheckResult | Error,
  more: Partial<Pick<Check, 'dependsOn' | 'needs'>> = {},
): Check {
  const run = (): CheckResult => {
    if (result instanceof Error) throw result;
    return result;
  };
  return { id, group: 'files', title: id, dependsOn: [], run, ...more };
}

async function results(
  checks: readonly Check[],
  { uid = 0, offline = false } = {},
): Promise<readonly CheckResult[]> {
  const reports = await runChecks(checks, new Inspection(edgesOf({ uid }), { offline }));
  return reports.map(({ result }) => result);
}

const AFTER_FIRST = { dependsOn: ['files-present'] } as const;

describe('runChecks', () => {
  it('leaves out what depends on a failed check, and what depends on that, naming each blocker', async () => {
    const found = await results([
      check('files-present', fail('gone', REMEDY)),
      check('files-mode', pass('fine'), AFTER_FIRST),
      check('files-content', pass('fine'), { dependsOn: ['files-mode'] }),
    ]);
    expect(found.slice(1)).toMatchObject([
      { status: 'skip', because: 'dependency', blockedBy: 'files-present' },
      { status: 'skip', because: 'dependency', blockedBy: 'files-mode' },
    ]);
  });

  it('goes on after a warning, and after a check that does not apply', async () => {
    const found = await results([
      check('files-present', warn('old', REMEDY)),
      check('files-mode', skip('not-applicable', 'nothing there')),
      check('files-content', pass('fine'), { dependsOn: ['files-present', 'files-mode'] }),
    ]);
    expect(found[2]).toMatchObject({ status: 'pass' });
  });

  it('leaves out what only root can look at, without blocking what depends on it', async () => {
    const found = await results(
      [
        check('files-present', pass('fine'), { needs: ['root'] }),
        check('files-mode', pass('fine'), AFTER_FIRST),
      ],
      { uid: 1000 },
    );
    expect(found).toMatchObject([{ status: 'skip', because: 'needs-root' }, { status: 'pass' }]);
  });

  it('leaves out what needs an instance when it is told to stay offline', async () => {
    const found = await results([check('instance', pass('fine'), { needs: ['instance'] })], {
      offline: true,
    });
    expect(found).toMatchObject([{ status: 'skip', because: 'offline' }]);
  });

  it('turns a fault of the world into a failure with its words', async () => {
    const fault = new Fault('IMDS_STATUS', 'expected 200, got 500');
    expect(await results([check('pushed-keys', fault)])).toMatchObject([
      { status: 'fail', found: 'expected 200, got 500' },
    ]);
  });

  it('turns an error of its own into a failure, and runs the other checks', async () => {
    const found = await results([
      check('files-present', new TypeError('boom')),
      check('files-mode', pass('fine')),
    ]);
    expect(found).toMatchObject([{ status: 'fail' }, { status: 'pass' }]);
  });
});

describe('the list of checks', () => {
  it('names every check once', () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has no check before one that it depends on', () => {
    for (const [index, { dependsOn }] of CHECKS.entries()) {
      const before = CHECKS.slice(0, index).map(({ id }) => id);
      expect(before).toEqual(expect.arrayContaining([...dependsOn]));
    }
  });

  it('keeps the checks of a group together, in the order of the headings', () => {
    const groups = CHECKS.map(({ group }) => group);
    const runs = groups.filter((group, index) => group !== groups[index - 1]);
    expect(new Set(runs).size).toBe(runs.length);
  });
});
