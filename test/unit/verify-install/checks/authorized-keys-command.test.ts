import { describe, expect, it } from 'vitest';
import { authorizedKeysCommand } from '../../../../src/verify-install/checks/authorized-keys-command.ts';
import { authorizedKeysCommandUser } from '../../../../src/verify-install/checks/authorized-keys-command-user.ts';
import { matchBlocks } from '../../../../src/verify-install/checks/match-blocks.ts';
import { sshdConfig } from '../../../../src/verify-install/checks/sshd-config.ts';
import { commandPath } from '../../../../src/verify-install/checks/command-path.ts';
import { Inspection } from '../../../../src/verify-install/inspection.ts';
import { runChecks } from '../../../../src/verify-install/runner.ts';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import { choosing, edgesOf, inspect, person, type World } from '../world.ts';

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

/** That host with an sshd that can be asked, as the wiring's commands want it, and these programs. */
function withSshd(world: Partial<World>, ...programs: readonly string[]): Partial<World> {
  const files = Object.fromEntries(
    ['/usr/sbin/sshd', ...programs].map((path) => [path, 'program']),
  );
  const commands = { '/usr/sbin/sshd -V': { stdout: 'OpenSSH_9.2p1' }, '/usr/sbin/sshd -t': {} };
  return {
    ...world,
    files: { ...world.files, ...files },
    commands: { ...world.commands, ...commands },
  };
}

/** The files of a world but for some. */
function without({ files = {} }: Partial<World>, ...paths: readonly string[]): World['files'] {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));
}

