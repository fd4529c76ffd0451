import { describe, expect, it } from 'vitest';
import { sshdEnvironment, sshdVariables } from '../../../src/ssh/command-environment.ts';

/** What subprocess() in OpenSSH's misc.c hands on. */
const NAMES = ['HOME', 'LANG', 'LOGNAME', 'PATH', 'USER'];

describe('sshdVariables', () => {
  it('takes from an environment what sshd gives its commands, and nothing else', () => {
    const given = { PATH: '/bin', USER: 'a', LOGNAME: 'b', HOME: '/', LANG: 'C' };
    const environment = {
      ...given,
      NODE_OPTIONS: '--inspect',
      SSH_ORIGINAL_COMMAND: 'id',
      path: '.',
    };
    expect(sshdVariables(environment)).toEqual(given);
  });

  it('has no variable that the environment does not have, but one that is empty', () => {
    const variables = sshdVariables({ PATH: '/bin', LANG: '', HOME: undefined });
    expect(variables).toStrictEqual({ PATH: '/bin', LANG: '' });
  });
});

describe('sshdEnvironment', () => {
  const environment = sshdEnvironment({ name: 'alice', home: '/home/alice' });

  it('has every variable that sshd gives its commands, and nothing else', () => {
    expect(Object.keys(environment).sort()).toEqual(NAMES);
    expect(sshdVariables(environment)).toEqual(environment);
  });

  it('names the account, and finds the programs of the system', () => {
    expect(environment).toMatchObject({ USER: 'alice', LOGNAME: 'alice', HOME: '/home/alice' });
    expect(environment['PATH']?.split(':')).toEqual(['/usr/local/bin', '/usr/bin', '/bin']);
    expect(environment['LANG']).toBe('C.UTF-8');
  });
});
