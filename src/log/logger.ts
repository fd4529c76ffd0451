import pino from 'pino';
import type { AuditEvent } from './events.ts';
import type { SyslogLine } from './syslog.ts';

/** The severities of syslog(3) for pino's level numbers. */
const SEVERITIES: Readonly<Record<number, number>> = { 20: 7, 30: 6, 40: 4, 50: 3 };

/**
 * Turns events into syslog lines: one JSON object a line, `level` and `event` first. Time, host and
 * process are the journal's to say. No transport: a worker thread would cost more than everything
 * else here.
 * @param events what happened
 * @param level the least level that is written
 */
export function toSyslogLines(
  events: readonly AuditEvent[],
  level: AuditEvent['level'] = 'info',
): readonly SyslogLine[] {
  const lines: SyslogLine[] = [];
  const destination = {
    // pino tells a destination with this property the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write(line: string): void {
      lines.push({ severity: SEVERITIES[this.lastLevel] ?? 6, text: line.trimEnd() });
    },
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: false,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  for (const { event, fields, message, level: at } of events) {
    logger[at]({ event, ...fields }, message);
  }
  return lines;
}
