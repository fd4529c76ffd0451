import { describe, expect, it } from 'vitest';
import { loginUser } from '../../../../src/verify-install/checks/login-user.ts';
import { pamAccount } from '../../../../src/verify-install/checks/pam-account.ts';
import { passwordAging } from '../../../../src/verify-install/checks/password-aging.ts';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import { choosing, inspect, NOW, person, type World } from '../world.ts';

const TODAY = Math.floor(NOW / 86_400);

/** As Debian 12 has them. */
const PAM: World['files'] = {
  '/etc/pam.d/sshd': 'account required pam_nologin.so\n@include common-account\n',
  '/etc/pam.d/common-account': [
    'account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so',
    'account requisite pam_deny.so',
    'account required pam_permit.so',
    '',
  ].join('\n'),
};

/** Debian 12 with these files besides its own, and what its sshd says of UsePAM. */
function host(files: World['files'] = {}, options: { usePam?: boolean; shadow?: string } = {}) {
  const below = fixture('debian-12');
  const { usePam = true, shadow = '*:20000:0:99999:7::' } = options;
  const text = `UsePAM ${usePam ? 'yes' : 'no'}\n`;
  return {
    below,
    files: { '/etc/ssh/sshd_config': text, '/bin/bash': { mode: 0o755 }, ...PAM, ...files },
    commands: {
      ...person('alice', { groups: ['alice', 'staff'] }),
      'getent shadow -- alice': { stdout: `alice:${shadow}:\n` },
    },
  };
}

describe('password-aging', () => {
  it.each([
    ['*:20000:0:99999:7::', 'pass'],
    ['*:20000:0::7::', 'pass'],
    ['*::0:1:7::', 'pass'],
    [`*:${TODAY}:0:30:7::`, 'pass'],
    [`*:${TODAY - 30}:0:30:7::`, 'pass'],
    [`*:${TODAY - 31}:0:30:7::`, 'fail'],
    [`*:${TODAY - 50}:0:30:7:7:`, 'fail'],
    [`*:${TODAY + 5}:0:0:7::`, 'pass'],
    ['*:0:0:99999:7::', 'fail'],
  ])('judges the shadow fields %s as pam_unix does: %s', async (shadow, status) => {
    expect(await inspect(passwordAging, host({}, { shadow }))).toMatchObject({ status });
  });

  it.each([
    ['sshd does not ask PAM', host({}, { usePam: false, shadow: '*:0:0:99999:7::' })],
    [
      'pam_unix has no_pass_expiry',
      host(
        { '/etc/pam.d/sshd': 'account required pam_unix.so no_pass_expiry\n' },
        { shadow: '*:0:0:99999:7::' },
      ),
    ],
  ])('does not mind the age where %s', async (_, world) => {
    expect(await inspect(passwordAging, world)).toMatchObject({ status: 'pass' });
  });

  it('offers to count the password as changed today, for that user alone', async () => {
    const world = host({}, { shadow: '*:0:0:99999:7::' });
    const remedy = choosing(`chage --lastday ${TODAY} alice`);
    expect(await inspect(passwordAging, world)).toMatchObject({ status: 'fail', remedy });
  });
});

const ACCESS = '/etc/security/access.conf';

