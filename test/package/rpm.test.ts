import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Host, REPOSITORY_URL } from './host.ts';
import { publicKey } from './keys.ts';
import { packagePath, VERSION } from './packages.ts';
import { makeRepository, type TestRepository } from './repository.ts';
import {
  makeForeignRpms,
  LATE_SSHD,
  makeNextRpm,
  REDHAT_DROP_IN,
  STOCK_RPM_VERSIONS,
} from './stand-ins-rpm.ts';
import { NEXT_VERSION } from './stand-ins.ts';

const NAME = 'ec2-instance-connect';
const COMMAND = '/opt/aws/bin/eic_run_authorized_keys';

let repository: TestRepository | undefined;
let host: Host;

beforeAll(() => {
  repository = makeRepository([packagePath('rpm', 'x64')], (folder) => {
    makeForeignRpms(folder);
    makeNextRpm(folder);
  });
}, 300_000);
afterAll(() => {
  repository?.discard();
});
beforeEach(async () => {
  host = await Host.boot('bookworm', repository?.folder ?? '');
  await host.prepareDnf();
}, 180_000);
afterEach(() => host.stop());

/** dnf does not go back across architectures (the stand-ins have none), rpm does. */
async function downgrade(version: string): Promise<void> {
  const url = `${REPOSITORY_URL}/yum/packages/${NAME}-${version}.rpm`;
  await host.mustRpm('-U', '--oldpackage', url);
  expect((await host.rpm('-q', NAME)).stdout).toContain(version);
}

async function effective(): Promise<string> {
  return host.machine.sh('sshd -T | grep -i authorizedkeyscommand');
}

it('installs, and erases to what was there', async () => {
  const before = await host.machine.sh('sshd -T');
  await host.mustDnf('install', `${NAME}-${VERSION}`);
  expect((await host.rpm('-q', NAME)).stdout).toBe(`${NAME}-${VERSION}.x86_64\n`);
  expect(await host.loginWithPushedKey()).toBe(true);
  expect(await host.rpm('-V', NAME)).toMatchObject({ status: 0, stdout: '' });
  await host.mustDnf('remove', NAME);
  expect(await host.machine.sh('sshd -T')).toBe(before);
  expect(await host.loginWithFile()).toBe(true);
  expect(await host.loginWithPushedKey()).toBe(false);
  await host.machine.sh(
    `test ! -e /var/lib/${NAME} && test ! -e /opt/aws && test ! -e /usr/lib/${NAME}`,
  );
});

it("takes over from Amazon Linux's stock package, whose lines in sshd_config stay", async () => {
  await host.mustDnf('install', `${NAME}-${STOCK_RPM_VERSIONS.amazon}`);
  const config = host.read('/etc/ssh/sshd_config');
  expect(config).toContain(COMMAND);
  await expectNoGap(() => host.mustDnf('install', `${NAME}-${VERSION}`));
  expect(await host.loginWithPushedKey()).toBe(true);
  expect(host.read('/etc/ssh/sshd_config')).toBe(config);
  await downgrade(STOCK_RPM_VERSIONS.amazon);
  expect(host.read('/etc/ssh/sshd_config')).toBe(config);
  expect((await host.rpm('-V', NAME)).status).toBe(0);
  expect(await host.loginWithFile()).toBe(true);
});

it("takes over from RHEL's stock package and its drop-in, and gives back", async () => {
  await host.mustDnf('install', `${NAME}-${STOCK_RPM_VERSIONS.redhat}`);
  const before = await effective();
  await expectNoGap(() => host.mustDnf('install', `${NAME}-${VERSION}`));
  await host.machine.sh(`test ! -e ${REDHAT_DROP_IN}`);
  expect(await effective()).toBe(before);
  await host.machine.sh('systemctl restart ssh.service');
  expect(await host.loginWithPushedKey()).toBe(true);
  await downgrade(STOCK_RPM_VERSIONS.redhat);
  expect(await effective()).toBe(before);
  expect(await host.machine.sh('ls /etc/ssh/sshd_config.d')).toContain(
    '60-ec2-instance-connect.conf',
  );
  expect(await host.machine.sh('ls /etc/ssh/sshd_config.d')).not.toContain(
    '90-ec2-instance-connect.conf',
  );
  await host.mustDnf('remove', NAME);
  expect(await host.loginWithFile()).toBe(true);
});

it('upgrades and downgrades between versions of ours, the wiring as it was', async () => {
  await host.mustDnf('install', `${NAME}-${VERSION}`);
  const before = await effective();
  await expectNoGap(() => host.mustDnf('upgrade', NAME));
  expect((await host.rpm('-q', NAME)).stdout).toBe(`${NAME}-${NEXT_VERSION}.x86_64\n`);
  expect(await host.loginWithPushedKey()).toBe(true);
  await host.mustDnf('downgrade', `${NAME}-${VERSION}`);
  expect(await effective()).toBe(before);
  expect(await host.loginWithPushedKey()).toBe(true);
});

