import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { FORM_NAMES, withScript } from '../../scripts/fleet.ts';
import { bootFleetHost, install, INSTALL, installedVersion, resetFleetHost } from './fleet.ts';
import { type Host, REPOSITORY_URL } from './host.ts';
import { fingerprint } from './keys.ts';
import { packagePath, VERSION } from './packages.ts';
import { makeRepository, type TestRepository } from './repository.ts';
import { makeForeignRpms } from './stand-ins-rpm.ts';

const NAME = 'ec2-instance-connect';
const FLEET = 'packaging/fleet';

/** Reads YAML with the module that the build machine's Python has for lintian and rpmlint anyway. */
function readYaml(path: string): unknown {
  const script = 'import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)';
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', script, path], { encoding: 'utf8' }));
}

describe('the forms', () => {
  it.each(FORM_NAMES)('%s has the script as it is', (name) => {
    const text = readFileSync(`${FLEET}/${name}`, 'utf8');
    expect(withScript(name, text, INSTALL)).toBe(text);
  });

  it('an SSM document of schema 2.2 whose parameters cannot be anything but what they are', () => {
    const document = JSON.parse(readFileSync(`${FLEET}/ssm-install.json`, 'utf8')) as {
      schemaVersion: string;
      parameters: Record<string, { type: string; allowedPattern: string }>;
      mainSteps: { action: string; inputs: { runCommand: string[] } }[];
    };
    expect(document.schemaVersion).toBe('2.2');
    const [step, ...others] = document.mainSteps;
    expect(others).toEqual([]);
    expect(step?.action).toBe('aws:runShellScript');
    const script = (step?.inputs.runCommand ?? []).join('\n');
    expect(script).toContain(INSTALL);
    const used = [...script.matchAll(/\{\{ (\w+) \}\}/g)].map((match) => match[1]);
    expect(used.sort()).toEqual(Object.keys(document.parameters).sort());
    const hostile = ['http://example.com', "x'; reboot; '", '$(reboot)', '`reboot`', 'a b', ''];
    for (const { allowedPattern } of Object.values(document.parameters)) {
      expect(hostile.filter((text) => new RegExp(allowedPattern).test(text))).toEqual([]);
    }
    execFileSync('dash', ['-n'], { input: script });
  });

  it('cloud-init user data with the same script', () => {
    const data = readYaml(`${FLEET}/cloud-init.yaml`) as {
      write_files: { path: string; content: string }[];
      runcmd: string[][];
    };
    expect(readFileSync(`${FLEET}/cloud-init.yaml`, 'utf8')).toMatch(/^#cloud-config\n/);
    expect(data.write_files[0]?.content).toBe(INSTALL);
    // Not executed by itself: /run is mounted noexec where it comes from an initramfs.
    expect(data.runcmd[0]?.slice(0, 2)).toEqual(['sh', data.write_files[0]?.path]);
  });

  it('an Image Builder component of schema 1.0 with the same script', () => {
    const component = readYaml(`${FLEET}/image-builder.yaml`) as {
      schemaVersion: number;
      phases: { name: string; steps: { action: string; inputs: { commands: string[] } }[] }[];
    };
    expect(component.schemaVersion).toBe(1);
    expect(component.phases.map(({ name }) => name)).toEqual(['build', 'test']);
    for (const { action, inputs } of component.phases.flatMap(({ steps }) => steps)) {
      expect(action).toBe('ExecuteBash');
      execFileSync('bash', ['-n'], { input: inputs.commands.join('\n') });
    }
    expect(component.phases[0]?.steps[0]?.inputs.commands[0]).toContain(INSTALL);
  });

  it('a policy that allows one user on tagged instances, and finding them', () => {
    const policy = JSON.parse(readFileSync(`${FLEET}/iam-policy.json`, 'utf8')) as {
      Statement: { Action: string; Resource: string; Condition?: unknown }[];
    };
    expect(policy.Statement.map(({ Action }) => Action)).toEqual([
      'ec2-instance-connect:SendSSHPublicKey',
      'ec2:DescribeInstances',
    ]);
    expect(JSON.stringify(policy.Statement[0]?.Condition)).toContain('ec2:osuser');
    expect(policy.Statement[0]?.Resource).toMatch(/^arn:aws:ec2:.*:instance\//);
  });
});

describe('install.sh, from the repositories', () => {
  let repository: TestRepository;
  let host: Host;
  beforeAll(async () => {
    const packages = [packagePath('deb', 'x64'), packagePath('rpm', 'x64')];
    repository = makeRepository(packages, makeForeignRpms);
    host = await bootFleetHost(repository.folder);
  });
  afterAll(async () => {
    await host.stop();
    repository.discard();
  });
  afterEach(() => resetFleetHost(host));

  const told = (): string => fingerprint(repository.key);
  const other = '0'.repeat(40);

  it.each(['apt', 'yum'] as const)('refuses a key that is not the one told: %s', async (family) => {
    const result = await install(host, family, REPOSITORY_URL, other);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(told());
    const lists = await host.machine.sh(
      'ls /etc/apt/sources.list.d /usr/share/keyrings /etc/yum.repos.d /etc/pki/rpm-gpg',
    );
    expect(lists).not.toContain(NAME);
  });

  it('installs with apt-get, and does nothing the second time', async () => {
    // As people paste it, and with the key that comes after it.
    const pasted = `0x${told().toLowerCase().replaceAll(/.{4}/g, '$& ')}`;
    for (const time of ['first', 'second']) {
      const result = await install(host, 'apt', REPOSITORY_URL, pasted, other);
      expect([time, result]).toMatchObject([time, { status: 0 }]);
      expect(await installedVersion(host, 'apt')).toBe(VERSION);
    }
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('installs with dnf, and does nothing the second time', async () => {
    for (const time of ['first', 'second']) {
      const result = await install(host, 'yum', REPOSITORY_URL, `${other},${told()}`);
      expect([time, result]).toMatchObject([time, { status: 0 }]);
      expect(await installedVersion(host, 'yum')).toBe(VERSION);
    }
    expect(host.read('/etc/yum.repos.d/ec2-instance-connect.repo')).toBe(
      readFileSync(join(repository.folder, 'yum/ec2-instance-connect.repo'), 'utf8'),
    );
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('restarts sshd where that is wired in its unit, and sessions go on', async () => {
    await host.machine.sh(`
      sed -i '/^Include/d' /etc/ssh/sshd_config
      rm -f /etc/ssh/sshd_config.d/* && systemctl restart ssh.service`);
    expect(await install(host, 'apt', REPOSITORY_URL, told())).toMatchObject({ status: 0 });
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('fails where sshd is not to ask the program, and says so', async () => {
    await host.machine.sh(
      'echo "AuthorizedKeysCommand none" >/etc/ssh/sshd_config.d/00-test.conf && systemctl reload ssh.service',
    );
    const result = await install(host, 'apt', REPOSITORY_URL, told());
    await host.machine.sh('rm /etc/ssh/sshd_config.d/00-test.conf && systemctl reload ssh.service');
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('installed, but not ready');
  });

  it('gives apt lists that end', () => {
    const release = readFileSync(join(repository.folder, 'apt/dists/stable/InRelease'), 'utf8');
    const [, until = ''] = /^Valid-Until: (.*)$/m.exec(release) ?? [];
    const [, made = ''] = /^Date: (.*)$/m.exec(release) ?? [];
    const days = (Date.parse(until) - Date.parse(made)) / 86_400_000;
    expect(days).toBeCloseTo(7, 1);
  });
});

describe('install.sh', () => {
  const key = '0123456789ABCDEF0123456789ABCDEF01234567';
  const run = (...args: readonly string[]) =>
    spawnSync('sh', ['-s', '--', ...args], { input: INSTALL, encoding: 'utf8', uid: 65_534 });

  it('tells how it is called', () => {
    expect(run('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(run('--help').stdout).toContain('usage: install.sh [--allow-http] URL FINGERPRINT');
  });

  it.each([
    ['nothing', []],
    ['a URL alone', ['https://example.com']],
    ['an unknown option', ['--force', 'https://example.com', key]],
    ['http', ['http://example.com', key]],
    ['a URL with a line of its own', ['https://example.com/\ngpgcheck=0', key]],
    ['a short fingerprint', ['https://example.com', key.slice(8)]],
    ['another word', ['https://example.com', `${key.slice(1)}Z`]],
  ])('refuses %s with its usage', (_, args) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toContain('usage: install.sh');
  });

  it.each([
    ['in groups', key.replaceAll(/.{4}/g, '$& ')],
    ['in lower case, after 0x', `0x${key.toLowerCase()}`],
    ['with colons', key.replaceAll(/..(?=.)/g, '$&:')],
    ['with no-break spaces', key.replaceAll(/.{4}/g, '$&\u00a0')],
    ['two', `${key} 0x${key}`],
  ])('takes a fingerprint %s, and then wants root', (_, pasted) => {
    for (const words of [[pasted], pasted.split(' ')]) {
      expect(run('https://example.com', ...words)).toMatchObject({
        status: 1,
        stderr: 'install: run this as root\n',
      });
    }
  });
});