const SSS = '/usr/bin/sss_ssh_authorizedkeys';
const FIRST = '/etc/ssh/sshd_config.d/00-first.conf';
const HELPER = '/etc/ec2-instance-connect/authorized-keys-command.d/50-x-alice';
const OURS = '/etc/ssh/sshd_config.d/60-ec2-instance-connect.conf';

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
    const path = /rhel|amazon/.test(host) ? '/opt/aws/bin/eic_run_authorized_keys' : DEB;
    const marks = path === DEB ? ['/etc/debian_version'] : [];
    const plain = { below: fixture(host), commands: ALICE };
    const world = withSshd(plain, path, ...marks);
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
    expect(await inspect(authorizedKeysCommand, withSshd(world, '/opt/x'))).toMatchObject({
      remedy: { command: 'ec2-instance-connect sshd enable --dry-run' },
    });
  });

  it('offers to adopt another helper that is set for everybody', async () => {
    const world = withSshd(debian(`AuthorizedKeysCommand ${SSS} %u`), SSS);
    expect(await inspect(authorizedKeysCommand, world)).toMatchObject({
      status: 'fail',
      remedy: { kind: 'fix', command: 'ec2-instance-connect sshd adopt' },
    });
    expect(await inspect(authorizedKeysCommand, { ...world, uid: 1000 })).toMatchObject({
      remedy: { kind: 'look', command: 'ec2-instance-connect sshd adopt --dry-run' },
    });
  });

  it.each(['enable', 'adopt'])(
    'does not advise to %s while our own program is not safe',
    async (how) => {
      const world = withSshd(
        debian(...(how === 'adopt' ? [`AuthorizedKeysCommand ${SSS}`] : [])),
        SSS,
      );
      const files = without(world, DEB, ...(how === 'adopt' ? [] : [OURS]));
      expect(await inspect(authorizedKeysCommand, { ...world, files })).toMatchObject({
        status: 'fail',
        remedy: { kind: 'look', command: `ec2-instance-connect sshd ${how} --dry-run` },
      });
    },
  );

  it('offers to take out a line whose program does not exist, and has ours take its place', async () => {
    const world = withSshd(
      debian(`AuthorizedKeysCommand ${SSS}`, 'AuthorizedKeysCommandUser nobody'),
    );
    const result = await inspect(authorizedKeysCommand, world);
    const edit = `sed -E -i '1s/^/#/' ${FIRST} && sed -E -i '2s/^/#/' ${FIRST} && `;
    expect(result).toMatchObject({
      status: 'fail',
      remedy: choosing(`${edit}/usr/sbin/sshd -t && `),
    });
    expect(result.found).toContain('does not exist');
    const files = without(world, OURS);
    expect(await inspect(authorizedKeysCommand, { ...world, files })).toMatchObject({
      remedy: choosing(`${edit}ec2-instance-connect sshd enable; else`),
    });
  });

  it('does not hide an unsafe folder above our command behind another command', async () => {
    const world = debian(`AuthorizedKeysCommand ${SSS}`);
    const files = { ...world.files, '/usr/share': { type: 'directory', mode: 0o777 } as const };
    const on = new Inspection(edgesOf({ ...world, files }), { offline: false, user: 'alice' });
    const checks = [authorizedKeysCommand, authorizedKeysCommandUser, commandPath];
    const ended = await runChecks(checks, on);
    expect(ended.map(({ result }) => result)).toMatchObject([
      { status: 'fail' },
      { status: 'skip', because: 'not-applicable' },
      { status: 'fail', remedy: { command: 'chmod go-w /usr/share' } },
    ]);
  });

  it.each([
    ['debian_version', 'pass'],
    ['system-release', 'fail'],
  ])(
    'judges a folder that the group of root can write as sshd does where %s is',
    async (name, status) => {
      const folders = ['/', '/usr', '/usr/share', '/usr/share/ec2-instance-connect'];
      const modes = folders.map((path) => [path, { type: 'directory', mode: 0o775 }] as const);
      const files = { [`/etc/${name}`]: '1', [DEB]: { mode: 0o755 }, ...Object.fromEntries(modes) };
      const line = `AuthorizedKeysCommand ${DEB} %u %f`;
      const world = {
        ...DEBIAN,
        files: { ...files, '/etc/ssh/sshd_config.d/00-first.conf': line },
      };
      expect(await inspect(commandPath, world)).toMatchObject({ status });
    },
  );

  it('offers to keep the other command of a Match block for the user, as a helper for this user alone', async () => {
    const lines = ['Match User alice', 'AuthorizedKeysCommand /opt/x -u %u', 'Match all'];
    const world = debian(...lines);
    expect(await inspect(authorizedKeysCommand, withSshd(world, '/opt/x'))).toMatchObject({
      remedy: {
        choices: [
          {
            command: expect.stringContaining(
              [
                'install -d -m 755 /etc/ec2-instance-connect/authorized-keys-command.d',
                `{ echo '#!/bin/sh'; echo '[ "$1" = alice ] || exit 0'; echo shift; echo 'exec /opt/x "$@"'; } | install -m 755 /dev/stdin ${HELPER}`,
                `echo '%u -u %u' | install -m 644 /dev/stdin ${HELPER}.args`,
                `{ echo 'Match User alice'; echo 'AuthorizedKeysCommand ${DEB} %u %f'; `,
              ].join(' && '),
            ) as string,
            changes: expect.stringContaining('beside') as string,
          },
          {
            changes: expect.stringContaining(
              "the line's own command no longer runs for alice",
            ) as string,
          },
          { changes: expect.stringContaining('no longer runs for them') as string },
        ],
      },
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

  it('believes sshd that has ours although its files say otherwise, and warns', async () => {
    const dump = `authorizedkeyscommand ${DEB} %u %f\nauthorizedkeyscommanduser ec2-instance-connect\n`;
    const commands = { ...ALICE, '/usr/sbin/sshd -T': { stdout: dump } };
    const world = debian('AuthorizedKeysCommand /opt/x %u', 'AuthorizedKeysCommandUser nobody');
    expect(await inspect(authorizedKeysCommand, { ...world, commands })).toMatchObject({
      status: 'warn',
      found: expect.stringContaining('as sshd says') as string,
      remedy: { kind: 'look', note: expect.stringContaining('another value') as string },
    });
    const agreed = { ...debian(), commands };
    expect(await inspect(authorizedKeysCommand, agreed)).toMatchObject({ status: 'pass' });
  });
});

describe('sshd-config', () => {
  const ended = {
    status: 255,
    stderr: 'AuthorizedKeysCommand set without AuthorizedKeysCommandUser\r\n',
  };
  it.each([
    ['gives a command without a user one, or takes it out', [SSS], ['1a ', '1s/^/#/']],
    ['takes out a command without a user that does not exist', [], ['1s/^/#/']],
  ])('%s', async (_, programs, edits) => {
    const world = withSshd(debian(`AuthorizedKeysCommand ${SSS}`), ...programs);
    const files = without(world, OURS);
    const commands = { ...world.commands, '/usr/sbin/sshd -t': ended };
    const choices = edits.map((edit) => ({ command: expect.stringContaining(edit) as string }));
    expect(await inspect(sshdConfig, { ...world, files, commands })).toMatchObject({
      status: 'fail',
      remedy: { kind: 'decision', choices },
    });
  });
});

describe('match-blocks', () => {
  const BLOCK = ['Match User alice', 'AuthorizedKeysCommand /opt/x %u', 'Match all'];
  const about = (world: Partial<World>) =>
    inspect(matchBlocks, { ...world, commands: person('bob') }, { user: 'bob' });
  const noting = (words: string) => ({
    status: 'warn',
    remedy: { note: expect.stringContaining(words) as string },
  });

  it('names the users who cannot log in because of a block', async () => {
    expect(await about(debian(...BLOCK))).toMatchObject(noting('alice cannot log in'));
  });

  it('says nothing of a block whose only user has our command by an earlier one', async () => {
    const ours = [
      'Match User alice',
      `AuthorizedKeysCommand ${DEB} %u %f`,
      'AuthorizedKeysCommandUser ec2-instance-connect',
      'Match all',
    ];
    expect(await about(debian(...ours, ...BLOCK))).toMatchObject({ status: 'pass' });
  });

  it('believes sshd where it gives the user another command than the files do', async () => {
    const dump = `authorizedkeyscommand ${DEB} %u %f\nauthorizedkeyscommanduser ec2-instance-connect\n`;
    const commands = { ...person('bob'), '/usr/sbin/sshd -T': { stdout: dump } };
    const world = { ...debian(...BLOCK), commands };
    expect(await inspect(matchBlocks, world, { user: 'bob' })).toMatchObject({ status: 'pass' });
  });

  it.each(['Match User al*', 'Match Group staff', 'Match User alice Address 192.0.2.0/24'])(
    'claims nothing of users whom nobody can name: %s',
    async (match) => {
      const world = debian(match, ...BLOCK.slice(1));
      expect(await about(world)).toMatchObject(noting('may not be able to log in'));
    },
  );

  it('leaves the line that decides for the user in question to authorized-keys-command', async () => {
    expect(await inspect(matchBlocks, debian(...BLOCK))).toMatchObject({ status: 'pass' });
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
