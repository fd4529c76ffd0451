import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/log/events.ts';
import { toSyslogLines } from '../../../src/log/logger.ts';

const event = (level: AuditEvent['level'], fields: AuditEvent['fields'] = {}): AuditEvent => ({
  level,
  event: 'key-refused',
  message: `a "quoted" text`,
  fields,
});

describe('toSyslogLines', () => {
  it('writes one JSON object a line, with nothing in it but the event', () => {
    const [line, ...others] = toSyslogLines([event('info', { user: 'alice', entry: 3 })]);
    expect(others).toEqual([]);
    expect(line?.text).not.toContain('\n');
    expect(JSON.parse(line?.text ?? '')).toEqual({
      level: 'info',
      event: 'key-refused',
      user: 'alice',
      entry: 3,
      message: 'a "quoted" text',
    });
  });

  it.each([
    ['error', 3],
    ['warn', 4],
    ['info', 6],
    ['debug', 7],
  ] as const)('gives %s the severity %i of syslog', (level, severity) => {
    expect(toSyslogLines([event(level)], 'debug')).toMatchObject([{ severity }]);
  });

  it('leaves debug out unless it is asked for', () => {
    const events = [event('debug'), event('warn'), event('debug'), event('info')];
    expect(toSyslogLines(events).map(({ severity }) => severity)).toEqual([4, 6]);
    expect(toSyslogLines(events, 'debug')).toHaveLength(4);
    expect(toSyslogLines(events, 'error')).toEqual([]);
  });

  it('writes each event as a line of its own, in their order', () => {
    const lines = toSyslogLines([event('info', { entry: 1 }), event('error', { entry: 2 })]);
    const entries = lines.map(({ text }) => (JSON.parse(text) as { entry: number }).entry);
    expect(entries).toEqual([1, 2]);
  });
});
