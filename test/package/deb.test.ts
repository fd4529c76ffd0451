import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RootName } from '../roots/machine.ts';
import { Host } from './host.ts';
import { VERSION } from './packages.ts';
import { makeDebRepository, type TestRepository } from './repository.ts';
import { NEXT_VERSION, STOCK_DEB_VERSION } from './stand-ins.ts';

const NAME = 'ec2-instance-connect';
const ROOTS: readonly RootName[] = ['bullseye', 'bookworm', 'trixie'];

let repository: TestRepository | undefined;
beforeAll(() => {
  repository = makeDebRepository();
}, 300_000);
afterAll(() => {
  repository?.discard();
});

describe.each(ROOTS)('apt-get on %s', (root) => {
  let host: Host;
  beforeEach(async () => {
    host = await Host.boot(root, repository?.folder ?? '');
    await host.mustApt('update');
  }, 180_000);
  afterEach(() => host.stop());

  async function version(): Promise<string> {
    const query = ['dpkg-query', '-W', '-f', '${db:Status-Abbrev}${Version}', NAME];
    return (await host.machine.run(query)).stdout;
  }

  async function hasUser(): Promise<boolean> {
    return (await host.machine.run(['getent', 'passwd', NAME])).status === 0;
  }

  it('installs, removes, installs again and purges', async () => {
    await host.mustApt('install', `${NAME}=${VERSION}`);
    expect(await version()).toBe(`ii ${VERSION}`);
    expect(await host.loginWithPushedKey()).toBe(true);
    expect(await host.machine.sh(`getent passwd ${NAME}; passwd --status ${NAME}`)).toMatch(
      /:\/nonexistent:\/usr\/sbin\/nologin\nec2-instance-connect L /,
    );
    expect(await host.machine.sh(`dpkg --verify ${NAME}`)).toBe('');

    await host.mustApt('remove', NAME);
    expect(await host.loginWithFile()).toBe(true);
    expect(await host.loginWithPushedKey()).toBe(false);
    expect(await host.machine.sh('sshd -T')).toMatch(/^authorizedkeyscommand none$/m);

    await host.mustApt('install', `${NAME}=${VERSION}`);
    expect(await host.loginWithPushedKey()).toBe(true);

    await host.mustApt('purge', NAME);
    expect(await hasUser()).toBe(false);
    const left = `find / -xdev -name '*${NAME}*' ! -path '/proc/*' ! -path '/var/cache/*' ! -path '/var/lib/apt/*' ! -path '/var/log/*' ! -name '${NAME}.list' ! -name '${NAME}.gpg'`;
    expect(await host.machine.sh(left)).toBe('');
    expect(await host.loginWithFile()).toBe(true);
  });

  it('takes over from the stock package with a helper at every moment, and gives back', async () => {
    await host.mustApt('install', `${NAME}=${STOCK_DEB_VERSION}`);
    const edited = `${host.read('/etc/ssh/sshd_config')}\n# by hand\nX11Forwarding no\n`;
    writeFileSync(host.machine.path('/etc/ssh/sshd_config'), edited);
    const command = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
    await host.machine.sh(
      `(until [ -e /run/stop ]; do ${command} nobody || echo "$?"; done >/run/gaps 2>&1; touch /run/stopped) >/dev/null 2>&1 </dev/null &`,
    );
    await host.mustApt('install', `${NAME}=${VERSION}`);
    await host.machine.sh('touch /run/stop; until [ -e /run/stopped ]; do sleep 0.1; done');
    expect(host.read('/run/gaps')).toBe('');
    expect(await host.loginWithPushedKey()).toBe(true);
    expect(host.read('/etc/ssh/sshd_config')).toBe(edited);
    await host.machine.sh('systemctl daemon-reload && systemctl restart ssh.service');
    expect(await host.loginWithPushedKey()).toBe(true);
    expect((await host.machine.run([NAME, 'sshd', 'status'])).status).toBe(0);

    await host.mustApt('install', '--allow-downgrades', `${NAME}=${STOCK_DEB_VERSION}`);
    expect(await version()).toBe(`ii ${STOCK_DEB_VERSION}`);
    expect(await host.loginWithFile()).toBe(true);
    expect(await host.machine.sh('systemctl show -p ExecStart ssh.service')).toContain(command);
    await host.mustApt('purge', NAME);
    expect(await host.loginWithFile()).toBe(true);
    expect(await host.machine.sh('sshd -t && systemctl is-active ssh.service')).toBe('active\n');
  });

  it('upgrades and downgrades between versions of ours, logins going on', async () => {
    await host.mustApt('install', `${NAME}=${VERSION}`);
    const wiring = await host.machine.sh('sshd -T | grep -i authorizedkeyscommand');
    await host.mustApt('install', `${NAME}=${NEXT_VERSION}`);
    expect(await host.loginWithPushedKey()).toBe(true);
    await host.mustApt('install', '--allow-downgrades', `${NAME}=${VERSION}`);
    expect(await host.loginWithPushedKey()).toBe(true);
    expect(await host.machine.sh('sshd -T | grep -i authorizedkeyscommand')).toBe(wiring);
  });
});
