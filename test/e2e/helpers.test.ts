import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SshdStatus } from '../../src/sshd/status-form.ts';
import type { Report } from '../../src/verify-install/report.ts';
import { CHAIN, SshdMachine } from './sshd-machine.ts';

describe('helpers in the chain, asked by a real sshd', () => {
  let host: SshdMachine;

  beforeAll(async () => {
    // An instance whose metadata service does not answer: our own part fails at every login.
    host = await SshdMachine.boot('trixie', { instanceId: 'i-0123456789abcdef0' });
    await host.must(0, 'sshd', 'enable');
  });

  afterAll(async () => {
    await host.stop();
  });

  async function helper(name: string, script: string): Promise<void> {
    await host.write(`${CHAIN}/${name}`, `#!/bin/sh\n${script}\n`, '755');
  }

  it('let a user in although our own part fails', async () => {
    expect(await host.accepted()).toEqual(['file', 'chain']);
  });

  it('of which one fails, hangs, floods, is unsafe or asks for what sshd does not pass, keep the others working', async () => {
    await helper('20-fails', 'exit 1');
    await helper('21-hangs', 'sleep 600');
    await helper('22-floods', 'yes');
    await helper('23-unsafe', 'echo');
    await helper('24-asks', 'echo');
    await host.write(`${CHAIN}/24-asks.args`, '%u %k', '644');
    await host.sh(`chmod g+w ${CHAIN}/23-unsafe`);
    expect(await host.login('chain')).toBe(true);
    const log = await host.sh('journalctl --no-pager -t ec2-instance-connect');
    for (const name of ['20-fails', '21-hangs', '22-floods', '23-unsafe', '24-asks']) {
      expect(log).toContain(`${CHAIN}/${name}`);
    }
    expect(log).not.toContain('10-probe');
    expect(await host.must(0, 'sshd', 'status')).toContain('24-asks.args asks for %k');
    await host.sh(`rm ${CHAIN}/2*`);
  });

  it('get what an adopted sss_ssh_authorizedkeys was given, which is the user alone', async () => {
    // As SSSD's: one argument, the keys of that user; exit 0 without output for a stranger.
    await host.sh('cp /opt/helpers/other /usr/bin/sss_ssh_authorizedkeys');
    await host.must(0, 'sshd', 'disable');
    await host.sh(`printf '%s\\n' 'AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys' \
      'AuthorizedKeysCommandUser nobody' >/etc/ssh/sshd_config.d/50-sssd.conf`);
    await host.must(0, 'sshd', 'adopt');
    expect(await host.sh(`cat ${CHAIN}/50-sss_ssh_authorizedkeys.args`)).toBe('%u\n');
    expect(await host.accepted()).toEqual(['file', 'chain', 'other']);
    await host.must(0, 'sshd', 'disable');
    await host.sh('rm /etc/ssh/sshd_config.d/50-sssd.conf');
  });

  it('get every token that an adopted command asks sshd for, as opkssh and Gitea do', async () => {
    // It prints the offered key alone, and nothing unless it gets user, key and type each in its place.
    await host.write(
      '/usr/bin/demanding',
      `#!/bin/sh
[ $# -eq 4 ] && [ "$1 $2" = 'verify alice' ] || exit 0
/opt/helpers/other alice | grep -F "$4 $3" || :
`,
      '755',
    );
    await host.sh(`printf '%s\n' 'AuthorizedKeysCommand /usr/bin/demanding verify %u %k %t' \
      'AuthorizedKeysCommandUser nobody' >/etc/ssh/sshd_config.d/50-demanding.conf
      systemctl reload ssh.service`);
    expect(await host.accepted()).toEqual(['file', 'other']);
    await host.must(0, 'sshd', 'adopt');
    expect(await host.accepted()).toEqual(['file', 'chain', 'other']);
    await host.must(0, 'sshd', 'disable');
    await host.sh('rm /etc/ssh/sshd_config.d/50-demanding.conf');
  });
});

describe("systemd's userdbctl, as Debian 13's systemd-userdbd sets it", () => {
  let host: SshdMachine;

  beforeAll(async () => {
    host = await SshdMachine.boot('trixie', { emulated: true });
    // alice is an ordinary account; bob is known to systemd's user database alone.
    // libnss-systemd, which it depends on, would only make bob a user who can log in.
    await host.sh(`dpkg -i --force-depends /opt/test-lib/systemd-userdbd.deb >/dev/null 2>&1
      key=$(sed -n "s/.*echo '\\(.*\\)'/\\1/p" /opt/helpers/other)
      mkdir -p /etc/userdb
      echo '{"userName":"bob","uid":1999,"gid":1999,"homeDirectory":"/home/bob"}' >/etc/userdb/bob.user
      echo "{\\"privileged\\":{\\"sshAuthorizedKeys\\":[\\"$key\\"]}}" >/etc/userdb/bob.user-privileged
      systemctl restart systemd-userdbd.socket && systemctl reload ssh.service`);
  });

  afterAll(async () => {
    await host.stop();
  });

  it('lets a pushed key in behind its own once ours is adopted, and all reports call that working', async () => {
    await host.push('other');
    expect(await host.must(1, 'sshd', 'status')).toContain('20-systemd-userdb.conf');
    expect(await host.accepted()).toEqual(['file']);
    await host.must(0, 'sshd', 'adopt');
    await host.push('other');
    expect(await host.accepted()).toEqual(['file', 'chain', 'other']);
    const found = JSON.parse(await host.must(0, 'sshd', 'status', '--json')) as SshdStatus;
    expect(found.starts[0]).toMatchObject({ ours: true, chained: true, works: true });
    const { stdout } = await host.program('verify-install', '--offline', '--user=alice', '--json');
    const { checks } = JSON.parse(stdout) as Report;
    const judged = checks.filter(({ id }) => id.startsWith('authorized-keys-command'));
    expect(judged.map(({ id, status }) => [id, status])).toEqual([
      ['authorized-keys-command', 'pass'],
      ['authorized-keys-command-user', 'pass'],
    ]);
  });

  it('goes on giving its own keys', async () => {
    const dump = await host.sh('sshd -T -C user=bob,host=h,addr=127.0.0.1');
    const line = /^authorizedkeyscommand (\/usr\/bin\/userdbctl .* --chain \/usr\/.*)$/m.exec(
      dump,
    )?.[1];
    expect(line, dump).toBeDefined();
    const command = line?.replaceAll('%u', 'bob').replace(' %f', '') ?? '';
    expect(await host.sh(command)).toContain(' other\n');
  });
});
