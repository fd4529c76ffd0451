import { describe, expect, it } from 'vitest';
import { fail, pass, skip, warn, type CheckResult } from '../../../src/verify-install/check.ts';
import { CHECKS } from '../../../src/verify-install/checks/index.ts';
import { decide, fix, lookAt } from '../../../src/verify-install/remedies.ts';
import { makeReport, type Report } from '../../../src/verify-install/report.ts';
import { renderReport } from '../../../src/verify-install/report-text.ts';
import type { CheckReport } from '../../../src/verify-install/runner.ts';
import { schemaErrors } from '../../support/report-schema.ts';
import { VERSION } from '../../../src/version.ts';

const HOST = { system: 'Debian GNU/Linux 12 (bookworm)', architecture: 'x64' };
const PLAIN = { colour: false, columns: 80 };
const RUN = { root: true, offline: false, user: 'alice' };

function reportOf(...results: readonly CheckResult[]): Report {
  const reports = CHECKS.slice(0, results.length).map((check, index): CheckReport => {
    return { check, result: results[index] ?? pass('') };
  });
  const report = makeReport(reports, { time: 1_800_000_000.7, host: HOST, run: RUN });
  expect(schemaErrors(report)).toEqual([]);
  return report;
}

const MIXED = reportOf(
  pass('5 files', { files: 5 }),
  fail('wrong mode', fix('chmod 0755 /x', 'as root')),
  { status: 'skip', found: 'left out', because: 'dependency', blockedBy: 'files-mode' },
  warn('slow', lookAt('top')),
);

describe('the JSON report, schema 1', () => {
  it('has exactly the documented fields', () => {
    expect(MIXED).toEqual({
      schema: 1,
      program: { name: 'ec2-instance-connect', version: VERSION },
      time: 1_800_000_000,
      host: HOST,
      run: RUN,
      summary: { healthy: false, pass: 1, warn: 1, fail: 1, skip: 1 },
      checks: [
        {
          id: 'files-present',
          group: 'files',
          title: 'files installed',
          status: 'pass',
          found: '5 files',
          data: { files: 5 },
        },
        {
          id: 'files-mode',
          group: 'files',
          title: 'modes and owners',
          status: 'fail',
          found: 'wrong mode',
          remedy: { kind: 'fix', command: 'chmod 0755 /x', note: 'as root' },
        },
        {
          id: 'files-content',
          group: 'files',
          title: 'checksums',
          status: 'skip',
          found: 'left out',
          because: 'dependency',
          blockedBy: 'files-mode',
        },
        {
          id: 'program-starts',
          group: 'files',
          title: 'program and its C library',
          status: 'warn',
          found: 'slow',
          remedy: { kind: 'look', command: 'top' },
        },
      ],
    });
  });

  it('keeps the names of all checks, which scripts rely on', () => {
    expect(CHECKS.map(({ id }) => id)).toMatchInlineSnapshot(`
      [
        "files-present",
        "files-mode",
        "files-content",
        "program-starts",
        "command-user",
        "command-user-locked",
        "login-user",
        "password-aging",
        "pam-account",
        "sshd-present",
        "sshd-config",
        "command-path",
        "authorized-keys-command",
        "authorized-keys-command-user",
        "match-blocks",
        "other-helpers",
        "sshd-running",
        "sshd-current",
        "pubkey-authentication",
        "login-allowed",
        "hosts-access",
        "session",
        "selinux",
        "instance",
        "imds-reachable",
        "imds-ipv6",
        "imds-proxy",
        "imds-token",
        "imds-command-user",
        "instance-id",
        "pushed-keys",
        "signer-documents",
        "signer-name",
        "ca-store",
        "clock",
        "ca-root",
        "signer-path",
        "signer-staples",
        "journal",
        "debug-switch",
        "dry-run",
        "dry-run-user",
        "witness-login",
        "witness-command",
        "witness-own",
      ]
    `);
  });

  it('is healthy with warnings and with checks left out', () => {
    const report = reportOf(warn('old', fix('true')), skip('needs-root', 'root only'));
    expect(report.summary).toEqual({ healthy: true, pass: 0, warn: 1, fail: 0, skip: 1 });
  });

  it('lets no control character through, and folds lines', () => {
    const [check] = reportOf(pass('a\x1b[31mb\n  c')).checks;
    expect(check?.found).toBe('a\\u{1b}[31mb; c');
  });
});

describe('the report for a person', () => {
  it('groups, aligns, and shows remedies and the closing sentence', () => {
    expect(renderReport(MIXED, PLAIN)).toMatchInlineSnapshot(`
      "ec2-instance-connect 3.0.0 on Debian GNU/Linux 12 (bookworm), login user alice

      Installed files
         ok   files installed            5 files
        FAIL  modes and owners           wrong mode
        skip  checksums                  left out
        warn  program and its C library  slow
              look:
                top

      1 check failed, 1 check passed, 1 warning, 1 left out.

      To do, in this order
       1. modes and owners: wrong mode
          fix (as root):
            chmod 0755 /x
      Then run verify-install again.
      "
    `);
  });

  it('has colours only when it may', () => {
    expect(renderReport(MIXED, PLAIN)).not.toContain('\x1b');
    expect(renderReport(MIXED, { colour: true })).toContain('\x1b[1;31mFAIL\x1b[0m');
  });

  it('says that all is well, and counts warnings apart from what passed', () => {
    expect(renderReport(reportOf(pass('fine'), warn('old', fix('true'))), PLAIN)).toMatch(
      /\n1 check passed, 1 warning\.\n$/,
    );
  });

  it('repeats each failure below with what to do, and breaks sentences but no command', () => {
    const rule =
      'sed -n 1p /etc/ssh/sshd_config.d/a-file-with-a-name-that-is-rather-long.conf | cat';
    const report = reportOf(
      fail('a long sentence about what is wrong here '.repeat(3), fix('true && '.repeat(12))),
      fail(
        'AllowUsers does not have alice',
        decide(rule, 'everybody who logs in here', {
          command: `${rule} && reload`,
          changes: 'alice may log in from everywhere, by any method; nobody else is affected',
        }),
      ),
    );
    const text = renderReport(report, PLAIN);
    expect(text).toMatchInlineSnapshot(`
      "ec2-instance-connect 3.0.0 on Debian GNU/Linux 12 (bookworm), login user alice

      Installed files
        FAIL  files installed   a long sentence about what is wrong here a long
                                sentence about what is wrong here a long sentence
                                about what is wrong here 
        FAIL  modes and owners  AllowUsers does not have alice

      2 checks failed, 0 checks passed.

      To do, in this order
       1. files installed: a long sentence about what is wrong here a long sentence
          about what is wrong here a long sentence about what is wrong here 
          fix:
            true && true && true && true && true && true && true && true && true && true && true && true && 
       2. modes and owners: AllowUsers does not have alice
          your decision: a rule of this host, which concerns everybody who logs in
          here; see it:
            sed -n 1p /etc/ssh/sshd_config.d/a-file-with-a-name-that-is-rather-long.conf | cat
          choice: alice may log in from everywhere, by any method; nobody else is
          affected:
            sed -n 1p /etc/ssh/sshd_config.d/a-file-with-a-name-that-is-rather-long.conf | cat && reload
      Then run verify-install again.
      "
    `);
    const sentences = text.split('\n').filter((line) => !/true|sed/.test(line));
    expect(sentences.filter((line) => line.length > 80)).toEqual([]);
  });
});
