import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testRoot, command, type CommandResult } from '../roots/machine.ts';
import { Host } from './host.ts';
import { publicKey } from './keys.ts';
import { packagePath, VERSION } from './packages.ts';
import { makeDebRepository, makeRepository, tamper, type TestRepository } from './repository.ts';
import { NEXT_VERSION, STOCK_DEB_VERSION } from './stand-ins.ts';

const NAME = 'ec2-instance-connect';

let repository: TestRepository | undefined;
let host: Host;
beforeAll(() => {
  repository = makeDebRepository();
}, 300_000);
afterAll(() => {
  repository?.discard();
});

async function boot(): Promise<void> {
  host = await Host.boot('bookworm', repository?.folder ?? '');
}

describe('a package operation that is killed in a maintainer script', () => {
  beforeEach(boot, 180_000);
  afterEach(() => host.stop());

  async function kill(script: string, ...args: string[]): Promise<void> {
    await host.machine.sh(`touch /run/kill-${script}`);
    expect((await host.apt(...args)).status).not.toBe(0);
    expect(existsSync(host.machine.path(`/run/kill-${script}`))).toBe(false);
    expect(await host.loginWithFile()).toBe(true);
    // What apt says is to be done before anything else.
    await host.machine.sh('sshd -t && dpkg --configure -a');
  }

  it('installs when it is run again', async () => {
    await host.mustApt('update');
    for (const script of ['preinst', 'after-preinst', 'postinst', 'after-postinst']) {
      await kill(script, 'install', `${NAME}=${NEXT_VERSION}`);
      await host.mustApt('install', `${NAME}=${NEXT_VERSION}`);
      expect(await host.loginWithPushedKey()).toBe(true);
      await host.mustApt('purge', NAME);
    }
  });

  it('removes when it is run again, and the configuration of sshd is as it was', async () => {
    await host.mustApt('update');
    const before = await host.machine.sh('sshd -T');
    await host.mustApt('install', `${NAME}=${NEXT_VERSION}`);
    for (const script of ['prerm', 'after-prerm', 'postrm', 'after-postrm']) {
      await kill(script, 'purge', NAME);
    }
    // What is left half-removed apt first removes; purging is the next thing that it can be asked for.
    await host.mustApt('purge', NAME);
    await host.mustApt('purge', NAME);
    expect(await host.machine.sh('sshd -T')).toBe(before);
    expect(existsSync(host.machine.path('/var/lib/ec2-instance-connect'))).toBe(false);
  });
});

describe('a package operation that fails', () => {
  beforeEach(boot, 180_000);
  afterEach(() => host.stop());

  it('keeps its wiring where a downgrade does not come to be', async () => {
    await host.mustApt('update');
    await host.mustApt('install', `${NAME}=${VERSION}`);
    await host.machine.sh('touch /run/fail-preinst');
    const older = ['install', '--allow-downgrades', `${NAME}=${STOCK_DEB_VERSION}`];
    expect((await host.apt(...older)).status).not.toBe(0);
    const query = ['dpkg-query', '-W', '-f', '${db:Status-Abbrev}${Version}', NAME];
    expect((await host.machine.run(query)).stdout).toBe(`ii ${VERSION}`);
    expect(await host.loginWithPushedKey()).toBe(true);
  });
});

describe('a stock package that has made its drop-in itself', () => {
  beforeEach(boot, 180_000);
  afterEach(() => host.stop());

  it('leaves none behind when it is taken over', async () => {
    const dropIn = '/lib/systemd/system/ssh.service.d/ec2-instance-connect.conf';
    await host.mustApt('update');
    await host.mustApt('install', `${NAME}=${STOCK_DEB_VERSION}`);
    await host.machine.sh(`sed -i '/ec2-instance-connect.conf$/d' /var/lib/dpkg/info/${NAME}.list`);
    await host.mustApt('install', `${NAME}=${VERSION}`);
    expect(existsSync(host.machine.path(dropIn))).toBe(false);
    await host.machine.sh('systemctl restart ssh.service');
    expect(await host.loginWithPushedKey()).toBe(true);
    await host.mustApt('remove', NAME);
    expect(await host.machine.sh('systemctl show -p ExecStart ssh.service')).not.toContain(NAME);
    expect(await host.loginWithFile()).toBe(true);
  });
});

