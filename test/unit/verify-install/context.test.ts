import { describe, expect, it } from 'vitest';
import { dryRunNobody } from '../../../src/verify-install/checks/dry-run.ts';
import { instance } from '../../../src/verify-install/checks/instance.ts';
import { programStarts } from '../../../src/verify-install/checks/program-starts.ts';
import { sshdContext } from '../../../src/verify-install/facts/context.ts';
import { Inspection } from '../../../src/verify-install/inspection.ts';
import { VERSION } from '../../../src/version.ts';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { edgesOf, inspect, type World, type WorldFile } from './world.ts';

const USER = 'ec2-instance-connect';
const PROGRAM = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
const SELF = '/usr/lib/ec2-instance-connect/ec2-instance-connect';
const TOOLS: World['files'] = {
  '/usr/bin/nsenter': '',
  '/usr/bin/prlimit': '',
  '/usr/bin/setpriv': '',
};
const AS = '-S 999 -G 998 --';
const ENTER = '/usr/bin/nsenter -t 7 -m -r -w';

function to(link: string): WorldFile {
  return { link };
}

function limits(files: string): string {
  return `Max open files            ${files}                ${files}               files     \n`;
}

/** Debian 12 whose sshd listens as process 7 in the namespaces and with the limits of this process. */
function host(
  files: World['files'] = {},
  commands: World['commands'] = {},
  uid = 0,
): Partial<World> & { uid: number } {
  return {
    below: fixture('debian-12'),
    uid,
    files: {
      '/etc/ssh/sshd_config': `AuthorizedKeysCommand ${PROGRAM} %u %f\nAuthorizedKeysCommandUser ${USER}\n`,
      '/run/sshd.pid': '7\n',
      '/sys/devices/virtual/dmi/id/board_asset_tag': { mode: 0o400 },
      '/proc/7/comm': 'sshd\n',
      '/proc/7/limits': limits('1024'),
      '/proc/7/status': 'Seccomp:\t0\n',
      '/proc/7/ns/mnt': to('mnt:[1]'),
      '/proc/7/ns/net': to('net:[1]'),
      '/proc/self/limits': limits('1024'),
      '/proc/self/status': 'CapEff:\t000001ffffffffff\nSeccomp:\t0\n',
      '/proc/self/ns/mnt': to('mnt:[1]'),
      '/proc/self/ns/net': to('net:[1]'),
      ...TOOLS,
      ...files,
    },
    commands: {
      [`getent passwd -- ${USER}`]: { stdout: `${USER}:x:999:998::/nonexistent:/bin/false\n` },
      [`${ENTER} -- /bin/true`]: {},
      ...commands,
    },
  };
}

function contextOf(world: Partial<World>) {
  const on = new Inspection(edgesOf(world), { offline: false, user: 'alice' });
  return on.fact(sshdContext);
}

const OTHER_MOUNTS = { '/proc/7/ns/mnt': to('mnt:[2]') };
const account = { name: USER, uid: 999, gid: 998, home: '/nonexistent', shell: '/bin/false' };

describe('sshdContext', () => {
  it.each([
    ['nothing differs', host()],
    ['no sshd listens', host({ '/run/sshd.pid': '', ...OTHER_MOUNTS })],
    ['an ordinary user asks', host(OTHER_MOUNTS, {}, 1000)],
  ])('is nothing of its own where %s', async (_, world) => {
    expect(await contextOf(world)).toBeUndefined();
  });

  it('enters the mounts with their root, as the user of the command', async () => {
    const context = await contextOf(host(OTHER_MOUNTS));
    expect(context).toMatchObject({ given: ['mount namespace'], missing: [] });
    expect(context?.enter?.(account, ['/x', 'y']).join(' ')).toBe(`${ENTER} ${AS} /x y`);
  });

  it('enters a network namespace as well', async () => {
    const files = { ...OTHER_MOUNTS, '/proc/7/ns/net': to('net:[2]') };
    const context = await contextOf(host(files, { [`${ENTER} -n -- /bin/true`]: {} }));
    expect(context?.given).toEqual(['mount namespace', 'network namespace']);
  });

  it('sets the limits first, for root may raise some', async () => {
    const context = await contextOf(host({ '/proc/7/limits': limits('4096') }));
    expect(context).toMatchObject({ given: ['nofile 4096'] });
    expect(context?.enter?.(account, ['/x']).join(' ')).toBe(
      `/usr/bin/prlimit --nofile=4096:4096 /usr/bin/setpriv --reuid=999 --regid=998 --clear-groups -- /x`,
    );
  });

  it('raises none without the capability', async () => {
    const status = { '/proc/self/status': 'CapEff:\t0000000000000000\n' };
    expect(await contextOf(host({ '/proc/7/limits': limits('4096'), ...status }))).toBeUndefined();
    expect(await contextOf(host({ '/proc/7/limits': limits('64'), ...status }))).toMatchObject({
      given: ['nofile 64'],
    });
  });

  it('says what is missing where a sandbox forbids to enter', async () => {
    const context = await contextOf(
      host(OTHER_MOUNTS, { [`${ENTER} -- /bin/true`]: { status: 1 } }),
    );
    expect(context).toMatchObject({ given: [], missing: ['mount namespace'] });
    expect(context?.enter).toBeUndefined();
  });

  it('knows that a system call filter cannot be had', async () => {
    const context = await contextOf(host({ '/proc/7/status': 'Seccomp:\t2\n' }));
    expect(context).toMatchObject({ given: [], missing: ['system call filter'] });
  });
});