describe('pam-account', () => {
  it.each([
    ["Debian's own stack", {}, 'pass'],
    ['a rule of a module that is not asked', { [ACCESS]: '-:ALL:ALL\n' }, 'pass'],
    [
      'a rule that refuses',
      { '/etc/pam.d/sshd': 'account required pam_access.so\n', [ACCESS]: '-:ALL:ALL\n' },
      'fail',
    ],
    [
      'a rule for some addresses',
      {
        '/etc/pam.d/sshd': 'account required pam_access.so\n',
        [ACCESS]: '+:alice:192.0.2.0/24\n-:ALL:ALL\n',
      },
      'warn',
    ],
    [
      'a refusal that may not be asked for',
      {
        '/etc/pam.d/sshd': 'account sufficient pam_x.so\naccount required pam_access.so\n',
        [ACCESS]: '-:ALL:ALL\n',
      },
      'warn',
    ],
    [
      'a rule in a file of its own',
      {
        '/etc/pam.d/sshd': 'account required pam_access.so accessfile=/etc/a.conf\n',
        '/etc/a.conf': '-:staff:ALL\n',
      },
      'fail',
    ],
    [
      'a drop-in of access.d',
      {
        '/etc/pam.d/sshd': 'account required pam_access.so\n',
        '/etc/security/access.d/50-x.conf': '-:alice:ALL\n',
      },
      'fail',
    ],
    [
      'a list that lacks the user',
      {
        '/etc/pam.d/sshd':
          'account required pam_listfile.so item=user sense=allow file=/etc/ssh/users\n',
        '/etc/ssh/users': 'bob\n',
      },
      'fail',
    ],
    [
      'a list of others',
      {
        '/etc/pam.d/sshd':
          'account required pam_listfile.so item=user sense=deny file=/etc/ssh/users\n',
        '/etc/ssh/users': 'bob\n',
      },
      'pass',
    ],
    [
      'hours for the user',
      {
        '/etc/pam.d/sshd': 'account required pam_time.so\n',
        '/etc/security/time.conf': 'sshd;*;alice|bob;Wk0800-1800\n',
      },
      'warn',
    ],
    [
      'hours for others',
      {
        '/etc/pam.d/sshd': 'account required pam_time.so\n',
        '/etc/security/time.conf': '# x;*;*;Al\nlogin;*;*;!Al0000-2400\nsshd;*;bob;Wk0800-1800\n',
      },
      'pass',
    ],
    [
      'a service that nobody may use',
      { '/etc/pam.d/sshd': 'account required pam_deny.so' },
      'fail',
    ],
    ['an include of nothing', { '/etc/pam.d/sshd': '@include gone\n' }, 'fail'],
    [
      'a module that is not installed',
      {
        '/etc/pam.d/sshd': 'account required pam_unix.so\naccount required pam_duo.so\n',
        '/usr/lib/x86_64-linux-gnu/security/pam_unix.so': '',
      },
      'fail',
    ],
    [
      'a module that need not be installed',
      {
        '/etc/pam.d/sshd': 'account required pam_unix.so\n-account required pam_duo.so\n',
        '/usr/lib/x86_64-linux-gnu/security/pam_unix.so': '',
      },
      'pass',
    ],
  ])('judges %s', async (_, files, status) => {
    expect(await inspect(pamAccount, host(files as World['files']))).toMatchObject({ status });
  });

  it('names the modules of whose rules only the log tells', async () => {
    const world = host({ '/etc/pam.d/sshd': 'account required pam_slurm.so\n' });
    const { found } = await inspect(pamAccount, world);
    expect(found).toContain('pam_slurm.so');
  });

  it('asks nothing where sshd does not ask PAM', async () => {
    const world = host({ '/etc/pam.d/sshd': '@include gone\n' }, { usePam: false });
    expect(await inspect(pamAccount, world)).toMatchObject({ status: 'pass' });
  });

  it('offers a rule for the user alone, before all others', async () => {
    const world = host({
      '/etc/pam.d/sshd': 'account required pam_access.so\n',
      [ACCESS]: '-:ALL:ALL\n',
    });
    const remedy = choosing(`sed -i 1i+:alice:ALL ${ACCESS}`);
    expect(await inspect(pamAccount, world)).toMatchObject({ remedy });
  });
});

describe('login-user, where the system is closed', () => {
  it.each([
    ['pam_nologin is asked', host({ '/run/nologin': '' }), 'fail'],
    [
      'pam_nologin is not asked',
      host({ '/etc/nologin': '', '/etc/pam.d/sshd': 'account required pam_unix.so\n' }),
      'pass',
    ],
    [
      'pam_nologin looks at another file',
      host({
        '/etc/nologin': '',
        '/etc/pam.d/sshd': 'account required pam_nologin.so file=/etc/closed\n',
      }),
      'pass',
    ],
    ['sshd looks itself', host({ '/etc/nologin': '' }, { usePam: false }), 'fail'],
    ['sshd looks elsewhere', host({ '/run/nologin': '' }, { usePam: false }), 'pass'],
  ])('judges the login user where %s', async (_, world, status) => {
    expect(await inspect(loginUser, world)).toMatchObject({ status });
  });
});