describe('a host that says no', () => {
  beforeEach(boot, 180_000);
  afterEach(() => host.stop());

  it('keeps another AuthorizedKeysCommand; the install succeeds and tells how to go on', async () => {
    const path = host.machine.path('/etc/ssh/sshd_config.d/50-other.conf');
    const other = 'AuthorizedKeysCommand /usr/bin/other %u\nAuthorizedKeysCommandUser nobody\n';
    writeFileSync(path, other);
    await host.mustApt('update');
    const words = await host.mustApt('install', `${NAME}=${VERSION}`);
    expect(words).toContain('/usr/bin/other');
    expect(words).toContain('sshd adopt');
    expect(await host.machine.sh('sshd -T')).toContain('authorizedkeyscommand /usr/bin/other');
  });

  it('keeps sshd as it is where sshd-unmanaged says so', async () => {
    await host.machine.sh(
      'mkdir /etc/ec2-instance-connect && touch /etc/ec2-instance-connect/sshd-unmanaged',
    );
    const before = await host.machine.sh('sshd -T');
    await host.mustApt('update');
    await host.mustApt('install', `${NAME}=${VERSION}`);
    expect(await host.machine.sh('sshd -T')).toBe(before);
  });

  it('refuses a repository that another key has signed', async () => {
    const wrong = makeRepository([packagePath('deb', 'x64')]);
    try {
      const key = host.machine.path('/usr/share/keyrings/other.gpg');
      writeFileSync(key, publicKey(wrong.key));
      await host.machine.sh(
        "sed -i 's/ec2-instance-connect.gpg/other.gpg/' /etc/apt/sources.list.d/*.list",
      );
      const update = await host.apt('update');
      expect(update.stdout + update.stderr).toMatch(/NO_PUBKEY|not signed/);
      expect((await host.apt('install', NAME)).status).not.toBe(0);
    } finally {
      wrong.discard();
    }
  });
});

