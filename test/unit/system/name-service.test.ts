import { describe, expect, it } from 'vitest';
import { accountQuery, groupsQuery, shadowQuery } from '../../../src/system/name-service.ts';

const ALICE = 'alice:x:1000:1001:,,,:/home/alice:/bin/bash\n';

describe('accountQuery', () => {
  it('asks getent, and takes no name for an option', () => {
    expect(accountQuery('-v').argv).toEqual(['getent', 'passwd', '--', '-v']);
  });

  it.each(['alice', '1000'])('reads the account of %s', (asked) => {
    const account = accountQuery(asked).read({ status: 0, stdout: ALICE });
    expect(account).toEqual({
      name: 'alice',
      uid: 1000,
      gid: 1001,
      home: '/home/alice',
      shell: '/bin/bash',
    });
  });

  it.each([
    ['the answer is about another', 'bob', { status: 0, stdout: ALICE }],
    ['nobody knows the name', 'alice', { status: 2, stdout: '' }],
    ['getent cannot be started', 'alice', { status: undefined, stdout: '' }],
    ['the answer is no line of passwd(5)', 'alice', { status: 0, stdout: 'alice:x:1000\n' }],
  ])('knows nobody where %s', (_, asked, end) => {
    expect(accountQuery(asked).read(end)).toBeUndefined();
  });
});

describe('groupsQuery', () => {
  it('reads the names, the primary one first', () => {
    const end = { status: 0, stdout: 'alice adm sudo\n' };
    expect(groupsQuery('alice').read(end)).toEqual(['alice', 'adm', 'sudo']);
  });

  it('knows nothing where id does not know the user', () => {
    expect(groupsQuery('alice').read({ status: 1, stdout: '' })).toBeUndefined();
  });
});

describe('shadowQuery', () => {
  it('reads the line of the user alone', () => {
    const end = { status: 0, stdout: 'alice:!:20000:0:99999:7:::\n' };
    expect(shadowQuery('alice').read(end)).toEqual({
      password: '!',
      changed: 20_000,
      maximum: 99_999,
    });
    expect(shadowQuery('bob').read(end)).toBeUndefined();
  });
});
