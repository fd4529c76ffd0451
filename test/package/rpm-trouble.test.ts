import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Host, REPOSITORY_URL } from './host.ts';
import { packagePath, VERSION } from './packages.ts';
import { makeRepository, tamper, type TestRepository } from './repository.ts';
import { makeForeignRpms, makeNextRpm, STOCK_RPM_VERSIONS } from './stand-ins-rpm.ts';
import { NEXT_VERSION } from './stand-ins.ts';

const NAME = 'ec2-instance-connect';
const NEXT = `${REPOSITORY_URL}/yum/packages/${NAME}-${NEXT_VERSION}.x86_64.rpm`;
/** A person's next try, with what rpm wants to hear where it believes to be done already. */
const AGAIN = ['-U', '--replacepkgs', NEXT];

let repository: TestRepository | undefined;
let host: Host;
beforeAll(() => {
  repository = makeRepository([packagePath('rpm', 'x64')], (folder) => {
    makeForeignRpms(folder);
    makeNextRpm(folder);
  });
});
afterAll(() => {
  repository?.discard();
});
async function boot(of: TestRepository | undefined): Promise<void> {
  host = await Host.boot('bookworm', of?.folder ?? '');
  await host.prepareDnf();
  expect(await host.dnf('install', 'stub-distribution')).toMatchObject({ status: 0 });
}

/** The scriptlet's begin and its end. */
function moments(...scripts: readonly string[]): readonly string[] {
  return scripts.flatMap((script) => [script, `after-${script}`]);
}

async function kill(moment: string, ...args: readonly string[]): Promise<void> {
  await host.machine.sh(`touch /run/kill-${moment}`);
  expect([moment, (await host.rpm(...args)).status]).not.toEqual([moment, 0]);
  expect(existsSync(host.machine.path(`/run/kill-${moment}`))).toBe(false);
  await host.machine.sh('sshd -t');
  expect(await host.loginWithFile()).toBe(true);
}

async function must(...args: readonly string[]): Promise<void> {
  expect(await host.rpm(...args)).toMatchObject({ status: 0 });
}

describe('a transaction that is killed in a scriptlet', () => {
  beforeEach(() => boot(repository));
  afterEach(() => host.stop());

  it.each(moments('pre', 'post', 'posttrans'))('installs when it is run again: %s', async (at) => {
    await kill(at, '-U', NEXT);
    await must(...AGAIN);
    expect(await host.loginWithPushedKey()).toBe(true);
    expect((await host.rpm('-q', NAME)).stdout).toBe(`${NAME}-${NEXT_VERSION}.x86_64\n`);
  });

  it.each([
    ['pre', STOCK_RPM_VERSIONS.amazon],
    ['after-post', STOCK_RPM_VERSIONS.amazon],
    ['posttrans', STOCK_RPM_VERSIONS.amazon],
    ['after-post', STOCK_RPM_VERSIONS.redhat],
  ])('takes over when it is run again: %s, from %s', async (at, stock) => {
    await must('-U', `${REPOSITORY_URL}/yum/packages/${NAME}-${stock}.rpm`);
    await kill(at, '-U', NEXT);
    await must(...AGAIN);
    expect(await host.loginWithPushedKey()).toBe(true);
    expect((await host.rpm('-q', NAME)).stdout).toBe(`${NAME}-${NEXT_VERSION}.x86_64\n`);
  });

  it("has its wiring before its last scriptlet, where the stock package's has gone", async () => {
    await must('-U', `${REPOSITORY_URL}/yum/packages/${NAME}-${STOCK_RPM_VERSIONS.redhat}.rpm`);
    await kill('posttrans', '-U', NEXT);
    await host.machine.sh('systemctl restart ssh.service');
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('upgrades when it is run again', async () => {
    expect(await host.dnf('install', `${NAME}-${VERSION}`)).toMatchObject({ status: 0 });
    await kill('post', '-U', NEXT);
    expect(await host.loginWithPushedKey()).toBe(true);
    await must(...AGAIN);
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it.each(moments('preun', 'postun'))('erases when it is run again: %s', async (at) => {
    const before = await host.machine.sh('sshd -T');
    await must('-U', NEXT);
    await kill(at, '-e', NAME);
    await must('-e', NAME);
    expect(await host.machine.sh('sshd -T')).toBe(before);
    expect(existsSync(host.machine.path(`/var/lib/${NAME}`))).toBe(false);
    expect(existsSync(host.machine.path('/opt/aws'))).toBe(false);
  });
});

describe('a repository that somebody has changed', () => {
  let changed: TestRepository;
  beforeEach(async () => {
    changed = makeRepository([packagePath('rpm', 'x64')], makeForeignRpms);
    await boot(changed);
    // What was fetched before the change does not count.
    expect(await host.dnf('clean', 'all')).toMatchObject({ status: 0 });
  });
  afterEach(async () => {
    await host.stop();
    changed.discard();
  });

  it.each([
    ['the signed list of lists', /repomd\.xml$/],
    ['a list of packages', /-primary\.xml\.gz$/],
    ['a package', /3\.0\.0-1\.x86_64\.rpm$/],
  ])('is refused where %s is changed', async (_, pattern) => {
    tamper(changed, pattern);
    expect((await host.dnf('install', NAME)).status).not.toBe(0);
    expect((await host.rpm('-q', NAME)).status).not.toBe(0);
  });
});
