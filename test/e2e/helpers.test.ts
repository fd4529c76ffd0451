import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('of which one fails, one hangs, one floods and one is unsafe, keep the others working', async () => {
    await helper('20-fails', 'exit 1');
    await helper('21-hangs', 'sleep 600');
    await helper('22-floods', 'yes');
    await helper('23-unsafe', 'echo');
    await host.sh(`chmod g+w ${CHAIN}/23-unsafe`);
    expect(await host.login('chain')).toBe(true);
    const log = await host.sh('journalctl --no-pager -t ec2-instance-connect');
    for (const name of ['20-fails', '21-hangs', '22-floods', '23-unsafe']) {
      expect(log).toContain(`${CHAIN}/${name}`);
    }
    expect(log).not.toContain('10-probe');
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

describe('userdbctl ssh-authorized-keys of systemd', () => {
  let host: SshdMachine;

  beforeAll(async () => {
    host = await SshdMachine.boot('bookworm');
    await host.sh(`dpkg -i /opt/test-lib/systemd-userdbd.deb >/dev/null 2>&1
      key=$(sed -n "s/.*echo '\\(.*\\)'/\\1/p" /opt/helpers/other)
      mkdir -p /etc/userdb
      echo '{"userName":"alice","uid":1000,"gid":1000,"homeDirectory":"/home/alice"}' >/etc/userdb/alice.user
      echo "{\\"privileged\\":{\\"sshAuthorizedKeys\\":[\\"$key\\"]}}" >/etc/userdb/alice.user-privileged
      printf '%s\\n' 'AuthorizedKeysCommand /usr/bin/userdbctl ssh-authorized-keys %u' \
        'AuthorizedKeysCommandUser root' >>/etc/ssh/sshd_config
      userdel alice && systemctl restart systemd-userdbd.socket && systemctl reload ssh.service`);
  });

  afterAll(async () => {
    await host.stop();
  });

  it('runs ours as the next of its chain, and goes on giving its own keys', async () => {
    await host.must(0, 'sshd', 'adopt');
    const line = await host.sh('sshd -T -C user=alice,host=h,addr=127.0.0.1');
    const chained =
      /^authorizedkeyscommand (\/usr\/bin\/userdbctl ssh-authorized-keys %u --chain .*)$/m;
    const command = chained.exec(line)?.[1]?.replace('%u', 'alice').replace(/%u %f/, 'alice') ?? '';
    expect(command, line).toContain('--chain /usr/');
    expect(await host.sh(command)).toContain(' other\n');
  });
});
