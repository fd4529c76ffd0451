import { describe, expect, it } from 'vitest';
import { fillTemplate, parseTemplate } from '../../../../src/helpers/arguments.ts';
import { helperNames } from '../../../../src/helpers/names.ts';
import { adoptCommand } from '../../../../src/sshd/plan/adoption.ts';

const VALUES = { user: 'alice', fingerprint: 'SHA256:x', home: '/home/alice' };

function args(command: string): unknown {
  const adoption = adoptCommand(command);
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
    ['/x "a b" %f 100%% "" \\"q', ['a b', 'SHA256:x', '100%', '', '"q']],
    ['/x %h/keys # %u', ['/home/alice/keys', '#', 'alice']],
  ])('gives the program of %s the arguments that sshd gave it', (command, expected) => {
    expect(args(command)).toEqual(expected);
  });

  it.each([
    ['/x %u %k', 'tokens-not-supported'],
    ['/x %U', 'tokens-not-supported'],
    ['/x "open', 'command-malformed'],
    ['relative %u', 'command-malformed'],
    ['', 'command-malformed'],
  ])('refuses %j with %s', (command, reason) => {
    expect(args(command)).toBe(reason);
  });

  it('makes a name that the chain runs, whatever the program is called', () => {
    const adoption = adoptCommand('"/opt/ä b/get keys.sh" %u');
    const path = adoption.ok ? adoption.value.helper : '';
    expect(path).toBe('/etc/ec2-instance-connect/authorized-keys-command.d/50-get-keys-sh');
    expect(helperNames([path.slice(path.lastIndexOf('/') + 1)])).toHaveLength(1);
  });
});
