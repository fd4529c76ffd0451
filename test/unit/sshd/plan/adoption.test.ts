import { describe, expect, it } from 'vitest';
import { fillTemplate, parseTemplate } from '../../../../src/helpers/arguments.ts';
import { helperNames } from '../../../../src/helpers/names.ts';
import { adoptCommand } from '../../../../src/sshd/plan/adoption.ts';
import { sampleTokens } from '../../../../src/ssh/sample-login.ts';
import type { OpenSshVersion } from '../../../../src/sshd/model/version.ts';

const VALUES = sampleTokens({ user: 'alice', home: '/home/alice', uid: '7' });
const { f, k, t, C } = VALUES;

function args(command: string, version?: OpenSshVersion): unknown {
  const adoption = adoptCommand(command, version);
  if (!adoption.ok) return adoption.reason;
  const template = parseTemplate(adoption.value.template);
  if (!template.ok) return template.reason;
  const filled = fillTemplate(template.value, VALUES);
  return filled.ok && filled.value;
}

describe('adoptCommand', () => {
  it.each([
    ['/usr/bin/sss_ssh_authorizedkeys', ['alice']],
    ['/usr/bin/sss_ssh_authorizedkeys %u', ['alice']],
    ['/usr/bin/userdbctl ssh-authorized-keys %u', ['ssh-authorized-keys', 'alice']],
    ['/x "a b" %f 100%% "" \\"q', ['a b', f, '100%', '', '"q']],
    ['/x %h/keys # %u', ['/home/alice/keys', '#', 'alice']],
    // As opkssh, GitLab and Gitea tell people to write it.
    ['/usr/local/bin/opkssh verify %u %k %t', ['verify', 'alice', k, t]],
    ['/opt/gitlab/bin/gitlab-shell-authorized-keys-check git %u %k', ['git', 'alice', k]],
    [
      '/usr/local/bin/gitea keys -e git -u %u -t %t -k %k',
      ['keys', '-e', 'git', '-u', 'alice', '-t', t, '-k', k],
    ],
    ['/x %U "%C"', ['7', C]],
  ])('gives the program of %s the arguments that sshd gave it', (command, expected) => {
    expect(args(command)).toEqual(expected);
  });

  it.each([
    ['/x %u %i', 'tokens-not-supported'],
    ['/x "open', 'command-malformed'],
    ['relative %u', 'command-malformed'],
    ['', 'command-malformed'],
  ])('refuses %j with %s', (command, reason) => {
    expect(args(command)).toBe(reason);
  });

  it.each([
    ['%U', { major: 7, minor: 7 }, { major: 7, minor: 8 }],
    ['%C', { major: 9, minor: 3 }, { major: 9, minor: 4 }],
    ['%D', { major: 8, minor: 4 }, { major: 10, minor: 0 }],
  ])('refuses %s on a release that does not fill it', (token, without, with_) => {
    expect(args(`/x ${token}`, without)).toBe('tokens-not-supported');
    expect(args(`/x ${token}`, with_)).toHaveLength(1);
  });

  it('names the token, its release and that of sshd', () => {
    expect(adoptCommand('/x %U', { major: 7, minor: 6 })).toMatchObject({
      detail: expect.stringMatching(/7\.6 .*%U.* 7\.8$/) as string,
    });
  });

  it('writes plain words as they are, and quotes others', () => {
    expect(adoptCommand(`/x a-b "c d" 'e"f' g\\\\h %u`, undefined)).toMatchObject({
      value: {
        program: '/x',
        argumentsFile: '/etc/ec2-instance-connect/authorized-keys-command.d/50-x.args',
        template: 'a-b "c d" "e\\"f" "g\\\\h" %u\n',
      },
    });
  });

  it('makes a name that the chain runs, whatever the program is called', () => {
    const adoption = adoptCommand('"/opt/ä b/get keys.sh" %u', undefined);
    const path = adoption.ok ? adoption.value.helper : '';
    expect(path).toBe('/etc/ec2-instance-connect/authorized-keys-command.d/50-get-keys-sh');
    expect(helperNames([path.slice(path.lastIndexOf('/') + 1)])).toHaveLength(1);
  });
});
