import type { Inspection } from '../inspection.ts';
import {
  acceptedLogins,
  MAX_LOG,
  parseAuthLog,
  parseJournal,
  testimonies,
  type Testimony,
} from '../witnesses.ts';
import { hasSystemd } from './host.ts';

/** How far back the log is read without `--since`, in seconds. */
export const DEFAULT_SINCE = 3600;

/** What the log says, and where it was read. */
export interface Witnesses {
  /** `the journal` or a path; undefined where there is no log that can be read. */
  readonly source: string | undefined;
  /** Refusals since the time asked for, oldest first. */
  readonly testimonies: readonly Testimony[];
  /** The last successful login of each user, in Unix seconds. */
  readonly accepted: ReadonlyMap<string, number>;
}

/** Who writes of logins: sshd, which is three programs since OpenSSH 9.8 and 10.0, and this program. */
const IDENTIFIERS = ['sshd', 'sshd-session', 'sshd-auth', 'ec2-instance-connect'];

/** Where syslog daemons put the facility authpriv: Debian's family, then Red Hat's. */
const LOGS = ['/var/log/auth.log', '/var/log/secure'];

/** Reads the journal, or the file that a syslog daemon writes; only root may. */
export async function witnesses(on: Inspection): Promise<Witnesses> {
  const now = on.edges.now();
  const since = Math.max(0, now - (on.options.since ?? DEFAULT_SINCE));
  const journal = on.fact(hasSystemd) ? await readJournal(on, since) : undefined;
  const log = journal ?? readLogFile(on, now);
  if (log === undefined) return { source: undefined, testimonies: [], accepted: new Map() };
  const lines = log.lines.filter(
    ({ time, identifier }) => time >= since && IDENTIFIERS.includes(identifier),
  );
  return {
    source: log.source,
    testimonies: testimonies(lines),
    accepted: acceptedLogins(lines),
  };
}

interface Log {
  readonly source: string;
  readonly lines: ReturnType<typeof parseJournal>;
}

async function readJournal(on: Inspection, since: number): Promise<Log | undefined> {
  const filter = IDENTIFIERS.flatMap((name) => ['-t', name]);
  const range = ['-q', '--no-pager', '-o', 'json', `--since=@${Math.floor(since)}`, '-n', '5000'];
  const { status, stdout } = await on.edges.run({ argv: ['journalctl', ...range, ...filter] });
  return status === 0 ? { source: 'the journal', lines: parseJournal(stdout) } : undefined;
}

function readLogFile(on: Inspection, now: number): Log | undefined {
  const offset = -new Date(now * 1000).getTimezoneOffset() * 60;
  for (const path of LOGS) {
    const text = on.edges.tail(path, MAX_LOG);
    if (text !== undefined) return { source: path, lines: parseAuthLog(text, now, offset) };
  }
  return undefined;
}
