import { describe, expect, it } from 'vitest';
import { loginUserName } from '../../../src/verify-install/facts/people.ts';
import { sshd } from '../../../src/verify-install/facts/sshd.ts';
import { judgeSigner } from '../../../src/verify-install/facts/signer-verdict.ts';
import { viewHost } from '../../../src/verify-install/host-view.ts';
import { Inspection } from '../../../src/verify-install/inspection.ts';
import { duration, listed, moment } from '../../../src/verify-install/phrases.ts';
import { shellWord } from '../../../src/verify-install/remedies.ts';
import { SIGNER_REASONS, type SignerReason } from '../../../src/verdict/reasons.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { refuse } from '../../../src/verdict/refusal.ts';
import { edgesOf, type World } from './world.ts';

describe('the login user in question', () => {
  const PASSWD = {
    '/etc/passwd': [
      'root:x:0:0::/root:/bin/bash',
      'first:x:1000:1000::/home/first:/bin/bash',
      'ec2-user:x:1001:1001::/home/ec2-user:/bin/bash',
    ].join('\n'),
  };
  const name = (world: Partial<World>, user?: string): Promise<string | undefined> =>
    loginUserName(new Inspection(edgesOf({ files: PASSWD, ...world }), { offline: true, user }));
  const carol = { 'getent passwd -- 1002': { stdout: 'carol:x:1002:1002::/home/carol:/bin/sh\n' } };

  it('is the one that was asked for', async () => {
    expect(await name({}, 'dave')).toBe('dave');
  });

  it('is who has logged in, whatever sudo made of him', async () => {
    const files = { ...PASSWD, '/proc/self/loginuid': '1002' };
    expect(await name({ files, commands: carol })).toBe('carol');
  });

  it("is the image's user where nobody has logged in", async () => {
    expect(await name({ files: { ...PASSWD, '/proc/self/loginuid': '4294967295' } })).toBe(
      'ec2-user',
    );
  });

  it('is the caller himself where he is not root', async () => {
    expect(await name({ uid: 1002, commands: carol })).toBe('carol');
  });

  it('is unknown where there are no people', async () => {
    expect(await name({ files: {} })).toBeUndefined();
  });
});

describe('the start that answers connections', () => {
  const UNITS = '/usr/lib/systemd/system';
  const start = async (files: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const world: Partial<World> = {
      files: {
        '/run/systemd/system': { type: 'directory' },
        '/etc/ssh/sshd_config': 'UsePAM yes\n',
        [`${UNITS}/ssh.service`]: '[Service]\nExecStart=/usr/sbin/sshd -D\n',
        [`${UNITS}/ssh@.service`]: '[Service]\nExecStart=-/usr/sbin/sshd -i\n',
        [`${UNITS}/ssh.socket`]: '[Socket]\nListenStream=22\nAccept=no\n',
        ...files,
      },
      commands: {
        'systemctl is-active': { status: 3, stdout: 'inactive\n' },
        'systemctl is-active -- ssh.socket sshd.socket': { stdout: 'active\ninactive\n' },
      },
    };
    const facts = await sshd(new Inspection(edgesOf(world), { offline: true }));
    return facts?.start.unit?.name;
  };

  it('is the service where the socket hands its connections over', async () => {
    expect(await start({})).toBe('ssh.service');
  });

  it.each([
    ['a drop-in', '/etc/systemd/system/ssh.socket.d/accept.conf'],
    ['a drop-in of a running system', '/run/systemd/system/ssh.socket.d/accept.conf'],
    ["the administrator's own socket", '/usr/local/lib/systemd/system/ssh.socket'],
  ])('is the template where %s has the socket accept', async (_, path) => {
    expect(await start({ [path]: '[Socket]\nAccept=yes\n' })).toBe('ssh@.service');
  });
});

describe('judgeSigner', () => {
  it('has one check for every reason against a signer', () => {
    for (const reason of Object.keys(SIGNER_REASONS) as SignerReason[]) {
      const verdict = refuse(reason, 'detail');
      const checks = ['signer-name', 'ca-root', 'signer-path', 'signer-staples'] as const;
      const blamed = checks.filter((check) => judgeSigner(verdict, check) !== undefined);
      expect(blamed).toHaveLength(1);
    }
  });
});

describe('viewHost', () => {
  const edges = {
    machine: () => ({ kind: 'xen' }) as const,
    trustStore: (): never => {
      throw new Fault('TRUST_STORE_UNREADABLE', 'no bundle');
    },
    imds: (): never => {
      throw new Error('IMDS must not be asked');
    },
    journal: () => Promise.resolve('EACCES'),
  };

  it('tells what one user sees, and does not ask IMDS offline', async () => {
    expect(await viewHost(edges, true)).toEqual({
      machine: { ok: true, found: 'xen' },
      trustStore: { ok: false, code: 'TRUST_STORE_UNREADABLE', found: 'no bundle' },
      journal: { ok: false, code: 'EACCES', found: 'cannot connect to the journal: EACCES' },
    });
  });
});

describe('phrases', () => {
  it('lists the first few', () => {
    expect(listed(['a', 'b', 'c'])).toBe('a, b, c');
    expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
  });

  it.each([
    [59, '59 s'],
    [-172_900, '2 days'],
    [600, '10 min'],
    [10_800, '3 h'],
  ])('says %i seconds as %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it('names moments in UTC', () => {
    expect(moment(1_800_000_000)).toBe('2027-01-15 08:00 UTC');
  });

  it.each([
    ['/etc/x', '/etc/x'],
    ['a b', "'a b'"],
    ["it's", `'it'"'"'s'`],
    ['$(reboot)', "'$(reboot)'"],
    ['', "''"],
  ])('quotes %j for a shell', (word, quoted) => {
    expect(shellWord(word)).toBe(quoted);
  });
});
