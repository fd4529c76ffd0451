import type { CommandModule } from 'yargs';
import type { Check } from '../verify-install/check.ts';
import { VIEW_COMMAND } from '../verify-install/facts/view.ts';
import { viewHost } from '../verify-install/host-view.ts';
import { renderReport } from '../verify-install/report-text.ts';
import { verifyInstall } from '../verify-install/verify.ts';
import type { Run } from '../login/run.ts';
import type { Person } from './command.ts';

interface VerifyInstallArguments {
  readonly user?: string | undefined;
  readonly json: boolean;
  readonly offline: boolean;
}

const OFFLINE = {
  type: 'boolean',
  default: false,
  describe: 'leave out what needs IMDS, for instance while an image is built',
} as const;

/** `verify-install`: says what is wrong with this installation, and how to mend it. */
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
          describe: 'the OS user who is to log in',
          defaultDescription: 'who has logged in here, else the first account of a person',
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print the report as JSON (schema 1)',
        })
        .option('offline', OFFLINE),
    handler: async ({ user, json, offline }) => {
      const report = await verifyInstall(
        await edges.install(),
        { user, offline },
        progress(edges.run, json),
      );
      clearProgress(edges.run);
      edges.run.write(
        1,
        json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report, inColour()),
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
function inColour(): boolean {
  const { NO_COLOR: forbidden = '', TERM: terminal } = process.env;
  return process.stdout.isTTY && forbidden === '' && terminal !== 'dumb';
}
