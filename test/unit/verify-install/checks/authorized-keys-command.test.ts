import { describe, expect, it } from 'vitest';
import { authorizedKeysCommand } from '../../../../src/verify-install/checks/authorized-keys-command.ts';
import { authorizedKeysCommandUser } from '../../../../src/verify-install/checks/authorized-keys-command-user.ts';
import { matchBlocks } from '../../../../src/verify-install/checks/match-blocks.ts';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import { choosing, inspect, person, type World } from '../world.ts';

const DEB = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
const ALICE = person('alice');
const DEBIAN: Partial<World> = { below: fixture('debian-12'), commands: ALICE };

/** Debian 12 with these lines read before all others, and our own wiring read last. */
function debian(...lines: readonly string[]): Partial<World> {
  return {
    ...DEBIAN,
    files: {
      '/etc/debian_version': '12',
      [DEB]: 'program',
      '/etc/ssh/sshd_config.d/00-first.conf': lines.join('\n'),
      '/etc/ssh/sshd_config.d/60-ec2-instance-connect.conf': [
        `AuthorizedKeysCommand ${DEB} %u %f`,
        'AuthorizedKeysCommandUser ec2-instance-connect',
      ].join('\n'),
    },
  };
}

describe('authorized-keys-command', () => {
  it.each([
    ['amazon-linux-2', '/etc/ssh/sshd_config:26'],
    ['rhel-9-stock', '/etc/ssh/sshd_config.d/60-ec2-instance-connect.conf'],
    ['ubuntu-22.04-stock', '/lib/systemd/system/ssh.service.d/ec2-instance-connect.conf'],
  ])('finds our command in the wiring that %s comes with', async (host, place) => {
    const world = { below: fixture(host), commands: ALICE };
    const result = await inspect(authorizedKeysCommand, world);
    expect(result).toMatchObject({ status: 'pass' });
    expect(result.found).toContain(place);
  });

  it.each([
    'amazon-linux-2023',
    'debian-11',
    'debian-13',
    'rhel-8',
    'ubuntu-16.04',
    'ubuntu-24.04',
  ])('says that none is set on a plain %s', async (host) => {
    const world = { below: fixture(host), commands: ALICE };
    expect(await inspect(authorizedKeysCommand, world)).toMatchObject({
      status: 'fail',
      remedy: { command: 'ec2-instance-connect sshd enable' },
    });
  });

  it.each([
    ['/usr/bin/userdbctl ssh-authorized-keys %u --chain', '%u %f', 'pass'],
    ['', '%u %f k=%k', 'pass'],
    ['', '%u %f # note', 'fail'],
    ['/usr/bin/userdbctl ssh-authorized-keys %u --chain', '', 'fail'],
  ])('judges what ours gets behind %j with %j: %s', async (before, words, expected) => {
    const result = await inspect(
      authorizedKeysCommand,
      debian(`AuthorizedKeysCommand ${before} ${DEB} ${words}`),
    );
    expect(result.status).toBe(expected);
  });

  it('does not advise to adopt what adopt would refuse', async () => {
    const world = debian('AuthorizedKeysCommand /opt/x %u %i', 'AuthorizedKeysCommandUser nobody');
    const commands = {
      ...ALICE,
      '/usr/sbin/sshd -V': { stdout: 'OpenSSH_9.2p1' },
      '/usr/sbin/sshd -t': {},
    };
    const files = { ...world.files, '/usr/sbin/sshd': 'sshd', '/opt/x': 'x' };
    const result = await inspect(authorizedKeysCommand, { ...world, commands, files });
    expect(result).toMatchObject({
      remedy: { command: 'ec2-instance-connect sshd enable --dry-run' },
    });
  });

  it('offers to adopt another helper that is set for everybody', async () => {
    const world = debian('AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys %u');
    expect(await inspect(authorizedKeysCommand, world)).toMatchObject({
      status: 'fail',
      remedy: { command: 'ec2-instance-connect sshd adopt' },
    });
  });

  it('leaves a Match block with another command to its owner, and offers the login user alone', async () => {
    const lines = ['Match User alice', 'AuthorizedKeysCommand /opt/x %u', 'Match all'];
    const result = await inspect(authorizedKeysCommand, debian(...lines));
    expect(result).toMatchObject({
      status: 'fail',
      remedy: choosing("sed -E -i '2s/^/#/' /etc/ssh/sshd_config.d/00-first.conf"),
    });
    const bob = { ...debian(...lines), commands: person('bob') };
    const forBob = await inspect(authorizedKeysCommand, bob, { user: 'bob' });
    expect(forBob).toMatchObject({ status: 'pass' });
    expect(await inspect(matchBlocks, bob, { user: 'bob' })).toMatchObject({ status: 'warn' });
  });

  it('warns where the fingerprint is not handed over, and fails where the user is not', async () => {
    const without = (words: string) => debian(`AuthorizedKeysCommand ${DEB} ${words}`);
    expect(await inspect(authorizedKeysCommand, without('%u'))).toMatchObject({ status: 'warn' });
    expect(await inspect(authorizedKeysCommand, without('%f'))).toMatchObject({ status: 'fail' });
  });

  it('fails where sshd has a command that no file explains', async () => {
    const dump = 'authorizedkeyscommand /opt/hidden %u\nauthorizedkeyscommanduser nobody\n';
    const commands = { ...ALICE, '/usr/sbin/sshd -T': { stdout: dump } };
    expect(await inspect(authorizedKeysCommand, { ...debian(), commands })).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('/opt/hidden') as string,
    });
  });
});

describe('authorized-keys-command-user', () => {
  it('takes any user where another command runs ours as its own', async () => {
    const chain = `/usr/bin/userdbctl ssh-authorized-keys %u --chain ${DEB} %u %f`;
    const world = debian(`AuthorizedKeysCommand ${chain}`, 'AuthorizedKeysCommandUser root');
    expect(await inspect(authorizedKeysCommandUser, world)).toMatchObject({ status: 'pass' });
  });

  it('takes only the user that was made for it', async () => {
    expect(await inspect(authorizedKeysCommandUser, debian())).toMatchObject({ status: 'pass' });
    const root = debian('AuthorizedKeysCommandUser root');
    expect(await inspect(authorizedKeysCommandUser, root)).toMatchObject({ status: 'fail' });
  });
});
