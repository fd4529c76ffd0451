import { describe, expect, it } from 'vitest';
import { accessAnswer } from '../../../src/system/pam-access.ts';

function ask(text: string, args: readonly string[] = []) {
  const files = [{ path: '/etc/security/access.conf', text }];
  return accessAnswer(files, { user: 'alice', groups: ['alice', 'staff'], args });
}

describe('accessAnswer', () => {
  it.each([
    ['', 'allowed'],
    ['# - : ALL : ALL', 'allowed'],
    ['- : ALL : ALL', 'refused'],
    ['-:alice:ALL', 'refused'],
    ['-:bob carol:ALL', 'allowed'],
    ['+:alice:ALL\n-:ALL:ALL', 'allowed'],
    ['+:root:ALL\n-:ALL:ALL', 'refused'],
    ['- : ALL EXCEPT root : ALL', 'refused'],
    ['- : ALL EXCEPT (staff) : ALL', 'allowed'],
    ['- : ALL EXCEPT staff : ALL', 'allowed'],
    ['-:(wheel):ALL', 'allowed'],
    ['-:(staff):ALL', 'refused'],
    ['-:ALL:LOCAL', 'allowed'],
    ['- : ALL EXCEPT root : tty1 :0', 'allowed'],
    ['- : ALL : ALL EXCEPT LOCAL', 'refused'],
    ['- : ALL : ALL EXCEPT 192.0.2.0/24', 'allowed'],
    ['- : ALL : 192.0.2.0/24', 'allowed'],
    ['+ : alice : 192.0.2. 2001:db8::/32\n- : ALL : ALL', 'depends'],
    ['+ : @admins : ALL\n- : ALL : ALL', 'depends'],
    ['+ : alice@here : ALL\n- : ALL : ALL', 'depends'],
    ['+ : bob@here : ALL\n- : ALL : ALL', 'refused'],
    ['nonsense', 'allowed'],
  ])('judges %j as pam_access does: %s', (text, answer) => {
    expect(ask(text).answer).toBe(answer);
  });

  it('minds the arguments of the module', () => {
    expect(ask('-|alice|ALL', ['fieldsep=|']).answer).toBe('refused');
    expect(ask('-:bob;alice:ALL', ['listsep=;']).answer).toBe('refused');
    expect(ask('- : ALL EXCEPT staff : ALL', ['nodefgroup']).answer).toBe('refused');
  });

  it('names the rule, and reads one file after the other', () => {
    const files = [
      { path: '/a', text: '# first\n+ : alice : LOCAL\n' },
      { path: '/b', text: '\n- : ALL : ALL \n' },
    ];
    const question = { user: 'alice', groups: [], args: [] };
    expect(accessAnswer(files, question)).toEqual({
      answer: 'refused',
      rule: { path: '/b', line: 2, text: '- : ALL : ALL' },
    });
  });
});
