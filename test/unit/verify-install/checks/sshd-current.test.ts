import { describe, expect, it } from 'vitest';
import { sshdCurrent } from '../../../../src/verify-install/checks/sshd-current.ts';
import { sshdRunning } from '../../../../src/verify-install/checks/sshd-running.ts';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import { inspect, NOW, person, type World } from '../world.ts';

const READ = NOW - 1000;
const CONFIG = '/etc/ssh/sshd_config';

/** Debian 12 under systemd with a running sshd that read its configuration at READ. */
function host(files: World['files'], commands: World['commands'] = {}): Partial<World> {
  const below = fixture('debian-12');
  return {
    below,
    files: {
      [CONFIG]: { text: below.text(CONFIG) ?? '', mtime: READ - 10 },
      '/run/systemd/system': { type: 'directory' },
      '/run/sshd.pid': { text: '42\n', mtime: READ },
      '/proc/42/comm': 'sshd\n',
      '/proc/42/cmdline': 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups',
      ...files,
    },
    commands: {
      ...person('alice'),
      'systemctl show': { stdout: 'MainPID=42\nActiveState=active\nNeedDaemonReload=no\n' },
      'systemctl is-active': { status: 3, stdout: 'inactive\ninactive\n' },
      ...commands,
    },
  };
}

describe('sshd-current', () => {
  it('is content with what was there when sshd read its configuration', async () => {
    expect(await inspect(sshdCurrent, host({}))).toMatchObject({ status: 'pass' });
  });

  it('fails when a file of the configuration has changed since', async () => {
    const files = { [CONFIG]: { text: 'UsePAM yes', mtime: READ + 5 } };
    expect(await inspect(sshdCurrent, host(files))).toMatchObject({
      status: 'fail',
      remedy: { command: '/usr/sbin/sshd -t && systemctl reload-or-restart ssh.service' },
    });
  });

  it('stops a service that a socket starts: a reload would make it end', async () => {
    const files = { [CONFIG]: { text: 'UsePAM yes', mtime: READ + 5 } };
    const sockets = { 'systemctl is-active -- ssh.socket sshd.socket': { stdout: 'active\n' } };
    expect(await inspect(sshdCurrent, host(files, sockets))).toMatchObject({
      status: 'fail',
      remedy: { command: '/usr/sbin/sshd -t && systemctl stop ssh.service' },
    });
  });

  it('fails when a file has a new inode, because an old one may have been moved there', async () => {
    const files = { [CONFIG]: { text: 'UsePAM yes', mtime: READ - 5, ctime: READ + 5 } };
    expect(await inspect(sshdCurrent, host(files))).toMatchObject({ status: 'fail' });
  });

  it('fails when a file has come into a folder that is read, or has gone from it', async () => {
    const files = { '/etc/ssh/sshd_config.d': { type: 'directory', mtime: READ + 5 } } as const;
    expect(await inspect(sshdCurrent, host(files))).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('/etc/ssh/sshd_config.d') as string,
    });
  });

  it('warns when the clock was set after the reading, so that times tell nothing', async () => {
    const files = {
      [CONFIG]: { text: 'UsePAM yes', mtime: READ + 5 },
      '/proc/42/stat': `42 (sshd) S 1 42 42 0 -1 4194560 ${'0 '.repeat(12)}0 0 0`,
      '/proc/stat': `btime ${READ + 100}\n`,
    };
    expect(await inspect(sshdCurrent, host(files))).toMatchObject({ status: 'warn' });
  });

  it('fails when systemd has not read the changed unit', async () => {
    const shown = { 'systemctl show': { stdout: 'MainPID=42\nNeedDaemonReload=yes\n' } };
    expect(await inspect(sshdCurrent, host({}, shown))).toMatchObject({
      status: 'fail',
      remedy: { command: 'systemctl daemon-reload && systemctl restart ssh.service' },
    });
  });

  it('fails when the process lacks an option that its unit now has', async () => {
    const unit = `[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -o "AuthorizedKeysCommand=/opt/x %%u"\n`;
    const files = { '/etc/systemd/system/ssh.service.d/x.conf': unit };
    expect(await inspect(sshdCurrent, host(files))).toMatchObject({
      status: 'fail',
      remedy: { command: 'systemctl restart ssh.service' },
    });
    const title = 'sshd: /usr/sbin/sshd -D -o AuthorizedKeysCommand=/opt/x %u [listener] 0 of 10';
    const with_ = host({ ...files, '/proc/42/cmdline': title });
    expect(await inspect(sshdCurrent, with_)).toMatchObject({ status: 'pass' });
  });

  it('counts from the start of the process where there is no pid file', async () => {
    const stat = `42 (a) b) S 1 42 42 0 -1 4194560 ${'0 '.repeat(12)}50000 0 0`;
    const files = {
      '/run/sshd.pid': { text: 'none\n' },
      '/proc/42/stat': stat,
      '/proc/stat': `btime ${READ - 500}\n`,
    };
    expect(await inspect(sshdCurrent, host(files))).toMatchObject({
      status: 'pass',
      data: { readAt: READ + 1 },
    });
  });
});

describe('sshd-running', () => {
  it('takes a socket of systemd for it', async () => {
    const commands = {
      'systemctl show': { stdout: 'MainPID=0\n' },
      'systemctl is-active -- ssh.socket sshd.socket': { stdout: 'active\ninactive\n' },
    };
    const world = host({ '/proc/42/comm': 'other' }, commands);
    expect(await inspect(sshdRunning, world)).toMatchObject({
      status: 'pass',
      found: expect.stringContaining('ssh.socket') as string,
    });
    expect(await inspect(sshdCurrent, world)).toMatchObject({ status: 'pass' });
  });

  it('fails when the pid file names another program', async () => {
    const commands = { 'systemctl show': { stdout: 'MainPID=0\n' } };
    expect(await inspect(sshdRunning, host({ '/proc/42/comm': 'nginx' }, commands))).toMatchObject({
      status: 'fail',
      remedy: { command: 'systemctl enable --now ssh.service' },
    });
  });
});
