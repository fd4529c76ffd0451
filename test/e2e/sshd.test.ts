import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshdStatus } from '../../src/sshd/status-form.ts';
import type { RootName } from '../roots/machine.ts';
import { CHAIN, SshdMachine } from './sshd-machine.ts';

const OTHER = 'AuthorizedKeysCommand /opt/helpers/other %u\\nAuthorizedKeysCommandUser nobody';
const CONFIG = '/etc/ssh/sshd_config';

/** Boots a root before the tests of a block and brings it back to its first state after each. */
function hostOf(root: RootName): { host: SshdMachine; before: string } {
  const shared = {} as { host: SshdMachine; before: string };

  beforeAll(async () => {
    shared.host = await SshdMachine.boot(root);
    await shared.host.sh(`cp -p ${CONFIG} /root/sshd_config`);
    shared.before = await shared.host.etc();
  });

  afterAll(async () => {
    await shared.host.stop();
  });

  afterEach(async () => {
    await shared.host.program('sshd', 'disable');
    await shared.host.sh(`cp -p /root/sshd_config ${CONFIG}
      rm -f /etc/ec2-instance-connect/sshd-unmanaged
      systemctl daemon-reload; systemctl disable -q --now ssh.socket 2>&1
      systemctl restart ssh.service`);
  });
  return shared;
}

async function status(host: SshdMachine, ...args: string[]): Promise<SshdStatus> {
  const { stdout } = await host.program('sshd', 'status', '--json', ...args);
  return JSON.parse(stdout) as SshdStatus;
}

describe.each(['bullseye', 'bookworm', 'trixie'] as const)('sshd of %s', (root) => {
  const shared = hostOf(root);

  it('is enabled and disabled by a reload, and a session goes on through both', async () => {
    const { host, before } = shared;
    const session = await host.openSession();
    expect(await host.accepted()).toEqual(['file']);

    await host.must(0, 'sshd', 'enable');
    expect(await host.accepted()).toEqual(['file', 'chain']);
    expect(await status(host)).toMatchObject({ effective: true, wiring: { mode: 'enable' } });

    await host.must(0, 'sshd', 'disable');
    expect(await host.accepted()).toEqual(['file']);
    expect(await host.etc()).toBe(before);
    expect(await session.alive()).toBe(true);
    session.close();
  });

  it.each([
    ['behind the Include', `sed -i '$a ${OTHER}' ${CONFIG}`],
    ['in front of the Include', `sed -i '1i ${OTHER}' ${CONFIG}`],
  ])(
    'runs both after adopt, with the other command %s, and disable restores it',
    async (_, set) => {
      const { host } = shared;
      await host.sh(`${set}; systemctl reload ssh.service`);
      const changed = await host.etc();
      await host.must(0, 'sshd', 'adopt');
      expect(await host.accepted()).toEqual(['file', 'chain', 'other']);
      await host.must(0, 'sshd', 'adopt');
      await host.must(0, 'sshd', 'enable');
      await host.must(0, 'sshd', 'disable');
      expect(await host.etc()).toBe(changed);
      expect(await host.accepted()).toEqual(['file', 'other']);
    },
  );

  it('gets a drop-in for each unit without Include, as systemd itself understands it', async () => {
    const { host } = shared;
    await host.sh(`sed -i '/^Include/d' ${CONFIG}`);
    expect(await host.must(0, 'sshd', 'enable')).toContain('systemctl restart ssh.service');
    expect((await status(host)).starts[0]?.running?.restartNeeded).toBe(true);
    const shown = await host.sh('systemctl show -p ExecStart --value ssh.service');
    expect(shown).toContain('AuthorizedKeysCommandUser ec2-instance-connect');
    await host.sh('systemctl restart ssh.service');
    expect(await host.accepted()).toEqual(['file', 'chain']);
    expect((await status(host)).starts[0]?.running?.restartNeeded).toBe(false);
    expect(await host.must(1, 'sshd', 'disable')).toContain('systemctl restart ssh.service');
    expect(await status(host)).toMatchObject({ effective: true, configured: false });
    expect(await host.accepted()).toEqual(['file', 'chain']);
    const session = await host.openSession();
    await host.must(0, 'sshd', 'disable', '--restart');
    expect(await host.accepted()).toEqual(['file']);
    expect(await session.alive()).toBe(true);
    session.close();
  });

  it('has the change from the next connection on when a socket starts it', async () => {
    const { host } = shared;
    await host.sh(
      'systemctl disable -q --now ssh.service 2>&1; systemctl enable -q --now ssh.socket 2>&1',
    );
    const session = await host.openSession();
    await host.must(0, 'sshd', 'enable');
    expect(await host.accepted()).toEqual(['file', 'chain']);
    await host.must(0, 'sshd', 'disable');
    expect(await host.accepted()).toEqual(['file']);
    expect(await session.alive()).toBe(true);
    session.close();
  });
});

