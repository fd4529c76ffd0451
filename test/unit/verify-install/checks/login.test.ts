import { describe, expect, it } from 'vitest';
import { loginAllowed } from '../../../../src/verify-install/checks/login-allowed.ts';
import { loginUser } from '../../../../src/verify-install/checks/login-user.ts';
import { pubkeyAuthentication } from '../../../../src/verify-install/checks/pubkey-authentication.ts';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import { choosing, inspect, person, type World } from '../world.ts';

const SHELLS: World['files'] = { '/bin/bash': { mode: 0o755 }, '/usr/bin/rbash': { mode: 0o755 } };

/** Amazon Linux 2, whose sshd_config has no drop-ins, with these lines at its top. */
function host(lines: readonly string[], commands: World['commands'] = person('alice')) {
  const below = fixture('amazon-linux-2');
  const text = below.text('/etc/ssh/sshd_config') ?? '';
  const files = { ...SHELLS, '/etc/ssh/sshd_config': [...lines, text].join('\n') };
  return { below, files, commands };
}

describe('login-allowed', () => {
  it.each([
    [['AllowUsers alice'], 'pass'],
    [['AllowUsers al*'], 'pass'],
    [['AllowUsers bob'], 'fail'],
    [['AllowUsers alice@10.*'], 'warn'],
    [['AllowUsers bob', 'AllowUsers alice'], 'pass'],
    [['DenyUsers bob'], 'pass'],
    [['DenyUsers a?ice'], 'fail'],
    [['DenyUsers alice@10.*'], 'warn'],
    [['DenyUsers alice', 'AllowUsers alice'], 'fail'],
    [['AllowGroups wheel'], 'fail'],
    [['AllowGroups wheel staff'], 'pass'],
    [['DenyGroups staff'], 'fail'],
    [['PermitRootLogin no'], 'pass'],
  ])('judges %j as sshd does: %s', async (lines, status) => {
    const world = host(lines, person('alice', { groups: ['alice', 'staff'] }));
    expect(await inspect(loginAllowed, world)).toMatchObject({ status });
  });

  it.each(['no', 'forced-commands-only'])(
    'knows that PermitRootLogin %s shuts root out',
    async (value) => {
      const world = host([`PermitRootLogin ${value}`], person('root'));
      expect(await inspect(loginAllowed, world, { user: 'root' })).toMatchObject({
        status: 'fail',
        remedy: choosing(`1s/${value}/prohibit-password/`),
      });
    },
  );

  it('takes a user out of a list and leaves the rest of it', async () => {
    const result = await inspect(loginAllowed, host(['DenyUsers bob alice']));
    expect(result).toMatchObject({
      remedy: choosing('[[:space:]]alice'),
    });
  });
});

describe('pubkey-authentication', () => {
  it.each([
    [[], 'pass'],
    [['PubkeyAuthentication no'], 'fail'],
    [['Match User alice', 'PubkeyAuthentication no', 'Match all'], 'fail'],
    [['Match User bob', 'PubkeyAuthentication no', 'Match all'], 'pass'],
    [['AuthenticationMethods any'], 'pass'],
    [['AuthenticationMethods publickey,password publickey'], 'pass'],
    [['AuthenticationMethods publickey,password'], 'fail'],
    [['AuthenticationMethods password'], 'fail'],
    [['PubkeyAcceptedKeyTypes ecdsa-sha2-nistp256'], 'fail'],
    [['PubkeyAcceptedKeyTypes +ssh-dss'], 'pass'],
    [['PubkeyAcceptedKeyTypes rsa-sha2-512,ssh-dss'], 'pass'],
  ])('judges %j: %s', async (lines, status) => {
    expect(await inspect(pubkeyAuthentication, host(lines))).toMatchObject({ status });
  });
});

describe('login-user', () => {
  it.each([
    ['a user with a shell', person('alice'), 'pass'],
    ['nobody', {}, 'fail'],
    ['a user without sessions', person('alice', { shell: '/sbin/nologin' }), 'fail'],
    ['a shell that does not exist', person('alice', { shell: '/bin/fish' }), 'fail'],
    ['a lock that PAM does not mind', person('alice', { shadow: '!' }), 'pass'],
  ])('judges %s', async (_, commands, status) => {
    expect(await inspect(loginUser, host([], commands))).toMatchObject({ status });
  });

  it.each([
    ['!', "usermod --password '*' alice"],
    ['!!', "usermod --password '*' alice"],
    ['!$6$hash', 'usermod --unlock alice'],
  ])('minds the lock "%s" without PAM, and opens it', async (shadow, command) => {
    const world = host(['UsePAM no'], person('alice', { shadow }));
    expect(await inspect(loginUser, world)).toMatchObject({
      status: 'fail',
      remedy: choosing(command),
    });
  });

  it('minds a closed system, but not for root', async () => {
    const world = host([]);
    const closed = { ...world, files: { ...world.files, '/etc/nologin': '' } };
    expect(await inspect(loginUser, closed)).toMatchObject({ status: 'fail' });
  });
});
