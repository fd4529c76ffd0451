import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Host, REPOSITORY_URL } from './host.ts';
import { packagePath, VERSION } from './packages.ts';
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
    expect(data.runcmd[0]?.[0]).toBe(data.write_files[0]?.path);
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
    host = await Host.boot('bookworm', repository.folder);
  }, 300_000);
  afterAll(async () => {
    await host.stop();
    repository.discard();
  });

  async function install(...args: string[]): Promise<ReturnType<Host['machine']['run']>> {
    return host.machine.run(['/bin/sh', '-s', '--', ...args], INSTALL);
  }

  it('refuses a key that is not the one that was told', async () => {
    await host.machine.sh('rm -rf /etc/apt/sources.list.d/*');
    // The roots have neither curl nor gpg, as images of clouds do: this side's stand in.
    await host.prepareDnf();
    await host.machine.sh(`
      for name in curl gpg; do
        printf '#!/bin/sh\\nexec chroot /opt/tools /usr/bin/%s "$@"\\n' $name >/usr/bin/$name
        chmod 755 /usr/bin/$name
      done
      mkdir -p /opt/tools/tmp && mount --bind /tmp /opt/tools/tmp`);
    const result = await install(REPOSITORY_URL, '0'.repeat(40));
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(fingerprint(repository));
    expect((await host.machine.run(['ls', '/etc/apt/sources.list.d'])).stdout).toBe('');
  });

  it('installs, and does nothing the second time', async () => {
    for (const time of ['first', 'second']) {
      const result = await install(REPOSITORY_URL, fingerprint(repository));
      expect(result).toMatchObject({ status: 0 });
      const version = await host.machine.sh(`dpkg-query -W -f '\${Version}' ${NAME}`);
      expect([time, version]).toEqual([time, VERSION]);
    }
    expect(await host.loginWithPushedKey()).toBe(true);
  });

  it('tells how it is called', () => {
    const result = spawnSync('sh', ['-s'], { input: INSTALL, encoding: 'utf8' });
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain('usage: install.sh URL KEY_FINGERPRINT');
  });
});
