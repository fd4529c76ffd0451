import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommandResult } from '../roots/machine.ts';
import { Host, REPOSITORY_URL } from './host.ts';
import { packagePath, POLICY_RPM, VERSION } from './packages.ts';
import { makeRepository, type TestRepository } from './repository.ts';
import { makeForeignRpms } from './stand-ins-rpm.ts';

const NAME = 'ec2-instance-connect';
const FLEET = 'packaging/fleet';
const INSTALL = readFileSync(`${FLEET}/install.sh`, 'utf8');

/** Reads YAML with the module that the build machine's Python has for lintian and rpmlint anyway. */
function readYaml(path: string): unknown {
  const script = 'import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)';
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', script, path], { encoding: 'utf8' }));
}

function fingerprint(repository: TestRepository): string {
  const args = ['--homedir', repository.key.home ?? '', '--with-colons', '--list-keys'];
  const colons = execFileSync('gpg', args, { encoding: 'utf8' });
  return /^fpr:+([0-9A-F]{40}):$/m.exec(colons)?.[1] ?? '';
}

describe('the forms', () => {
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
    const hostile = ["x'; reboot; '", '$(reboot)', '`reboot`', 'a b', ''];
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

/** What install.sh calls on a system of the yum family, besides the package manager. */
const COMMANDS = ['awk', 'install', 'mktemp', 'rm', 'sed', 'sh'];

describe('install.sh, from the repositories', () => {
  let repository: TestRepository;
  let host: Host;
  beforeAll(() => {
    const packages = [packagePath('deb', 'x64'), packagePath('rpm', 'x64'), POLICY_RPM];
    repository = makeRepository(packages, makeForeignRpms);
  });
  afterAll(() => {
    repository.discard();
  });
  beforeEach(async () => {
    host = await Host.boot('bookworm', repository.folder);
    await host.machine.sh('rm -rf /etc/apt/sources.list.d/*');
    // The roots have neither curl nor gpg, as images of clouds do, nor dnf and rpm: this side's stand in.
    await host.prepareDnf();
    await host.machine.sh(`
      rm /etc/yum.repos.d/* && mkdir -p /opt/tools/tmp && mount --bind /tmp /opt/tools/tmp
      mkdir /run/yum && for name in ${COMMANDS.join(' ')}; do ln -s "$(command -v $name)" /run/yum/; done
      wrap() { printf '#!/bin/sh\\nPATH=/usr/sbin:/usr/bin exec chroot /opt/tools %s "$@"\\n' "$2" >$1 && chmod 755 $1; }
      for name in curl gpg; do
        wrap /usr/bin/$name /usr/bin/$name
        ln -s /usr/bin/$name /run/yum/
      done
      ln -s /usr/bin/systemctl /usr/bin/ec2-instance-connect /usr/sbin/chroot /run/yum/
      wrap /run/yum/rpm '/usr/bin/rpm --root /root'
      wrap /run/yum/dnf '${Host.DNF.join(' ')}'`);
  });
  afterEach(() => host.stop());

  /** Runs install.sh in one of both families: without apt-get in the search path it is yum's. */
  async function install(family: 'apt' | 'yum', key: string): Promise<CommandResult> {
    const path = family === 'apt' ? [] : ['/usr/bin/env', 'PATH=/run/yum'];
    const args = ['/bin/sh', '-s', '--', REPOSITORY_URL, key];
    return host.machine.run([...path, ...args], INSTALL);
  }

  it.each(['apt', 'yum'] as const)('refuses a key that is not the one told: %s', async (family) => {
    const result = await install(family, '0'.repeat(40));
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(fingerprint(repository));
    const lists = await host.machine.sh('ls /etc/apt/sources.list.d /etc/yum.repos.d');
    expect(lists).not.toContain(NAME);
  });

  it('installs with apt-get, and does nothing the second time', async () => {
    for (const time of ['first', 'second']) {
      expect([time, await install('apt', fingerprint(repository))]).toMatchObject([
        time,
        { status: 0 },
      ]);
      expect(await host.machine.sh(`dpkg-query -W -f '\${Version}' ${NAME}`)).toBe(VERSION);
    }
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('installs with dnf, the policy module too, and does nothing the second time', async () => {
    for (const time of ['first', 'second']) {
      const result = await install('yum', fingerprint(repository));
      expect([time, result]).toMatchObject([time, { status: 0 }]);
      const installed = (await host.rpm('-q', NAME, `${NAME}-selinux`)).stdout;
      expect(installed).toBe(`${NAME}-${VERSION}.x86_64\n${NAME}-selinux-${VERSION}.noarch\n`);
    }
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('restarts sshd where that is wired in its unit, and sessions go on', async () => {
    await host.machine.sh(`
      sed -i '/^Include/d' /etc/ssh/sshd_config
      rm -f /etc/ssh/sshd_config.d/* && systemctl restart ssh.service`);
    expect(await install('apt', fingerprint(repository))).toMatchObject({ status: 0 });
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('tells how it is called', () => {
    const result = spawnSync('sh', ['-s'], { input: INSTALL, encoding: 'utf8' });
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain('usage: install.sh URL KEY_FINGERPRINT');
  });
});
