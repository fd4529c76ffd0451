import { describe, expect, it } from 'vitest';
import { hostsAccess } from '../../../../src/verify-install/checks/hosts-access.ts';
import { pubkeyAuthentication } from '../../../../src/verify-install/checks/pubkey-authentication.ts';
import { session } from '../../../../src/verify-install/checks/session.ts';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import { choosing, inspect, person, type World } from '../world.ts';

/** Debian 12, whose sshd_config is these lines. */
function host(lines: readonly string[], files: World['files'] = {}, uid = 0) {
  return {
    below: fixture('debian-12'),
    files: { '/etc/ssh/sshd_config': [...lines, ''].join('\n'), ...files },
    commands: person('alice'),
    uid,
  };
}

describe('session', () => {
  const menu = { '/usr/bin/menu': { mode: 0o755 } };
  it.each([
    [[], {}, 'pass'],
    [['MaxSessions 10'], {}, 'pass'],
    [['MaxSessions 0'], {}, 'fail'],
    [['Match User bob', 'MaxSessions 0'], {}, 'pass'],
    [['Match User alice', 'MaxSessions 0'], {}, 'fail'],
    [['ForceCommand /usr/bin/menu'], {}, 'fail'],
    [['ForceCommand /usr/bin/menu --main'], menu, 'pass'],
    [['ForceCommand "/usr/bin/menu" x'], menu, 'pass'],
    [['ForceCommand /usr/bin/menu'], { '/usr/bin/menu': { mode: 0o644 } }, 'fail'],
    [['ForceCommand /usr/sbin/nologin'], { '/usr/sbin/nologin': { mode: 0o755 } }, 'fail'],
    [['ForceCommand internal-sftp'], {}, 'pass'],
    [['ForceCommand exec $SHELL'], {}, 'pass'],
    [['ForceCommand none'], {}, 'pass'],
    [['Subsystem sftp /usr/lib/openssh/sftp-server -l INFO'], {}, 'warn'],
    [['Subsystem sftp internal-sftp'], {}, 'pass'],
    [['ChrootDirectory none'], {}, 'pass'],
    [['ChrootDirectory /srv/%u'], {}, 'fail'],
    [
      ['ChrootDirectory /srv/%u'],
      { '/srv/alice': { type: 'directory' as const, mode: 0o755 } },
      'pass',
    ],
    [['ChrootDirectory %h'], { '/home/alice': { type: 'directory' as const, uid: 1000 } }, 'fail'],
    [['ChrootDirectory /srv'], { '/srv': { type: 'directory' as const, mode: 0o775 } }, 'fail'],
    [
      ['Subsystem sftp /usr/lib/openssh/sftp-server'],
      { '/usr/lib/openssh/sftp-server': { mode: 0o755 } },
      'pass',
    ],
  ])('judges %j with %j: %s', async (lines, files, status) => {
    expect(await inspect(session, host(lines, files))).toMatchObject({ status });
  });

  it('does not hold against a program what an ordinary user cannot see', async () => {
    const world = host(['ForceCommand /opt/closed/menu'], {}, 1000);
    expect(await inspect(session, world)).toMatchObject({ status: 'pass' });
  });

  it('changes the program of sftp for the one in sshd', async () => {
    const world = host(['Subsystem sftp /usr/libexec/openssh/sftp-server']);
    const remedy = choosing('1s,/usr/libexec/openssh/sftp-server,internal-sftp,');
    expect(await inspect(session, world)).toMatchObject({ remedy });
  });
});

describe('pubkey-authentication, with revoked keys', () => {
  const list = '/etc/ssh/revoked';
  it.each([
    ['a list', [`RevokedKeys ${list}`], { [list]: '' }, 'pass'],
    ['no list', ['RevokedKeys none'], {}, 'pass'],
    ['a list that is gone', [`RevokedKeys ${list}`], {}, 'fail'],
    ['a folder', [`RevokedKeys ${list}`], { [list]: { type: 'directory' as const } }, 'fail'],
  ])('judges %s', async (_, lines, files, status) => {
    const result = await inspect(pubkeyAuthentication, host(lines, files));
    expect(result).toMatchObject({ status });
  });
});

describe('hosts-access', () => {
  const deny = { '/etc/hosts.deny': 'ALL: ALL\n' };
  const linked = { '/usr/sbin/sshd': '\x7fELF\0libwrap.so.0\0' };
  it.each([
    ['no rule', linked, 'pass'],
    ['a rule, and sshd asks libwrap', { ...deny, ...linked }, 'fail'],
    ['a rule, and sshd does not', { ...deny, '/usr/sbin/sshd': '\x7fELF\0libc.so.6\0' }, 'pass'],
    ['a rule, and sshd cannot be read', deny, 'warn'],
    [
      'a rule, and the program of a session asks',
      {
        ...deny,
        '/usr/sbin/sshd': '\x7fELF',
        '/usr/lib/openssh/sshd-session': '\x7fELF\0libwrap.so.0\0',
      },
      'fail',
    ],
    [
      'a rule for some addresses',
      { ...deny, ...linked, '/etc/hosts.allow': 'sshd: 192.0.2.\n' },
      'warn',
    ],
  ])('judges %s', async (_, files, status) => {
    expect(await inspect(hostsAccess, host([], files as World['files']))).toMatchObject({ status });
  });
});
