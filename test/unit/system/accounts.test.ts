import { describe, expect, it } from 'vitest';
import {
  humanAccounts,
  parseAccount,
  parseShadow,
  refusesSessions,
} from '../../../src/system/accounts.ts';

describe('parseAccount', () => {
  it('reads the fields of a line', () => {
    expect(parseAccount('alice:x:1000:1001:Alice,,,:/home/alice:/bin/bash\n')).toEqual({
      name: 'alice',
      uid: 1000,
      gid: 1001,
      home: '/home/alice',
      shell: '/bin/bash',
    });
  });

  it('takes an empty shell for /bin/sh', () => {
    expect(parseAccount('old:x:5:5::/:')?.shell).toBe('/bin/sh');
  });

  it.each(['', 'alice', ':x:1:1::/:/bin/sh', 'a:x:-1:1::/:/bin/sh', 'a:x:1:1::/:/bin/sh:more'])(
    'refuses "%s"',
    (line) => {
      expect(parseAccount(line)).toBeUndefined();
    },
  );
});

describe('parseShadow', () => {
  it("finds somebody's line and not that of somebody whose name begins alike", () => {
    const text = 'alice2:!:1::::::\nalice:*:20000:0:90:7:14:20500:\n';
    expect(parseShadow(text, 'alice')).toEqual({
      password: '*',
      changed: 20000,
      maximum: 90,
      inactive: 14,
      expires: 20500,
    });
  });

  it('leaves out dates that are not there', () => {
    expect(parseShadow('alice:!!:::::::', 'alice')).toEqual({ password: '!!' });
  });
});

describe('humanAccounts', () => {
  it('lists accounts of people with a shell, the lowest user id first', () => {
    const passwd = [
      'root:x:0:0::/root:/bin/bash',
      'bob:x:1002:1002::/home/bob:/bin/zsh',
      'ec2-user:x:1000:1000::/home/ec2-user:/bin/bash',
      'ci:x:1001:1001::/home/ci:/usr/sbin/nologin',
      'nobody:x:65534:65534::/:/bin/sh',
    ].join('\n');
    expect(humanAccounts(passwd).map(({ name }) => name)).toEqual(['ec2-user', 'bob']);
  });
});

describe('refusesSessions', () => {
  it.each(['/sbin/nologin', '/usr/sbin/nologin', '/bin/false'])('knows %s', (shell) => {
    expect(refusesSessions(shell)).toBe(true);
  });

  it('takes no other shell for one', () => {
    expect(refusesSessions('/bin/falsehood')).toBe(false);
  });
});
