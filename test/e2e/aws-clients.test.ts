import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEMO_POLICY } from '../../scripts/demo/policy.ts';
import { INSTANCE_NAME, PUBLIC_ADDRESS } from '../rig/account.ts';
import { API_ADDRESS } from '../rig/rig.ts';
import { run, runOrThrow, type CommandResult } from '../rig/run.ts';
import { useRig } from './login-rig.ts';

const ROOTS = join(import.meta.dirname, '../roots');
const users = ['alice', 'bob', 'ec2-user'];
const rig = useRig({ users, account: { policy: DEMO_POLICY } });

/** A Debian newer than the one that the tests run on, with its aws CLI and boto3. */
let root: string;

/** Runs a script in a copy of that root, in the rig's network and with the caller's credentials. */
function inRoot(script: string): Promise<CommandResult> {
  const { region, credentials } = rig().account;
  const hostKey = readFileSync(rig().namespace.path('/run/rig/keys/host.pub'), 'utf8').trim();
  const environment = {
    PATH: '/usr/bin:/bin',
    HOME: '/root',
    AWS_ENDPOINT_URL: `http://${API_ADDRESS}`,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const prepare = `cd; mkdir -p .ssh; echo '${PUBLIC_ADDRESS} ${hostKey}' >.ssh/known_hosts`;
  const shell = ['env', '-i', ...variables, 'sh', '-euc', `${prepare}\n${script}`];
  const network = ['nsenter', '--target', String(rig().namespace.pid), '--net', '--'];
  const [first = '', ...rest] = [...network, join(ROOTS, 'throwaway.sh'), root, ...shell];
  return run([first, ...rest], { timeout: 120_000 });
}

describe("a newer Debian's clients", { timeout: 240_000 }, () => {
  beforeAll(async () => {
    root = (await runOrThrow([join(ROOTS, 'aws-cli.sh')], { timeout: 600_000 })).trim();
  }, 600_000);

  it('log in with `aws ec2-instance-connect ssh` and no more than the instance id', async () => {
    const { instanceId } = rig().account;
    const login = await inRoot(`
      aws --version >&2
      echo 'id -un; echo "$SSH_CONNECTION"' | aws ec2-instance-connect ssh --instance-id ${instanceId}`);
    expect(login).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^ec2-user\n/) as string,
    });
    // To the public address that DescribeInstances told, with a key that the CLI has made and pushed.
    expect(login.stdout).toContain(` ${PUBLIC_ADDRESS} 22\n`);
    expect(rig().cloudTrail()).toMatchObject([
      { eventName: 'DescribeInstances' },
      { eventName: 'SendSSHPublicKey', responseElements: { success: true } },
    ]);
    expect((await rig().audit()).map(({ message }) => message).join('\n')).toContain(
      'key-accepted',
    );
  });

  it('are told by IAM for whom they may not push', async () => {
    const { instanceId } = rig().account;
    const denied = await inRoot(
      `aws ec2-instance-connect ssh --instance-id ${instanceId} --os-user bob </dev/null`,
    );
    expect(denied.status).not.toBe(0);
    expect(denied.stderr).toContain('(AccessDeniedException)');
    expect(denied.stderr).toContain('because no identity-based policy allows');
  });

  it('find instances by tag and see their status', async () => {
    const found = await inRoot(`
      aws ec2 describe-instances --filters Name=tag:Role,Values=web --output text --query \\
        'Reservations[].Instances[].[VpcId,SubnetId,PublicIpAddress,Tags[0].Value,PlatformDetails]'
      aws ec2 describe-instance-status --output text --query \\
        'InstanceStatuses[].[InstanceState.Name,InstanceStatus.Status]'`);
    expect(found.stdout.split('\n')).toEqual([
      `vpc-0123456789abcdef0\tsubnet-0123456789abcdef0\t${PUBLIC_ADDRESS}\tdemo\tLinux/UNIX`,
      'running\tok',
      'running\tok',
      '',
    ]);
  });

  it('push a key as docs/emulator.md says, with the CLI and with boto3', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/emulator.md'), 'utf8');
    const block = (language: string): string =>
      new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? '';
    const pushed = await inRoot(
      `${block('sh')}\npython3 - <<'PYTHON'\n${block('python')}PYTHON\ncat key.pub`,
    );
    expect(pushed).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/"Success": true[^]*^True\nssh-ed25519 /m) as string,
    });
    expect(rig().cloudTrail()).toMatchObject([
      { userAgent: expect.stringMatching(/^aws-cli/) as string },
      { userAgent: expect.stringMatching(/^Boto3/) as string },
    ]);
  });
});

describe('scp and sftp', () => {
  const hosts = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];

  it.each(['scp', 'sftp'] as const)('%s copies a file with a pushed key', async (client) => {
    const key = await rig().makeKey();
    await rig().pushKey('ec2-user', key);
    const to = client === 'scp' ? `ec2-user@${INSTANCE_NAME}:copy` : `ec2-user@${INSTANCE_NAME}`;
    const options = ['-q', '-F', 'none', ...hosts, '-o', 'IdentitiesOnly=yes', '-i', key.path];
    const command =
      client === 'scp'
        ? ([client, ...options, `${key.path}.pub`, to] as const)
        : ([client, ...options, '-b', '-', to] as const);
    const [nsenter, ...rest] = rig().namespace.command(command);
    await runOrThrow([nsenter, ...rest], { input: `put ${key.path}.pub copy\n` });
    const login = await rig().login('ec2-user', key, { command: 'cat copy; rm copy' });
    expect(login.stdout.trim()).toBe(key.publicKey);
  });
});
