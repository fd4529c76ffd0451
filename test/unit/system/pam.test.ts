import { describe, expect, it } from 'vitest';
import { fixedTree } from '../../../src/system/file-tree.ts';
import { readAccountStack } from '../../../src/system/pam.ts';

/** The account lines of Debian 12's common-account. */
const COMMON = `# here are the per-package modules (the "Primary" block)
account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so 
account	requisite			pam_deny.so
account	required			pam_permit.so
`;

function stack(files: Readonly<Record<string, string>>) {
  return readAccountStack(fixedTree(files), 'sshd');
}

describe('readAccountStack', () => {
  it("reads Debian's stack in PAM's order, and knows that success jumps over pam_deny", () => {
    const sshd = '@include common-auth\naccount required pam_nologin.so\n@include common-account\n';
    const { modules, missing } = stack({
      '/etc/pam.d/sshd': sshd,
      '/etc/pam.d/common-account': COMMON,
      '/etc/pam.d/common-auth': 'auth required pam_unix.so\n',
    });
    expect(modules.map(({ name, isDecisive }) => [name, isDecisive])).toEqual([
      ['pam_nologin.so', true],
      ['pam_unix.so', false],
      ['pam_deny.so', false],
      ['pam_permit.so', true],
    ]);
    expect(missing).toEqual([]);
  });

  it.each([
    ['required', true],
    ['requisite', true],
    ['REQUIRED', true],
    ['sufficient', false],
    ['optional', false],
    ['[success=ok default=bad]', true],
    ['[default=die]', true],
    ['[success=ok default=ignore]', false],
    ['[perm_denied=bad default=ignore]', true],
  ])('takes the refusal of a module with %s for decisive: %s', (control, isDecisive) => {
    const { modules } = stack({ '/etc/pam.d/sshd': `account ${control} pam_access.so\n` });
    expect(modules).toMatchObject([{ name: 'pam_access.so', isDecisive }]);
  });

  it.each(['sufficient', '[success=done default=ignore]', '[success=1 default=ignore]'])(
    'takes nothing for decisive that a module with %s can leave out',
    (control) => {
      const text = `account ${control} pam_localuser.so\naccount required pam_access.so\n`;
      expect(stack({ '/etc/pam.d/sshd': text }).modules[1]).toMatchObject({ isDecisive: false });
    },
  );

  it('follows include and substack, keeps arguments, and names what does not exist', () => {
    const { modules, missing } = stack({
      '/etc/pam.d/sshd': [
        'account include password-auth',
        'account substack gone',
        '-account required \\',
        '  /lib/security/pam_listfile.so item=user [file=/etc/some file]',
      ].join('\n'),
      '/usr/lib/pam.d/password-auth': 'account required pam_unix.so no_pass_expiry # note\n',
    });
    expect(modules).toMatchObject([
      { name: 'pam_unix.so', args: ['no_pass_expiry'], isMissed: true },
      {
        name: 'pam_listfile.so',
        args: ['item=user', '[file=/etc/some file]'],
        isMissed: false,
        place: { path: '/etc/pam.d/sshd', line: 3 },
      },
    ]);
    expect(missing).toEqual([{ path: '/etc/pam.d/sshd', line: 2, file: 'gone' }]);
  });

  it('takes the stack of other where the service has none, and ends where files include each other', () => {
    const other = 'account required pam_deny.so\n';
    expect(stack({ '/etc/pam.d/other': other }).modules).toMatchObject([{ isDecisive: true }]);
    const loop = stack({
      '/etc/pam.d/sshd': 'account include sshd\naccount required pam_unix.so\n',
    });
    expect(loop.modules.length).toBeGreaterThan(0);
  });
});
