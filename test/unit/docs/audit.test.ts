import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/authorize/authorize.ts';
import type { KeyVerdict } from '../../../src/authorize/signed-key.ts';
import {
  decisionEvents,
  explainedEvent,
  faultEvent,
  type AuditEvent,
} from '../../../src/log/events.ts';
import { toSyslogLines } from '../../../src/log/logger.ts';
import { parsePublicKey } from '../../../src/ssh/public-key.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { CALLER, KEY_LINE, NOW } from '../../support/signed-blobs.ts';
import { runQuery, type Row } from './insights.ts';

const FOLDER = join(import.meta.dirname, '../../../packaging/fleet/audit');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const HOST = 'i-0123456789abcdef0';
const OTHER_HOST = 'i-0fedcba9876543210';

function accepted(requestId: string): KeyVerdict {
  const key = parsePublicKey(KEY_LINE);
  if (!key.ok) throw new Error(key.reason);
  const fingerprint = `SHA256:${'A'.repeat(43)}`;
  const common = { key: key.value, keyType: key.value.type, fingerprint, expiry: NOW + 60 };
  return { place: 1, ok: true, value: { ...common, caller: CALLER, requestId } };
}

function decided(user: string, ...verdicts: readonly KeyVerdict[]): readonly AuditEvent[] {
  const decision: Decision = { kind: 'judged', verdicts };
  return decisionEvents(decision, { user, now: NOW });
}

/** The program's own lines as CloudWatch has them. */
function logged(time: number, host: string, events: readonly AuditEvent[]): readonly Row[] {
  return toSyslogLines(events).map(({ text }) => ({
    ...(JSON.parse(text) as Row),
    '@timestamp': time,
    '@logStream': host,
  }));
}

/** CloudTrail's record of a push, of the shape that it delivers today; denied ones have no answer. */
function pushed(time: number, requestId?: string): Row {
  return {
    '@timestamp': time,
    '@logStream': 'trail',
    eventSource: 'ec2-instance-connect.amazonaws.com',
    eventName: 'SendSSHPublicKey',
    requestParameters:
      requestId === undefined ? null : { instanceId: HOST, instanceOSUser: 'alice' },
    responseElements: requestId === undefined ? null : { requestId, success: true },
    ...(requestId === undefined ? { errorCode: 'AccessDenied' } : {}),
  };
}

const refused = { place: 1, ok: false, reason: 'expired', detail: 'late' } as const;
const login = decided('alice', accepted('used'));
const trail: readonly Row[] = [
  pushed(10, 'used'),
  // sshd asks twice for the key that matches.
  ...logged(11, HOST, login),
  ...logged(12, HOST, login),
  pushed(20, 'unused'),
  pushed(30),
  ...logged(40, HOST, decided('alice', refused)),
  ...logged(41, OTHER_HOST, decided('bob', refused)),
  ...logged(42, HOST, [faultEvent(new Fault('IMDS_TIMEOUT', 'no answer'), 'alice')]),
  ...logged(50, OTHER_HOST, decided('bob', accepted('unknown'))),
  ...logged(60, HOST, decided('carol', accepted('explained')).map(explainedEvent)),
];

describe('the queries for CloudWatch Logs Insights, on the lines that the program writes', () => {
  it('tell who logged in where, each login once', () => {
    expect(runQuery(read('logins.query'), trail)).toMatchObject([
      { '@logStream': OTHER_HOST, user: 'bob', caller: CALLER, request: 'unknown', time: 50 },
      { '@logStream': HOST, user: 'alice', caller: CALLER, request: 'used', time: 11 },
    ]);
  });

  it('count refusals and faults by reason', () => {
    expect(runQuery(read('refusals.query'), trail)).toEqual([
      { event: 'key-refused', why: 'expired', refusals: 2, hosts: 2, last: 41 },
      { event: 'fault', why: 'IMDS_TIMEOUT', refusals: 1, hosts: 1, last: 42 },
    ]);
  });

  it('find pushes without a login, and logins without a push', () => {
    expect(runQuery(read('unmatched.query'), trail)).toEqual([
      { id: 'unknown', logins: 1, pushes: 0, time: 50 },
      { id: 'unused', logins: 0, pushes: 1, time: 20 },
    ]);
  });

  it('are refused by this evaluator where it does not know a word', () => {
    expect(() => runQuery('parse @message /x/', trail)).toThrow('known command');
    expect(() => runQuery('stats median(time) as m by user', trail)).toThrow('known function');
    expect(() => runQuery('filter user like "a"', trail)).toThrow('expected in');
  });
});

describe('the forwarding to CloudWatch', () => {
  it('sends the file that rsyslog writes', () => {
    const agent = JSON.parse(read('cloudwatch-agent.json')) as {
      logs: { logs_collected: { files: { collect_list: readonly { file_path: string }[] } } };
    };
    const [{ file_path: path } = { file_path: '' }] = agent.logs.logs_collected.files.collect_list;
    expect(read('rsyslog.conf')).toContain(`file="${path}"`);
  });

  it('takes the JSON object out of a line, whatever stands before it', () => {
    const [, written = ''] = /%msg:R,ERE,0,BLANK:(.*)--end%/.exec(read('rsyslog.conf')) ?? [];
    // In a string of rsyslog's configuration a backslash is written twice.
    const pattern = new RegExp(written.replaceAll('\\\\', '\\'));
    const [{ text } = { text: '' }] = toSyslogLines(login);
    expect(pattern.exec(` ${text}`)?.[0]).toBe(text);
  });
});
