import { printable } from '../log/printable.ts';
import { VERSION } from '../version.ts';
import {
  GROUPS,
  type CheckId,
  type Data,
  type Group,
  type Remedy,
  type SkipReason,
  type Status,
} from './check.ts';
import type { CheckReport } from './runner.ts';

/**
 * What `verify-install --json` prints: one object, schema 1. Fields may be added under the same
 * number; none is renamed, retyped or taken away. Every text is printable ASCII, everything else in
 * it is written as `\u{hex}`.
 *
 * - `schema`: 1.
 * - `program`: `name` and `version` of what has looked.
 * - `time`: when, in Unix seconds.
 * - `host`: facts; what is not known is left out.
 * - `run`: with which rights, for which login user, with or without IMDS.
 * - `summary`: how many checks ended in which way; `healthy` is true when none failed, which says
 *   little without root (`run.root`): what only root can look at is left out then.
 * - `checks`: every check in the order of the report.
 */
export interface Report {
  /** The version of this form. */
  readonly schema: 1;
  /** The program that made the report. */
  readonly program: { readonly name: string; readonly version: string };
  /** When it was made, in Unix seconds. */
  readonly time: number;
  /** What is known of the host. */
  readonly host: HostFacts;
  /** How the program was called. */
  readonly run: RunFacts;
  /**
   * The number of checks with each status (`pass`, `warn`, `fail`, `skip`), and `healthy`: whether none failed,
   * which says little unless `run.root` is true.
   */
  readonly summary: Readonly<Record<Status, number>> & { readonly healthy: boolean };
  /** Every check, in the order of the report. */
  readonly checks: readonly ReportedCheck[];
}

/** The host, as far as it is known. */
export interface HostFacts {
  /** For people, such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly system: string;
  /** `ID` of os-release(5). */
  readonly systemId?: string;
  /** `VERSION_ID` of os-release(5). */
  readonly systemVersion?: string;
  /** The release, as `uname -r` prints it. */
  readonly kernel?: string;
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string;
  /** Such as `9.2`. */
  readonly openssh?: string;
  /** The version of the host's C library, such as `2.36`. */
  readonly glibc?: string;
  /** From the firmware. */
  readonly instanceId?: string;
}

/** How the program was called. */
export interface RunFacts {
  /** Whether it ran as root: other users cannot make every check. */
  readonly root: boolean;
  /** Whether the checks that need the metadata service were skipped (`--offline`). */
  readonly offline: boolean;
  /** The login user in question; left out where there is none. */
  readonly user?: string;
}

/** One check. `id` is stable; `title` and `found` are for people. */
export interface ReportedCheck {
  /** The stable name of the check. */
  readonly id: CheckId;
  /** The stable name of its group. */
  readonly group: Group;
  /** What is checked, for people. */
  readonly title: string;
  /** How the check ended. */
  readonly status: Status;
  /** What was found, in one line, for people. */
  readonly found: string;
  /**
   * With `warn` and `fail`. `kind` is `fix` (run it), `look` (it shows more and changes nothing) or
   * `decision` (a rule of this host is in the way: `command` shows it, `concerns` says whom it is
   * about, `choices` are the options, with what each changes for whom).
   */
  readonly remedy?: Remedy;
  /** With `skip`: why it was left out. */
  readonly because?: SkipReason;
  /** With `because: "dependency"`: the check that it depends on. */
  readonly blockedBy?: CheckId;
  /**
   * Figures, where there are some: times in Unix seconds, durations in milliseconds, the clock's
   * `offset` in seconds.
   */
  readonly data?: Data;
}

const MAX_TEXT = 1000;

/**
 * Puts results into the report's form; every text is made printable.
 * @param time Unix seconds
 */
export function makeReport(
  reports: readonly CheckReport[],
  { time, host, run }: { time: number; host: HostFacts; run: RunFacts },
): Report {
  const count = (status: Status): number =>
    reports.filter(({ result }) => result.status === status).length;
  const fail = count('fail');
  return {
    schema: 1,
    program: { name: 'ec2-instance-connect', version: VERSION },
    time: Math.floor(time),
    host: printableFields(host),
    run: printableFields(run),
    summary: {
      healthy: fail === 0,
      pass: count('pass'),
      warn: count('warn'),
      fail,
      skip: count('skip'),
    },
    checks: reports.map(reportCheck),
  };
}

function reportCheck({ check, result }: CheckReport): ReportedCheck {
  const { id, group, title } = check;
  const common = { id, group, title, status: result.status, found: text(result.found) };
  if (result.status === 'skip') {
    const { because, blockedBy } = result;
    return { ...common, because, ...(blockedBy === undefined ? {} : { blockedBy }) };
  }
  return {
    ...common,
    ...('remedy' in result ? { remedy: printableRemedy(result.remedy) } : {}),
    ...(result.data === undefined ? {} : { data: printableFields(result.data) }),
  };
}

function printableRemedy(remedy: Remedy): Remedy {
  if (remedy.kind !== 'decision') return printableFields(remedy);
  return { ...printableFields(remedy), choices: remedy.choices.map(printableFields) };
}

function text(value: string): string {
  return printable(value.replace(/\s*\n\s*/g, '; '), MAX_TEXT);
}

function printableFields<T extends object>(record: T): T {
  const entries = Object.entries(record).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? text(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** The groups that a report has checks of, in the order of the headings. */
export function groupsOfReport(report: Report): readonly Group[] {
  return (Object.keys(GROUPS) as Group[]).filter((group) =>
    report.checks.some((check) => check.group === group),
  );
}