describe('sshd', () => {
  const shared = hostOf('bookworm');

  it('is left as it is by a second enable, a second disable and a dry run', async () => {
    const { host, before } = shared;
    expect(await host.must(0, 'sshd', 'enable', '--dry-run')).toContain('+AuthorizedKeysCommand /');
    expect(await host.etc()).toBe(before);
    await host.must(0, 'sshd', 'enable');
    const enabled = await host.etc();
    await host.must(0, 'sshd', 'enable');
    expect(await host.etc()).toBe(enabled);
    // The package's scripts need not be told what they do.
    expect(await host.must(0, 'sshd', 'disable', '--from-package')).not.toContain('sshd-unmanaged');
    await host.must(0, 'sshd', 'enable');
    expect(await host.must(0, 'sshd', 'disable')).toContain('touch /etc/ec2-instance-connect/');
    await host.must(0, 'sshd', 'disable');
    expect(await host.etc()).toBe(before);
  });

  it("may be reached through a folder that the group of root can write, as Debian's sshd allows", async () => {
    const { host } = shared;
    await host.sh('chmod g+w /usr/share');
    await host.must(0, 'sshd', 'enable');
    expect(await host.login('chain')).toBe(true);
    await host.must(0, 'sshd', 'disable');
    await host.sh('usermod -aG root daemon');
    expect(await host.must(1, 'sshd', 'enable')).toContain('/usr/share is writable');
    await host.sh('gpasswd -d daemon root && chmod g-w /usr/share');
  });

  it('keeps the command of another vendor: enable refuses and names the line', async () => {
    const { host } = shared;
    await host.sh(`sed -i '$a ${OTHER}' ${CONFIG}; systemctl reload ssh.service`);
    const changed = await host.etc();
    const line = (await host.sh(`grep -n '^AuthorizedKeysCommand /opt' ${CONFIG}`)).split(':')[0];
    const said = await host.must(1, 'sshd', 'enable');
    expect(said).toContain(`/opt/helpers/other %u as nobody (${CONFIG}:${line ?? ''})`);
    expect(said).toContain('sshd adopt');
    expect(await host.etc()).toBe(changed);
    expect(await host.accepted()).toEqual(['file', 'other']);
    await host.must(0, 'sshd', 'enable', '--from-package');
    expect(await host.etc()).toBe(changed);
  });

  it('keeps the edits that a person made in the main file after adopt', async () => {
    const { host } = shared;
    await host.sh(`sed -i '1i ${OTHER}' ${CONFIG}; systemctl reload ssh.service`);
    await host.must(0, 'sshd', 'adopt');
    await host.sh(`echo 'PrintLastLog no' >>${CONFIG}`);
    await host.must(0, 'sshd', 'disable');
    expect(await host.sh(`tail -n 1 ${CONFIG}`)).toBe('PrintLastLog no\n');
    expect(await host.accepted()).toEqual(['file', 'other']);
  });

  it('leaves an edited file of ours alone, and says so', async () => {
    const { host, before } = shared;
    await host.must(0, 'sshd', 'enable');
    const file = '/etc/ssh/sshd_config.d/90-ec2-instance-connect.conf';
    await host.sh(`echo '# mine' >>${file}`);
    expect(await host.must(1, 'sshd', 'disable')).toContain(file);
    expect(await host.sh(`tail -n 1 ${file}`)).toBe('# mine\n');
    await host.sh(`rm ${file}`);
    await host.must(0, 'sshd', 'disable');
    expect(await host.etc()).toBe(before);
  });

  it('has a Match block that decides for its user: enable and adopt leave it alone', async () => {
    const { host } = shared;
    await host.sh(
      `sed -i '$a Match User alice\\n${OTHER}' ${CONFIG}; systemctl reload ssh.service`,
    );
    expect(await host.must(0, 'sshd', 'enable')).toContain('Match User alice');
    expect(await host.must(1, 'sshd', 'adopt')).toContain('Match User alice');
    expect(await host.accepted()).toEqual(['file', 'other']);
    const forAlice = await status(host, '--user', 'alice');
    expect(forAlice.starts[0]).toMatchObject({
      ours: false,
      agrees: true,
      setAt: { path: CONFIG },
    });
    const forRoot = await status(host, '--user', 'root');
    expect(forRoot.starts[0]).toMatchObject({ ours: true, agrees: true });
  });

  it('is asked whether it accepts a change; if not, everything is put back', async () => {
    const { host, before } = shared;
    // A real sshd in front of which a script says no as soon as our file is there.
    await host.sh(`cp -p /usr/sbin/sshd /usr/sbin/sshd.real; cp -p /usr/sbin/sshd /root/sshd
      printf '#!/bin/sh\\nif [ "$1" = -t ] && ls /etc/ssh/sshd_config.d/90-* >/dev/null 2>&1; then echo bad words >&2; exit 255; fi\\nexec /usr/sbin/sshd.real "$@"\\n' >/root/no
      chmod 755 /root/no; mv /root/no /usr/sbin/sshd`);
    try {
      expect(await host.must(1, 'sshd', 'enable')).toContain('bad words');
      expect(await host.etc()).toBe(before);
    } finally {
      await host.sh('mv /root/sshd /usr/sbin/sshd; rm /usr/sbin/sshd.real');
    }
  });

  it('is not touched when it refuses its configuration already', async () => {
    const { host } = shared;
    await host.sh(`echo 'NoSuchKeyword yes' >>${CONFIG}`);
    const changed = await host.etc();
    expect(await host.must(1, 'sshd', 'enable')).toContain('NoSuchKeyword');
    expect(await host.etc()).toBe(changed);
  });

  it('is not reloaded where it would end, because its host keys are gone', async () => {
    const { host } = shared;
    await host.sh('mkdir /root/keys && mv /etc/ssh/ssh_host_* /root/keys');
    try {
      expect(await host.must(1, 'sshd', 'enable')).toContain('no hostkeys available');
    } finally {
      await host.sh('mv /root/keys/* /etc/ssh && rmdir /root/keys');
    }
    expect(await host.login('file')).toBe(true);
    await host.must(0, 'sshd', 'disable');
  });

  it('is told of a change also while its unit is masked', async () => {
    const { host } = shared;
    await host.sh('systemctl mask -q ssh.service 2>&1');
    try {
      await host.must(0, 'sshd', 'enable');
      expect(await host.login('chain')).toBe(true);
    } finally {
      await host.sh('systemctl unmask -q ssh.service 2>&1');
    }
  });

  it('is not known to an ordinary user where its files are for root alone', async () => {
    const { host } = shared;
    await host.must(0, 'sshd', 'enable');
    await host.sh(`chmod 600 ${CONFIG}`);
    try {
      const as = ['runuser', '-u', 'alice', '--', 'ec2-instance-connect'];
      const asked = await host.machine.run([...as, 'sshd', 'status']);
      expect(asked).toMatchObject({ status: 1 });
      expect(asked.stdout).toContain('is not known; run as root');
      const verified = await host.machine.run([...as, 'verify-install', '--offline', '--json']);
      const { checks } = JSON.parse(verified.stdout) as {
        checks: { id: string; status: string }[];
      };
      const found = checks.find(({ id }) => id === 'authorized-keys-command');
      expect(found?.status).toBe('skip');
    } finally {
      await host.sh(`chmod 644 ${CONFIG}`);
    }
  });

  it('is asked without a trace, and a full or read-only file system is a refusal', async () => {
    const { host } = shared;
    const before = await host.etc();
    await host.sh('systemctl stop ssh.service; rm -rf /run/sshd');
    await host.program('sshd', 'status');
    await host.must(0, 'sshd', 'enable', '--dry-run');
    await host.sh('test ! -e /run/sshd; systemctl start ssh.service');
    await host.sh('mount --bind /etc /etc && mount -o remount,bind,ro /etc');
    try {
      expect(await host.must(1, 'sshd', 'enable')).toContain('cannot be written');
    } finally {
      await host.sh('umount /etc');
    }
    expect(await host.etc()).toBe(before);
    expect(await host.sh('ls /var/lib/ec2-instance-connect')).toBe('');
  });

  it('is left alone by package scripts where the administrator said so', async () => {
    const { host } = shared;
    await host.sh('touch /etc/ec2-instance-connect/sshd-unmanaged');
    await host.must(0, 'sshd', 'enable', '--from-package');
    expect((await status(host)).effective).toBe(false);
    await host.must(0, 'sshd', 'enable');
    expect(await host.accepted()).toEqual(['file', 'chain']);
  });

  it('keeps an adopted helper for as long as its service runs with our options', async () => {
    const { host } = shared;
    const dropIn = '/etc/systemd/system/ssh.service.d/vendor.conf';
    await host.sh(`mkdir -p /etc/systemd/system/ssh.service.d
      printf '[Service]\\nExecStart=\\nExecStart=/usr/sbin/sshd -D -o "AuthorizedKeysCommand /opt/helpers/other %%%%u" -o AuthorizedKeysCommandUser=nobody $SSHD_OPTS\\n' >${dropIn}
      systemctl daemon-reload; systemctl restart ssh.service`);
    try {
      expect(await host.must(1, 'sshd', 'enable')).toContain(`${dropIn}:3, options of ssh.service`);
      await host.must(0, 'sshd', 'adopt');
      expect(await host.accepted()).toEqual(['file', 'other']);
      await host.sh('systemctl restart ssh.service');
      expect(await host.accepted()).toEqual(['file', 'chain', 'other']);
      await host.must(1, 'sshd', 'disable');
      expect(await host.accepted()).toEqual(['file', 'chain', 'other']);
      await host.sh('systemctl restart ssh.service');
      await host.must(0, 'sshd', 'disable');
      expect(await host.accepted()).toEqual(['file', 'other']);
      expect(await host.sh(`ls ${CHAIN}`)).toBe('10-probe\n');
    } finally {
      await host.sh(
        `rm -r ${dropIn} && rmdir --ignore-fail-on-non-empty /etc/systemd/system/ssh.service.d`,
      );
    }
  });
});