describe('a repository that somebody has changed', () => {
  let changed: TestRepository;
  let machine: Host;
  beforeEach(async () => {
    changed = makeRepository([packagePath('deb', 'x64')]);
    machine = await Host.boot('bookworm', changed.folder);
  });
  afterEach(async () => {
    await machine.stop();
    changed.discard();
  });

  it('is refused where the signed index is changed', async () => {
    tamper(changed, /InRelease$/, 'Codename: stable', 'Codename: stAble');
    const update = await machine.apt('update');
    expect(update.stdout + update.stderr).toMatch(/BADSIG|not signed|isn't valid/);
    expect((await machine.apt('install', NAME)).status).not.toBe(0);
  });

  it('is refused where a list of packages is changed', async () => {
    tamper(changed, /binary-amd64\/(?:Packages|by-hash\/SHA256\/)/);
    const update = await machine.apt('update');
    expect(update.stdout + update.stderr).toMatch(/Hash Sum mismatch|unexpected size/);
    expect((await machine.apt('install', NAME)).status).not.toBe(0);
  });

  it('is refused where a package is changed', async () => {
    expect(await machine.apt('update')).toMatchObject({ status: 0 });
    tamper(changed, /\.deb$/);
    const install = await machine.apt('install', NAME);
    expect(install.status).not.toBe(0);
    expect(install.stdout + install.stderr).toContain('Hash Sum mismatch');
  });
});

describe('an image that is being built: no systemd, no metadata service', () => {
  const THROWAWAY = new URL('../roots/throwaway.sh', import.meta.url).pathname;
  const DEB = '/tmp/package.deb';

  async function inChroot(script: string): Promise<CommandResult> {
    const root = await testRoot('bookworm');
    const prepared = `cat >${DEB} && ${script}`;
    const deb = packagePath('deb', 'x64');
    const shell = `exec "$@" <"${deb}"`;
    const inside = ['unshare', '--net', THROWAWAY, root, 'sh', '-euc', prepared];
    return command(['sh', '-c', shell, 'sh', ...inside]);
  }

  it('wires sshd for the first boot', async () => {
    const result = await inChroot(`dpkg -i ${DEB} && mkdir -p /run/sshd && sshd -T`);
    expect(result).toMatchObject({ status: 0 });
    expect(result.stdout).toMatch(/^authorizedkeyscommand \/usr\/share\/ec2-instance-connect\//m);
  });

  it('installs and removes where there is no sshd, and says so', async () => {
    const result = await inChroot(
      `dpkg --purge --force-all openssh-server >/dev/null 2>&1; dpkg -i ${DEB} && dpkg --purge ${NAME}`,
    );
    expect(result).toMatchObject({ status: 0 });
    expect(result.stdout + result.stderr).toContain('there is no sshd');
  });

  it('asks once more, and no more, where sshd has no configuration', async () => {
    const query = `dpkg-query -W -f '\${db:Status-Abbrev}' ${NAME}`;
    const result = await inChroot(
      `rm /etc/ssh/sshd_config; dpkg -i ${DEB}; dpkg-trigger --by-package=x /usr/sbin/sshd; dpkg --configure -a; ${query}`,
    );
    expect(result).toMatchObject({ status: 0 });
    expect(result.stdout).toMatch(/ii $/);
    expect(result.stdout + result.stderr).not.toMatch(/cannot be read|looping/);
  });

  it.each([
    ['takes its own group away', "echo 'USERGROUPS_ENAB no' >>/etc/login.defs", ''],
    ['leaves a group that was there', `groupadd ${NAME}`, NAME],
  ])('%s when it is purged', async (_, before, left) => {
    const groups = `getent group ${NAME} | cut -d : -f 1`;
    const result = await inChroot(
      `${before}; dpkg -i ${DEB} >&2; dpkg --purge ${NAME} >&2; ${groups}`,
    );
    expect(result).toMatchObject({ status: 0, stdout: left === '' ? '' : `${left}\n` });
  });

  // A package that brings sshd, with its configuration made by its script, as Debian's does it.
  const LATE_SSHD = `
    mkdir -p /tmp/late/DEBIAN /tmp/late/usr/sbin
    cp /usr/sbin/sshd /tmp/late/usr/sbin/ && cp -a /etc/ssh /tmp/ssh
    printf 'Package: late\\nVersion: 1\\nArchitecture: amd64\\nMaintainer: x <x@x>\\nDescription: x\\n' >/tmp/late/DEBIAN/control
    printf '#!/bin/sh\\ncp -a /tmp/ssh /etc/ssh\\nid sshd || useradd -r -d /run/sshd sshd\\n' >/tmp/late/DEBIAN/postinst
    chmod 755 /tmp/late/DEBIAN/postinst
    dpkg-deb -Znone -b /tmp/late /tmp/late.deb
    dpkg --purge --force-all openssh-server && rm -rf /etc/ssh`;
  const SEE = 'mkdir -p /run/sshd && sshd -T';

  it.each([
    ['comes later', `dpkg -i ${DEB} && test ! -e /usr/sbin/sshd && dpkg -i /tmp/late.deb`],
    ['comes in the same run', `dpkg -i ${DEB} /tmp/late.deb`],
  ])('wires sshd that %s', async (_, installation) => {
    const result = await inChroot(`(${LATE_SSHD}) >/dev/null 2>&1; ${installation} && ${SEE}`);
    expect(result).toMatchObject({ status: 0 });
    expect(result.stdout).toMatch(/^authorizedkeyscommand \/usr\/share\/ec2-instance-connect\//m);
  });
});
