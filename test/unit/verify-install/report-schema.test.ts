import { describe, expect, it } from 'vitest';
import { schemaErrors } from '../../support/report-schema.ts';
import { CHECKS } from '../../../src/verify-install/checks/index.ts';
import { fail, pass, skip, warn, type CheckResult } from '../../../src/verify-install/check.ts';
import { decide, fix, lookAt } from '../../../src/verify-install/remedies.ts';
import { makeReport, type Report } from '../../../src/verify-install/report.ts';
import { verifyInstall } from '../../../src/verify-install/verify.ts';
import { edgesOf } from './world.ts';

const HOST = { system: 'Debian GNU/Linux 12 (bookworm)', architecture: 'x64' };
const RESULTS: readonly CheckResult[] = [
  pass('well', { files: 5, kind: 'x', is: true }),
  warn('old\n\u{1b}[31m', lookAt('top', 'a note')),
  fail('wrong', fix('chmod 0755 /x')),
  fail('in the way', decide('cat /x', 'everybody', { command: 'rm /x', changes: 'all' })),
  skip('needs-root', 'root only'),
  { status: 'skip', found: 'left out', because: 'dependency', blockedBy: 'files-mode' },
];

function report(): Report {
  const reports = RESULTS.flatMap((result, index) => {
    const check = CHECKS[index];
    return check === undefined ? [] : [{ check, result }];
  });
  const run = { root: true, offline: false, user: 'alice' };
  return makeReport(reports, { time: 1_800_000_000, host: HOST, run });
}

describe('the JSON schema of reports', () => {
  it('fits a report with every kind of result and remedy', () => {
    expect(schemaErrors(report())).toEqual([]);
  });

  it('fits the report of a whole run, as root and as an ordinary user', async () => {
    const files = {
      '/etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
      '/proc/sys/kernel/osrelease': '6.1.0\n',
    };
    for (const [uid, offline] of [
      [0, false],
      [1000, true],
    ] as const) {
      const found = await verifyInstall(edgesOf({ files, uid }), { offline, user: 'alice' });
      expect(found.checks.length).toBe(CHECKS.length);
      expect(schemaErrors(JSON.parse(JSON.stringify(found)))).toEqual([]);
    }
  });

  /** The report with another value at one place; without the field where there is none. */
  function changed(place: string, value: unknown): unknown {
    const copy: unknown = JSON.parse(JSON.stringify(report()));
    const way = place.split('.');
    const last = way.pop() ?? '';
    const parent = way.reduce((at, name) => (at as Record<string, unknown>)[name], copy);
    if (value === undefined) Reflect.deleteProperty(parent as object, last);
    else Object.assign(parent as object, { [last]: value });
    return copy;
  }

  it.each([
    ['another number', 'schema', 2],
    ['a field that is missing', 'summary', undefined],
    ['a field that it does not describe', 'extra', 1],
    ['a fraction of a second', 'time', 1.5],
    ['a null', 'run.user', null],
    ['a control character', 'host.system', 'a\u{1b}'],
    ['a failure without a remedy', 'checks.2.remedy', undefined],
    ['a pass with a remedy', 'checks.2.status', 'pass'],
    ['a skip without a reason', 'checks.4.because', undefined],
    ['another kind of remedy', 'checks.2.remedy.kind', 'x'],
    ['nested data', 'checks.0.data.files', {}],
  ])('refuses %s', (_, place, value) => {
    expect(schemaErrors(changed(place, value))).not.toEqual([]);
  });
});
