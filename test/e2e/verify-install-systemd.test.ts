import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report, ReportedCheck } from '../../src/verify-install/report.ts';
import { Host } from '../package/host.ts';
import { packagePath } from '../package/packages.ts';
import { makeRepository, type TestRepository } from '../package/repository.ts';
import type { CommandResult, RootName } from '../roots/machine.ts';
import { schemaErrors } from '../support/report-schema.ts';
import { failed } from './verify-install/ground.ts';

const ROOTS: readonly RootName[] = ['bullseye', 'bookworm', 'trixie'];
const UNIT = 'ec2-instance-connect-verify';
const DROP_IN = '/etc/systemd/system/ssh.service.d/test.conf';

let repository: TestRepository | undefined;
beforeAll(() => {
  repository = makeRepository([packagePath('deb', 'x64')]);
}, 300_000);
afterAll(() => {
  repository?.discard();
});

describe.each(ROOTS)('verify-install under the systemd of %s', (root) => {
  let host: Host;
  beforeAll(async () => {
    host = await Host.boot(root, repository?.folder ?? '');
    for (const call of [['update'], ['install', 'ec2-instance-connect']]) {
      expect(await host.apt(...call)).toMatchObject({ status: 0 });
    }
  }, 300_000);
  afterAll(() => host.stop());

  const call = (...words: readonly string[]): Promise<CommandResult> =>
    host.machine.run([
      ...words,
      'ec2-instance-connect',
      'verify-install',
      '--user',
      'alice',
      '--json',
    ]);

  async function verify(): Promise<Report> {
    const { stdout, stderr } = await call();
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  }

  /** Fails on one check alone; its remedy is typed, and heals it. */
  async function expectHealing(id: ReportedCheck['id']): Promise<string> {
    const broken = await verify();
    expect(failed(broken)).toEqual([id]);
    const remedy = broken.checks.find((check) => check.id === id)?.remedy?.command ?? '';
    await host.machine.sh(remedy);
    expect(failed(await verify())).toEqual([]);
    return remedy;
  }

  it('finds nothing wrong, and a pushed key logs in', async () => {
    expect(failed(await verify())).toEqual([]);
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('does for an ordinary user what it can, and says what it left out', async () => {
    const { status, stdout } = await call('/sbin/runuser', '-u', 'alice', '--');
    expect(status).toBe(0);
    const { run, checks } = JSON.parse(stdout) as Report;
    expect(run).toMatchObject({ root: false, user: 'alice' });
    const reasons = checks.flatMap(({ because }) => because ?? []);
    expect(new Set(reasons)).toEqual(new Set(['needs-root']));
    expect(checks.find(({ id }) => id === 'signer-staples')?.status).toBe('pass');
  });

  it('runs as a service that is there but not enabled, and tells the journal', async () => {
    const { machine } = host;
    expect((await machine.run(['systemctl', 'is-enabled', `${UNIT}.timer`])).stdout).toBe(
      'disabled\n',
    );
    // Releases differ in what else they complain of, and in whether that is an error.
    const analysis = await machine.run(['systemd-analyze', '--man=no', 'verify', `${UNIT}.timer`]);
    expect(analysis.stderr).not.toContain(UNIT);
    expect(await machine.run(['systemctl', 'start', `${UNIT}.service`])).toMatchObject({
      status: 0,
    });
    await machine.sh('chmod o+w /usr/share');
    expect((await machine.run(['systemctl', 'start', `${UNIT}.service`])).status).toBe(1);
    await machine.sh('chmod o-w /usr/share');
    const entries = async (identifier: string): Promise<unknown[]> => {
      const lines = await machine.sh(`journalctl -q -t ${identifier} -o cat`);
      return lines
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
    };
    const [good, bad] = (await entries(UNIT)) as Report[];
    expect(good?.summary).toMatchObject({ healthy: true, fail: 0 });
    expect(failed(bad ?? (await verify()))).toEqual(['command-path']);
    expect([good, bad].flatMap((report) => schemaErrors(report))).toEqual([]);
    // What is under the program's own name is the audit trail alone, one object a line.
    for (const entry of await entries('ec2-instance-connect'))
      expect(entry).toHaveProperty('event');
  });

  it('writes its metrics where there is a folder for them, and nowhere else', async () => {
    const { machine } = host;
    const [there, missing] = ['/var/lib/prometheus/node-exporter', '/var/lib/node_exporter'];
    await machine.sh(`mkdir -p ${there} && systemctl start ${UNIT}.service`);
    const text = await machine.sh(`cat ${there}/*`);
    expect(text).toMatch(/^ec2_instance_connect_healthy 1$/m);
    expect(text).toMatch(/^ec2_instance_connect_staples_remaining_seconds [1-9][0-9]*$/m);
    expect(await machine.sh(`stat -c %a ${there}/*; ls -d ${missing} || :`)).toBe('644\n');
  });

  it('sees a configuration that sshd has not read yet', async () => {
    await host.machine.sh('echo "LoginGraceTime 31" >>/etc/ssh/sshd_config');
    expect(await expectHealing('sshd-current')).toMatch(
      /systemctl reload-or-restart ssh\.service$/,
    );
  });

  it('sees a unit that systemd has not read yet', async () => {
    const directory = DROP_IN.slice(0, DROP_IN.lastIndexOf('/'));
    await host.machine.sh(`mkdir -p ${directory} && printf '[Service]\nNice=1\n' >${DROP_IN}`);
    expect(await expectHealing('sshd-current')).toMatch(/^systemctl daemon-reload && /);
    await host.machine.sh(`rm ${DROP_IN} && systemctl daemon-reload`);
  });

  it('sees a command in the command line that the unit starts sshd with', async () => {
    const other = '/usr/local/bin/other-keys';
    const directory = DROP_IN.slice(0, DROP_IN.lastIndexOf('/'));
    const line = `/usr/sbin/sshd -D -o "AuthorizedKeysCommand=${other} %%u" -o AuthorizedKeysCommandUser=ec2-instance-connect`;
    await host.machine.sh(`
      printf '#!/bin/sh\n' >${other} && chmod 755 ${other} && mkdir -p ${directory}
      printf '%s\n' '[Service]' 'ExecStart=' 'ExecStart=${line}' >${DROP_IN}
      systemctl daemon-reload && systemctl restart ssh.service`);
    const broken = await verify();
    expect(failed(broken)).toEqual(['authorized-keys-command']);
    const found = broken.checks.find(({ id }) => id === 'authorized-keys-command')?.found;
    expect(found).toContain(`${DROP_IN}:3, ssh.service`);
    await host.machine.sh(
      `rm ${DROP_IN} && systemctl daemon-reload && systemctl restart ssh.service`,
    );
    expect(failed(await verify())).toEqual([]);
  });

  it('sees that no sshd runs', async () => {
    await host.machine.sh('systemctl stop ssh.service');
    expect(await expectHealing('sshd-running')).toBe('systemctl enable --now ssh.service');
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('is content with a socket that starts sshd, before and after its first connection', async () => {
    await host.machine.sh('systemctl stop ssh.service && systemctl start ssh.socket');
    expect(failed(await verify())).toEqual([]);
    expect(await host.loginWithPushedKey()).toBe(true);
    expect(failed(await verify())).toEqual([]);
  });
});
