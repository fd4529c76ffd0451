import { describe, expect, it } from 'vitest';
import { fail, pass, skip, warn } from '../../../src/verify-install/check.ts';
import { CHECKS } from '../../../src/verify-install/checks/index.ts';
import { escapeLabel, renderMetrics } from '../../../src/verify-install/prometheus.ts';
import { fix, lookAt } from '../../../src/verify-install/remedies.ts';
import { makeReport, type HostFacts } from '../../../src/verify-install/report.ts';
import type { CheckReport } from '../../../src/verify-install/runner.ts';
import type { CheckId, CheckResult } from '../../../src/verify-install/check.ts';

const NOW = 1_800_000_000;

function metricsOf(
  results: Partial<Record<CheckId, CheckResult>>,
  host: HostFacts = { system: 'Debian 12', architecture: 'x64', openssh: '9.2' },
): string {
  const reports = CHECKS.flatMap((check): CheckReport[] => {
    const result = results[check.id];
    return result === undefined ? [] : [{ check, result }];
  });
  const run = { root: true, offline: false };
  return renderMetrics(makeReport(reports, { time: NOW, host, run }));
}

describe('the metrics of a report', () => {
  it('say how it is, each with its help and type, and what ends when', () => {
    const text = metricsOf({
      'files-present': pass('5 files'),
      'files-mode': fail('wrong', fix('true')),
      'signer-path': pass('3 certificates', { certificates: 3, notAfter: NOW + 86_400 }),
      'signer-staples': warn('soon', lookAt('x'), { staples: 3, nextUpdate: NOW - 5 }),
      'witness-own': skip('needs-root', 'x'),
    });
    expect(text).toMatchInlineSnapshot(`
      "# HELP ec2_instance_connect_info What was looked at; always 1.
      # TYPE ec2_instance_connect_info gauge
      ec2_instance_connect_info{version="3.0.0",openssh="9.2",system="Debian 12",instance_id=""} 1
      # HELP ec2_instance_connect_verify_timestamp_seconds When verify-install ran.
      # TYPE ec2_instance_connect_verify_timestamp_seconds gauge
      ec2_instance_connect_verify_timestamp_seconds 1800000000
      # HELP ec2_instance_connect_healthy Whether no check failed.
      # TYPE ec2_instance_connect_healthy gauge
      ec2_instance_connect_healthy 0
      # HELP ec2_instance_connect_checks How many checks ended in which state.
      # TYPE ec2_instance_connect_checks gauge
      ec2_instance_connect_checks{state="pass"} 2
      ec2_instance_connect_checks{state="warn"} 1
      ec2_instance_connect_checks{state="fail"} 1
      ec2_instance_connect_checks{state="skip"} 1
      # HELP ec2_instance_connect_check_failed Whether this check failed.
      # TYPE ec2_instance_connect_check_failed gauge
      ec2_instance_connect_check_failed{check="files-present"} 0
      ec2_instance_connect_check_failed{check="files-mode"} 1
      ec2_instance_connect_check_failed{check="signer-path"} 0
      ec2_instance_connect_check_failed{check="signer-staples"} 0
      ec2_instance_connect_check_failed{check="witness-own"} 0
      # HELP ec2_instance_connect_staples_end_timestamp_seconds When the first of the revocation staples ends.
      # TYPE ec2_instance_connect_staples_end_timestamp_seconds gauge
      ec2_instance_connect_staples_end_timestamp_seconds 1799999995
      # HELP ec2_instance_connect_staples_remaining_seconds How long the first of the revocation staples had left when verify-install ran.
      # TYPE ec2_instance_connect_staples_remaining_seconds gauge
      ec2_instance_connect_staples_remaining_seconds -5
      # HELP ec2_instance_connect_certificates_end_timestamp_seconds When the first of the certificates ends.
      # TYPE ec2_instance_connect_certificates_end_timestamp_seconds gauge
      ec2_instance_connect_certificates_end_timestamp_seconds 1800086400
      # HELP ec2_instance_connect_certificates_remaining_seconds How long the first of the certificates had left when verify-install ran.
      # TYPE ec2_instance_connect_certificates_remaining_seconds gauge
      ec2_instance_connect_certificates_remaining_seconds 86400
      "
    `);
  });

  it('have no end where the run did not find one out', () => {
    const text = metricsOf({ 'signer-staples': skip('offline', 'x') });
    expect(text).not.toMatch(/staples_|certificates_/);
    expect(text).toContain('ec2_instance_connect_healthy 1\n');
  });

  it('are lines that the text format allows, whatever the host calls itself', () => {
    const system = 'a "quoted" \\ name\nec2_instance_connect_healthy 7';
    const text = metricsOf({ 'files-present': pass('x') }, { system, architecture: 'x64' });
    const label = '[a-z_]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
    const sample = new RegExp(`^[a-z0-9_]+(?:\\{${label}(?:,${label})*\\})? -?[0-9]+$`);
    const lines = text.split('\n');
    expect(lines.at(-1)).toBe('');
    for (const line of lines.slice(0, -1)) {
      expect(line).toMatch(line.startsWith('#') ? /^# (HELP|TYPE) [a-z0-9_]+ \S/ : sample);
    }
  });

  it('escape what a label may not have as it is', () => {
    expect(escapeLabel('a\\b"c\nd')).toBe('a\\\\b\\"c\\nd');
  });
});