it('says once that sshd needs a restart, where it is wired in its unit', async () => {
  await host.machine.sh(
    "sed -i '/^Include/d' /etc/ssh/sshd_config && systemctl reload ssh.service",
  );
  await host.mustDnf('install', 'stub-distribution');
  // rpm shows what scripts say, dnf -q does not.
  const url = `${REPOSITORY_URL}/yum/packages/${NAME}-${VERSION}.x86_64.rpm`;
  const said = await host.mustRpm('-U', url);
  expect(said.match(/systemctl restart ssh\.service/g), said).toHaveLength(1);
  await host.machine.sh('systemctl restart ssh.service');
  expect(await host.loginWithPushedKey()).toBe(true);
});

describe('where there is SELinux', () => {
  const module = `/usr/share/selinux/packages/ec2_instance_connect.pp`;
  const calls = (): string => host.read('/run/semodule');

  /** A semodule(8) with a store of one module, which writes down what changes it. */
  beforeEach(async () => {
    writeFileSync(
      host.machine.path('/usr/sbin/semodule'),
      `#!/bin/sh
case $1 in
-l) cat /run/store; exit ;;
-i) basename "$2" .pp >/run/store; printf 'sshd uses it: ' >>/run/semodule
  sshd -T | grep -c '^authorizedkeyscommand ${COMMAND}' >>/run/semodule ;;
-r) : >/run/store ;;
esac
echo "$@" >>/run/semodule
`,
    );
    await host.machine.sh(`
      mkdir -p /etc/selinux && touch /etc/selinux/config /run/store /run/semodule
      chmod 755 /usr/sbin/semodule`);
  });

  it('loads its policy module before sshd is pointed at it, and takes it away when it goes', async () => {
    await host.mustDnf('install', `${NAME}-${VERSION}`);
    expect(calls()).toBe(`sshd uses it: 0\n-i ${module}\n`);
    expect(await host.loginWithPushedKey()).toBe(true);
    await host.mustDnf('remove', NAME);
    expect(calls()).toBe(`sshd uses it: 0\n-i ${module}\n-r ec2_instance_connect\n`);
  });

  it('loads it again where the package that had it once takes it away', async () => {
    const url = `${REPOSITORY_URL}/yum/packages/${NAME}-selinux-3.0.0-0.rpm`;
    await host.mustRpm('-U', '--nodeps', url);
    await host.mustDnf('install', `${NAME}-${VERSION}`);
    expect(host.read('/run/store')).toBe('ec2_instance_connect\n');
    expect(calls()).toContain('-r ec2_instance_connect\n');
    expect((await host.rpm('-q', `${NAME}-selinux`)).status).not.toBe(0);
  });

  it('takes it away with a downgrade to a stock package', async () => {
    await host.mustDnf('install', `${NAME}-${VERSION}`);
    await downgrade(STOCK_RPM_VERSIONS.redhat);
    expect(host.read('/run/store')).toBe('');
  });
});

it('wires sshd that comes later', async () => {
  await host.machine.sh(`mv /usr/sbin/sshd ${LATE_SSHD}`);
  await host.mustDnf('install', `${NAME}-${VERSION}`);
  await host.mustDnf('install', 'openssh-server-9');
  expect(await effective()).toContain(COMMAND);
  await host.machine.sh('systemctl restart ssh.service');
  expect(await host.loginWithPushedKey()).toBe(true);
});

it('refuses metadata and packages that another key has signed', async () => {
  const other = makeRepository([packagePath('rpm', 'x64')]);
  try {
    writeFileSync(host.machine.path('/etc/yum.repos.d/KEY'), publicKey(other.key, 'armor'));
    const file = '/etc/yum.repos.d/ec2-instance-connect.repo';
    const changed = host
      .read(file)
      .replace(/^gpgkey=.*$/m, 'gpgkey=file:///root/etc/yum.repos.d/KEY');
    writeFileSync(host.machine.path(file), changed);
    expect((await host.dnf('install', `${NAME}-${VERSION}`)).status).not.toBe(0);
    writeFileSync(host.machine.path(file), changed.replace('repo_gpgcheck=1', 'repo_gpgcheck=0'));
    const refused = await host.dnf('install', `${NAME}-${VERSION}`);
    expect(refused.status).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/GPG|not correct|not installed/i);
    expect((await host.rpm('-q', NAME)).status).not.toBe(0);
  } finally {
    other.discard();
  }
});

/** Runs a package operation while something asks the helper without a pause, and demands that it always answers. */
async function expectNoGap(operation: () => Promise<unknown>): Promise<void> {
  await host.machine.sh(
    `(until [ -e /run/stop ]; do ${COMMAND} nobody || echo "$?"; done >/run/gaps 2>&1; touch /run/stopped) >/dev/null 2>&1 </dev/null &`,
  );
  await operation();
  await host.machine.sh('touch /run/stop; until [ -e /run/stopped ]; do sleep 0.1; done');
  expect(host.read('/run/gaps')).toBe('');
}
