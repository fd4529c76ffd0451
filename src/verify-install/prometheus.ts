import type { CheckId, Status } from './check.ts';
import type { Report } from './report.ts';

const PREFIX = 'ec2_instance_connect';
const STATES: readonly Status[] = ['pass', 'warn', 'fail', 'skip'];

/** A sample: its labels and its value. */
type Sample = readonly [Readonly<Record<string, string>>, number];

/**
 * The report as metrics in Prometheus' text format (version 0.0.4), as node_exporter's textfile collector reads it. Ends
 * are given as points in time, from which an alert computes what is left while it is evaluated, and as seconds that were
 * left at the time of the run. What the run has not found out has no sample.
 */
export function renderMetrics(report: Report): string {
  const { program, host, summary, time, checks } = report;
  const about = {
    version: program.version,
    openssh: host.openssh ?? '',
    system: host.system,
    instance_id: host.instanceId ?? '',
  };
  return [
    metric('info', 'What was looked at; always 1.', [[about, 1]]),
    metric('verify_timestamp_seconds', 'When verify-install ran.', [[{}, time]]),
    metric('healthy', 'Whether no check failed.', [[{}, Number(summary.healthy)]]),
    metric(
      'checks',
      'How many checks ended in which state.',
      STATES.map((state) => [{ state }, summary[state]]),
    ),
    metric(
      'check_failed',
      'Whether this check failed.',
      checks.map(({ id, status }) => [{ check: id }, Number(status === 'fail')]),
    ),
    ...end(report, 'staples', 'signer-staples', 'nextUpdate', 'first of the revocation staples'),
    ...end(report, 'certificates', 'signer-path', 'notAfter', 'first of the certificates'),
  ].join('');
}

/** The end of what a check has found: when it is, and how far away it was. */
function end(
  { checks, time }: Report,
  name: string,
  id: CheckId,
  figure: string,
  what: string,
): readonly string[] {
  const at = checks.find((check) => check.id === id)?.data?.[figure];
  if (typeof at !== 'number') return [];
  return [
    metric(`${name}_end_timestamp_seconds`, `When the ${what} ends.`, [[{}, at]]),
    metric(`${name}_remaining_seconds`, `How long the ${what} had left when verify-install ran.`, [
      [{}, at - time],
    ]),
  ];
}

/** One gauge with its samples. */
function metric(name: string, help: string, samples: readonly Sample[]): string {
  const full = `${PREFIX}_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelSet(labels)} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} gauge`, ...lines, ''].join('\n');
}

function labelSet(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The format's escapes in a label's value: backslash, double quote and line feed. */
export function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
