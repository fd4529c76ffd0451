import { describe, expect, it } from 'vitest';
import {
  acceptedLogins,
  parseAuthLog,
  parseJournal,
  testimonies,
  WITNESSES,
  type LogLine,
} from '../../../src/verify-install/witnesses.ts';
import { witnessCommand } from '../../../src/verify-install/checks/witness-command.ts';
import { witnessLogin } from '../../../src/verify-install/checks/witness-login.ts';
import { witnessOwn } from '../../../src/verify-install/checks/witness-own.ts';
import { inspect, NOW, person, type World } from './world.ts';

const line = (message: string, identifier = 'sshd', time = NOW - 60): LogLine => ({
  time,
  identifier,
  message,
});

/** One line of each kind, in the words of sshd, libwrap and PAM. */
const SAID: Readonly<Record<keyof typeof WITNESSES, readonly [string, object]>> = {
  'pam-access': [
    "pam_access(sshd:account): access denied for user `alice' from `192.0.2.7'",
    { user: 'alice', about: '192.0.2.7' },
  ],
  'account-expired': [
    'pam_unix(sshd:account): account alice has expired (account expired)',
    { user: 'alice' },
  ],
  'password-expired': [
    'pam_unix(sshd:account): expired password for user alice (root enforced)',
    { user: 'alice' },
  ],
  'pam-account': [
    'fatal: Access denied for user alice by PAM account configuration [preauth]',
    { user: 'alice' },
  ],
  libwrap: ['refused connect from 192.0.2.7 (192.0.2.7)', { about: '192.0.2.7' }],
  'not-allowed': [
    'User alice from 192.0.2.7 not allowed because not listed in AllowUsers',
    { user: 'alice', about: 'not listed in AllowUsers' },
  ],
  'no-shadow': ['Could not get shadow information for alice', { user: 'alice' }],
  'revoked-keys': [
    'auth_key_is_revoked: Error checking authentication key ED25519 SHA256:x in revoked keys file /etc/ssh/revoked: Permission denied',
    { about: '/etc/ssh/revoked' },
  ],
  'command-signal': [
    'error: AuthorizedKeysCommand /usr/x alice SHA256:y exited on signal 9',
    { about: '/usr/x alice SHA256:y' },
  ],
  'command-failed': [
    'AuthorizedKeysCommand /usr/x alice SHA256:y failed, status 1',
    { about: '/usr/x alice SHA256:y' },
  ],
  'command-missing': [
    'error: Could not stat AuthorizedKeysCommand "/usr/bin/sss": No such file or directory',
    { about: '"/usr/bin/sss": No such file or directory', path: '/usr/bin/sss' },
  ],
  'command-unsafe': [
    'error: Unsafe AuthorizedKeysCommand "/usr/x": bad ownership or modes for directory /usr',
    { about: '"/usr/x": bad ownership or modes for directory /usr', path: '/usr/x' },
  ],
  'command-line': ['error: AuthorizedKeysCommand path is not absolute', {}],
  'command-token': ['fatal: percent_expand: unknown key %i', { about: '%i' }],
  'command-start': ['error: AuthorizedKeysCommand: fork: Cannot allocate memory', {}],
  'command-user': [
    'error: AuthorizedKeysCommandUser "ec2-instance-connect" not found: Success',
    { about: 'ec2-instance-connect' },
  ],
};

describe('what the log says', () => {
  it.each(Object.entries(SAID))('knows %s by its words', (kind, [message, fields]) => {
    expect(testimonies([line(message, 'sshd-session')])).toMatchObject([{ kind, ...fields }]);
  });

  it.each([
    ['command-failed', 'error: AuthorizedKeysCommand /usr/x alice failed, status 1'],
    ['command-line', 'error: No user for AuthorizedKeysCommand specified, skipping'],
    ['command-line', 'error: AuthorizedKeysCommand "/x \\"" contains invalid quotes'],
    ['command-line', 'error: AuthorizedKeysCommand "" yielded no arguments'],
    ['command-start', 'error: AuthorizedKeysCommand exec "/usr/x": Exec format error'],
    ['command-start', 'error: AuthorizedKeysCommand execve "/usr/x": Permission denied'],
    ['command-token', 'fatal: vdollar_percent_expand: unknown key %i'],
  ])('knows %s by the words of another release as well: %s', (kind, message) => {
    expect(testimonies([line(message)])).toMatchObject([{ kind }]);
  });

  it('reads its own audit trail, but for runs that a person explained', () => {
    const own = (fields: object): LogLine => line(JSON.stringify(fields), 'ec2-instance-connect');
    const lines = [
      own({ event: 'fault', code: 'IMDS_TIMEOUT', user: 'alice' }),
      own({ event: 'fault', code: 'IMDS_TIMEOUT', user: 'alice', explain: true }),
      own({ event: 'key-accepted', user: 'alice' }),
      line('not json', 'ec2-instance-connect'),
    ];
    expect(testimonies(lines)).toEqual([
      { time: NOW - 60, kind: 'own-fault', user: 'alice', about: 'IMDS_TIMEOUT' },
    ]);
  });

  it('takes nothing from what a client can make sshd write', () => {
    const forged = 'Invalid user x AuthorizedKeysCommand /x failed, status 1 from 192.0.2.7';
    expect(testimonies([line(forged)])).toEqual([]);
    expect(acceptedLogins([line('Invalid user Accepted publickey for alice from h')])).toEqual(
      new Map(),
    );
  });

  it('reads the journal as JSON, and the two forms of a syslog file', () => {
    const entry = { __REALTIME_TIMESTAMP: '1800000000000000', SYSLOG_IDENTIFIER: 'sshd' };
    const text = [
      JSON.stringify({ ...entry, MESSAGE: 'hello' }),
      JSON.stringify({ ...entry, MESSAGE: [104, 105] }),
      'no JSON',
    ].join('\n');
    expect(parseJournal(text)).toEqual([
      { time: 1_800_000_000, identifier: 'sshd', message: 'hello' },
    ]);
    const log = [
      '2027-01-15T08:00:00.000000+00:00 host sshd[1]: one',
      'Jan 15 08:00:00 host sshd-session[12]: two: three',
      'Dec 31 23:59:59 host sshd: last year',
    ].join('\n');
    expect(parseAuthLog(log, NOW, 0).map(({ time, message }) => [time, message])).toEqual([
      [1_800_000_000, 'one'],
      [1_800_000_000, 'two: three'],
      [Date.UTC(2026, 11, 31, 23, 59, 59) / 1000, 'last year'],
    ]);
  });
});