it('knows that the domain of SELinux is another, where SELinux is enforcing', async () => {
  const files = {
    '/proc/7/attr/current': 'system_u:system_r:sshd_t:s0\0',
    '/proc/self/attr/current': 'unconfined_u:unconfined_r:unconfined_t:s0\0',
  };
  const enforcing = { ...files, '/sys/fs/selinux/enforce': '1' };
  expect(await contextOf(host(enforcing))).toMatchObject({ missing: ['SELinux domain'] });
  expect(await contextOf(host({ ...files, '/sys/fs/selinux/enforce': '0' }))).toBeUndefined();
});

describe('dry-run', () => {
  const inside = `${ENTER} ${AS} ${PROGRAM}`;

  it('runs the command where sshd runs it', async () => {
    const world = host(OTHER_MOUNTS, { [inside]: {} });
    const result = await inspect(dryRunNobody, world);
    expect(result).toMatchObject({ status: 'pass' });
    expect(result.found).toContain('mount namespace');
  });

  it('runs it as ever where nothing differs', async () => {
    const result = await inspect(dryRunNobody, host({}, { [PROGRAM]: {} }));
    expect(result).toMatchObject({ status: 'pass', found: 'exit status 0, no output, 5 ms' });
  });

  it('says what it ran without', async () => {
    const world = host({ '/proc/7/status': 'Seccomp:\t2\n' }, { [PROGRAM]: {} });
    expect((await inspect(dryRunNobody, world)).found).toContain('system call filter');
  });

  it('fails where the context alone is to blame, and shows what sets it', async () => {
    const world = host(OTHER_MOUNTS, { [inside]: { status: 1 }, [PROGRAM]: {} });
    expect(await inspect(dryRunNobody, world)).toMatchObject({
      status: 'fail',
      remedy: { kind: 'look', command: expect.stringContaining('/proc/7/mountinfo') as string },
    });
  });

  it('shows the command where it fails everywhere', async () => {
    const world = host(OTHER_MOUNTS, { [inside]: { status: 1 }, [PROGRAM]: { status: 1 } });
    expect(await inspect(dryRunNobody, world)).toMatchObject({
      status: 'fail',
      remedy: { command: expect.stringContaining('nsenter') as string },
    });
  });
});

describe('program-starts', () => {
  const inside = `${ENTER} ${AS} ${SELF} --version`;
  const here = { [`${SELF} --version`]: { stdout: `${VERSION}\n` } };

  it.each([
    ['starts', { stdout: `${VERSION}\n` }, 'pass'],
    ['is killed', { status: undefined, problem: 'ended by SIGKILL' }, 'fail'],
    ['says nothing', {}, 'fail'],
  ])('judges a program that %s where sshd runs it', async (_, end, status) => {
    const world = host(OTHER_MOUNTS, { ...here, [inside]: end });
    expect(await inspect(programStarts, world)).toMatchObject({ status });
  });
});

describe('what the user of the command sees', () => {
  const view = (text: object) => ({ stdout: JSON.stringify(text) });
  const good = { ok: true, found: 'x' };
  const bad = { ok: false, code: 'EACCES', found: 'cannot read it' };
  const inside = `${ENTER} ${AS} ${SELF} view-host`;
  const outside = `${SELF} view-host`;

  it('is what it sees where sshd runs', async () => {
    const world = host(OTHER_MOUNTS, {
      [inside]: view({ machine: bad }),
      [outside]: view({ machine: good }),
    });
    expect(await inspect(instance, world)).toMatchObject({
      status: 'fail',
      remedy: { kind: 'look', command: expect.stringContaining('/proc/7/') as string },
    });
  });

  it('has the remedies of the host where the context is not to blame', async () => {
    const world = host(OTHER_MOUNTS, {
      [inside]: view({ machine: bad }),
      [outside]: view({ machine: bad }),
    });
    expect(await inspect(instance, world)).toMatchObject({
      status: 'fail',
      remedy: { kind: 'fix' },
    });
  });

  it('is what it sees here where the program gives no view there', async () => {
    const world = host(OTHER_MOUNTS, {
      [inside]: { status: 1 },
      [outside]: view({ machine: good }),
    });
    expect(await inspect(instance, world)).toMatchObject({ status: 'pass' });
  });
});
