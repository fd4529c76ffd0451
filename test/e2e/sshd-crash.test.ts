import { afterAll, beforeAll, expect, it } from 'vitest';
import { SshdMachine } from './sshd-machine.ts';

const CRASH = '/opt/node /opt/repository/test/e2e/sshd-crash.ts';
const KILLED = 137;

let host: SshdMachine;

beforeAll(async () => {
  host = await SshdMachine.boot('bookworm');
});

afterAll(async () => {
  await host.stop();
});

/**
 * Kills `name` in front of its first step, its second and so on. After each kill sshd has to accept
 * its configuration; then `finish` (the same command, run to its end) has to give the wanted state,
 * and `back` the state to begin with.
 */
async function killAtEachStep(
  name: 'enable' | 'disable' | 'adopt',
  back: () => Promise<unknown>,
): Promise<number> {
  await back();
  const start = await host.etc();
  await host.must(0, 'sshd', name);
  const wanted = await host.etc();
  for (let step = 0; ; step++) {
    await back();
    expect(await host.etc(), `before step ${step}`).toBe(start);
    const script = `${CRASH} ${name} ${step} >/dev/null 2>&1 && s=0 || s=$?; /usr/sbin/sshd -t; echo "$s"`;
    const status = Number(await host.sh(script));
    if (status !== KILLED) {
      expect(status).toBe(0);
      expect(await host.etc()).toBe(wanted);
      return step;
    }
    await host.must(0, 'sshd', name);
    expect(await host.etc(), `after step ${step}`).toBe(wanted);
    expect(await host.sh('ls -A /var/lib/ec2-instance-connect')).not.toContain('journal');
  }
}

const PATIENCE_MS = 180_000;

it(
  'enable, killed in front of any of its steps, leaves a good sshd and is finished by the next',
  async () => {
    const steps = await killAtEachStep('enable', () => host.must(0, 'sshd', 'disable'));
    // Lock, journal, file, reload, record, journal, lock: a kill in front of each was survived.
    expect(steps).toBeGreaterThanOrEqual(7);
    expect(await host.accepted()).toEqual(['file', 'chain']);
  },
  PATIENCE_MS,
);

it(
  'disable, killed in front of any of its steps, likewise',
  async () => {
    const steps = await killAtEachStep('disable', () => host.must(0, 'sshd', 'enable'));
    expect(steps).toBeGreaterThanOrEqual(7);
    expect(await host.accepted()).toEqual(['file']);
  },
  PATIENCE_MS,
);

it(
  'adopt, killed in front of any of its steps, likewise, and the other helper goes on',
  async () => {
    await host.sh(`sed -i '1i AuthorizedKeysCommand /opt/helpers/other %u\\nAuthorizedKeysCommandUser nobody' /etc/ssh/sshd_config
    systemctl reload ssh.service`);
    const steps = await killAtEachStep('adopt', () => host.must(0, 'sshd', 'disable'));
    expect(steps).toBeGreaterThanOrEqual(9);
    expect(await host.accepted()).toEqual(['file', 'chain', 'other']);
  },
  PATIENCE_MS,
);