describe('the checks that ask the log', () => {
  const world = (...messages: readonly [string, number][]): Partial<World> => ({
    commands: person('alice'),
    files: {
      '/var/log/auth.log': messages
        .map(([message, ago]) => {
          const time = new Date((NOW - ago) * 1000).toISOString();
          return `${time} host sshd[7]: ${message}\n`;
        })
        .join(''),
    },
  });
  const REFUSED = 'Access denied for user alice by PAM account configuration [preauth]';
  const ACCEPTED = 'Accepted publickey for alice from 192.0.2.7 port 1 ssh2: ED25519 SHA256:x';

  it('fail while the last refusal stands, and warn when a login worked since', async () => {
    expect(await inspect(witnessLogin, world([REFUSED, 600]))).toMatchObject({
      status: 'fail',
      data: { kind: 'pam-account', time: NOW - 600, count: 1 },
    });
    const since = world([REFUSED, 600], [ACCEPTED, 60]);
    expect(await inspect(witnessLogin, since)).toMatchObject({ status: 'warn' });
  });

  it('look back an hour, or as far as they are told', async () => {
    const old = world([REFUSED, 7200]);
    expect(await inspect(witnessLogin, old)).toMatchObject({ status: 'pass' });
    expect(await inspect(witnessLogin, old, { since: 10_800 })).toMatchObject({ status: 'fail' });
  });

  it('ask the journal from its beginning where they are told to look back further than that', async () => {
    const line = {
      __REALTIME_TIMESTAMP: `${(NOW - 7200) * 1_000_000}`,
      SYSLOG_IDENTIFIER: 'sshd',
      MESSAGE: REFUSED,
    };
    const host = {
      files: { '/run/systemd/system': { type: 'directory' } as const },
      commands: {
        ...person('alice'),
        'journalctl -q --no-pager -o json --since=@0': { stdout: `${JSON.stringify(line)}\n` },
      },
    };
    const since = 999_999 * 86_400;
    expect(await inspect(witnessLogin, host, { since })).toMatchObject({ status: 'fail' });
  });

  it("leave out another user's refusals, but not those of the command", async () => {
    const bob = world([REFUSED.replace('alice', 'bob'), 60]);
    expect(await inspect(witnessLogin, bob)).toMatchObject({ status: 'pass' });
    const failed = world(['AuthorizedKeysCommand /usr/x bob failed, status 1', 60]);
    expect(await inspect(witnessCommand, failed)).toMatchObject({
      status: 'fail',
      data: { kind: 'command-failed' },
    });
    expect(await inspect(witnessOwn, failed)).toMatchObject({ status: 'pass' });
    const missing = `Could not stat AuthorizedKeysCommand "/o p/x": No such file or directory`;
    expect(await inspect(witnessCommand, world([missing, 60]))).toMatchObject({
      status: 'fail',
      remedy: { command: "namei -l '/o p/x'" },
    });
  });

  it("leave out our command's failure for another user", async () => {
    const command = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
    const bob = world([`AuthorizedKeysCommand ${command} bob SHA256:x failed, status 1`, 60]);
    expect(await inspect(witnessCommand, bob)).toMatchObject({ status: 'pass' });
  });

  it('take a refused signer for disproved only where a signer is accepted now', async () => {
    const refused = '{"event":"signer-refused","user":"alice","reason":"path-not-trusted"}';
    const time = new Date((NOW - 60) * 1000).toISOString();
    const log = `${time} host ec2-instance-connect[7]: ${refused}\n`;
    const files = { '/var/log/auth.log': log };
    // The dry run of no command at all, which succeeds: it asks for a key that nobody pushed.
    const commands = { ...person('alice'), ' alice': { stdout: '' } };
    expect(await inspect(witnessOwn, { commands, files })).toMatchObject({ status: 'fail' });
  });
});
