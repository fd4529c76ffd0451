import type { CommandModule } from 'yargs';
import type { Check } from '../verify-install/check.ts';
import { VIEW_COMMAND } from '../verify-install/facts/view.ts';
import { viewHost } from '../verify-install/host-view.ts';
import { renderReport, type Screen } from '../verify-install/report-text.ts';
import { verifyInstall } from '../verify-install/verify.ts';
import type { Run } from '../login/run.ts';
import type { Person } from './command.ts';
import { parseDuration } from './duration.ts';

interface VerifyInstallArguments {
  readonly user?: string | undefined;
  readonly json: boolean;
  readonly offline: boolean;
  readonly since?: number | undefined;
}

const OFFLINE = {
  type: 'boolean',
  default: false,
  describe: 'skip the checks that need IMDS, for instance while building an image',
} as const;

const SINCE = {
  type: 'string',
  requiresArg: true,
  coerce: (text: string) => parseDuration('--since', text),
  describe: 'how far back to read refusals in the log: 30m, 2h, 3d',
  defaultDescription: '1h',
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
          defaultDescription: 'the user who last logged in, else the first account of a person',
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print the report as JSON (schema 1)',
        })
        .option('offline', OFFLINE)
        .option('since', SINCE),
    handler: async ({ user, json, offline, since }) => {
      const report = await verifyInstall(
        await edges.install(),
        { user, offline, since },
        progress(edges.run, json),
      );
      clearProgress(edges.run);
      edges.run.write(
        1,
        json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report, screen()),
      );
      finish(report.summary.healthy ? 0 : 1);
    },
  };
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
function progress(run: Run, json: boolean): (check: Check) => void {
  if (json || !process.stderr.isTTY) return () => undefined;
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
