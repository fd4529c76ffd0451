import { connect } from 'node:net';
import { runProgram } from '../system/program.ts';

/** How sure we are that the lines have arrived; for `verify-install` and the tests. */
export type Delivery = 'journal' | 'logger' | 'none';

/** journald's stream socket; a stream is the only kind of Unix socket that Node can open. */
export const JOURNAL_SOCKET = '/run/systemd/journal/stdout';
export const LOGGER = '/usr/bin/logger';
export const IDENTIFIER = 'ec2-instance-connect';

/** The facility of syslog(3): authpriv, so that auth.log or secure has the lines. */
const AUTHPRIV = 10 << 3;
const INFO = 6;
/** A login never waits longer than this for its log line. */
const PATIENCE_MS = 250;

/** One line with its syslog severity, 3 (error) to 7 (debug). */
export interface SyslogLine {
  readonly severity: number;
  readonly text: string;
}

/**
 * Writes lines to the journal or, where there is none, to `logger`. Never rejects and never takes
 * longer than half a second: logging must not decide over a login.
 */
export async function writeSyslog(lines: readonly SyslogLine[]): Promise<Delivery> {
  if (lines.length === 0) return 'none';
  if (await writeToJournal(lines)) return 'journal';
  return (await writeToLogger(lines)) ? 'logger' : 'none';
}

/**
 * The stream's header, one value a line (systemd's sd_journal_stream_fd(3)): identifier, unit,
 * priority with the facility, whether lines begin with a level, and whether journald forwards the
 * stream to syslog, kmsg and the console. The facility of a line is always the header's.
 */
function journalStream(lines: readonly SyslogLine[]): string {
  const header = [IDENTIFIER, '', String(AUTHPRIV | INFO), '1', '0', '0', '0'];
  const prefixed = lines.map(({ severity, text }) => `<${severity}>${text}`);
  return [...header, ...prefixed, ''].join('\n');
}

function writeToJournal(lines: readonly SyslogLine[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(JOURNAL_SOCKET);
    const give = (delivered: boolean): void => {
      socket.destroy();
      resolve(delivered);
    };
    socket.setTimeout(PATIENCE_MS, () => {
      give(false);
    });
    socket.on('error', () => {
      give(false);
    });
    // Called with the error where the stream has failed; its type does not say so.
    socket.end(journalStream(lines), (error?: Error | null) => {
      give(!error);
    });
  });
}

/**
 * With `--prio-prefix` the number in front holds facility and severity; without `--size` a line would
 * be cut in two after 1 KiB (logger(1)).
 */
async function writeToLogger(lines: readonly SyslogLine[]): Promise<boolean> {
  const form = ['-t', IDENTIFIER, '-p', 'authpriv.info', '--prio-prefix', '--size', '4096'];
  const stdin = lines.map(({ severity, text }) => `<${AUTHPRIV | severity}>${text}\n`).join('');
  const command = { argv: [LOGGER, ...form] as const, stdin, keep: 'nothing' } as const;
  const { status } = await runProgram({ ...command, limitMs: PATIENCE_MS });
  return status === 0;
}
