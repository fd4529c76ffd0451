import type { CommandModule } from 'yargs';
import type { Check } from '../verify-install/check.ts';
import { VIEW_COMMAND } from '../verify-install/facts/view.ts';
import { viewHost } from '../verify-install/host-view.ts';
import { printable } from '../log/printable.ts';
import { renderMetrics } from '../verify-install/prometheus.ts';
import type { Report } from '../verify-install/report.ts';
import { renderReport, type Screen } from '../verify-install/report-text.ts';
import { verifyInstall } from '../verify-install/verify.ts';
import type { Run } from '../login/run.ts';
import { UsageError, type Person } from './command.ts';
import { parseDuration } from './duration.ts';
import { writeMetrics } from './metrics-file.ts';

interface VerifyInstallArguments {
  readonly user?: string | undefined;
  readonly json: boolean;
  readonly format?: Format | undefined;
  readonly metrics?: readonly string[] | undefined;
  readonly offline: boolean;
  readonly since?: number | undefined;
}

const OFFLINE = {
  type: 'boolean',
  default: false,
  describe: 'skip the checks that need IMDS, such as while building an image',
} as const;

const SINCE = {
  type: 'string',
  requiresArg: true,
  coerce: (text: string) => parseDuration('--since', text),
  describe: 'how far back to read refusals in the log, such as 30m, 2h or 3d',
  defaultDescription: '1h',
} as const;

const FORMATS = ['text', 'json', 'prometheus'] as const;
type Format = (typeof FORMATS)[number];

const FORMAT = {
  type: 'string',
  choices: FORMATS,
  requiresArg: true,
  describe: 'print the report as text, as JSON on one line, or as Prometheus metrics',
  defaultDescription: 'text',
} as const;

const METRICS = {
  type: 'string',
  array: true,
  requiresArg: true,
  coerce: absolutePaths,
  describe: 'also write the metrics to this file (PATH.prom) if its folder exists',
} as const;

/** `verify-install`: says what is wrong with this installation, and how to fix it. */
export function verifyInstallCommand({
  edges,
  finish,
}: Person): CommandModule<object, VerifyInstallArguments> {
  return {
    command: 'verify-install',
    describe: 'check everything that a login with a pushed key depends on',
    builder: (yargs) =>
      yargs
        .option('user', {
          type: 'string',
          requiresArg: true,
          describe: 'the OS user to check',
          defaultDescription:
            "whoever has logged in to run it, else the default user of the distribution's images, else the first regular user account",
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print the report as JSON (schema 1), indented',
        })
        .option('format', FORMAT)
        .option('metrics', METRICS)
        .option('offline', OFFLINE)
        .option('since', SINCE),
    handler: async (options) => {
      finish(await verify(edges, options));
    },
  };
}

async function verify(
  { run, install }: Person['edges'],
  { user, json, format = json ? 'json' : 'text', metrics = [], ...options }: VerifyInstallArguments,
): Promise<number> {
  if (json && format !== 'json') {
    throw new UsageError(`--json and --format ${format} exclude each other`);
  }
  const { offline, since } = options;
  const begin = progress(run, format !== 'text');
  const report = await verifyInstall(await install(), { user, offline, since }, begin);
  clearProgress(run);
  run.write(1, render(report, json ? 'indented' : format));
  const problems = metrics.flatMap((path) => writeMetrics(path, renderMetrics(report)) ?? []);
  for (const problem of problems) {
    run.write(2, `ec2-instance-connect: ${printable(problem, 1000)}\n`);
  }
  return report.summary.healthy && problems.length === 0 ? 0 : 1;
}

function render(report: Report, format: Format | 'indented'): string {
  switch (format) {
    case 'indented':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'json':
      return `${JSON.stringify(report)}\n`;
    case 'prometheus':
      return renderMetrics(report);
    case 'text':
      return renderReport(report, screen());
  }
}

/** The collector reads no other names; a relative path would depend on where a unit runs. */
function absolutePaths(paths: readonly string[]): readonly string[] {
  const wrong = paths.find((path) => !/^\/.*[^/]\.prom$/.test(path));
  if (wrong === undefined) return paths;
  throw new UsageError(`--metrics: expected an absolute path that ends with .prom, got "${wrong}"`);
}

/** Hidden: `verify-install` runs it as the user that sshd runs the command as. */
export function viewHostCommand({
  edges,
  finish,
}: Person): CommandModule<object, { offline: boolean }> {
  return {
    command: VIEW_COMMAND,
    describe: false,
    builder: (yargs) => yargs.option('offline', OFFLINE),
    handler: async ({ offline }) => {
      edges.run.write(1, `${JSON.stringify(await viewHost(await edges.view(), offline))}\n`);
      finish(0);
    },
  };
}

const CLEAR_LINE = '\r\x1b[K';

/** A line on the terminal that names what is being looked at; it vanishes with the next one. */
function progress(run: Run, isQuiet: boolean): (check: Check) => void {
  if (isQuiet || !process.stderr.isTTY) return () => undefined;
  return ({ title }) => {
    run.write(2, `${CLEAR_LINE}checking: ${title} ...`);
  };
}

function clearProgress(run: Run): void {
  if (process.stderr.isTTY) run.write(2, CLEAR_LINE);
}

/** https://no-color.org: a NO_COLOR that is present and not empty forbids colour. */
function screen(): Screen {
  const { NO_COLOR: forbidden = '', TERM: terminal } = process.env;
  const { isTTY, columns } = process.stdout;
  return { colour: isTTY && forbidden === '' && terminal !== 'dumb', columns };
}
