import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { INSTANCE_ADDRESS, INSTANCE_NAME, PUBLIC_ADDRESS } from '../../test/rig/account.ts';
import { API_ADDRESS, type Rig } from '../../test/rig/rig.ts';
import type { SshKey } from '../../test/rig/ssh-key.ts';
import type { Screen } from './screen.ts';

const BASHRC = '/run/rig/bashrc';
/** Where Debian and Ubuntu put it. */
const AWS = '/usr/bin/aws';
const REPOSITORY = resolve(import.meta.dirname, '../..');

/**
 * Says how to push keys and log in by hand, shows audit lines as they come, and returns when `signal` is
 * aborted.
 */
export async function keepRunning(
  rig: Rig,
  screen: Screen,
  key: SshKey,
  signal: AbortSignal,
): Promise<void> {
  prepareShell(rig);
  explain(rig, screen, key);
  rig.journal.onEntry = ({ identifier, message }): void => {
    if (identifier === 'ec2-instance-connect') screen.headline(`audit: ${message}`);
  };
  await new Promise((end) => {
    signal.addEventListener('abort', end, { once: true });
  });
  rig.journal.onEntry = undefined;
  screen.headline('\neverything is stopped and removed');
}

/** A shell inside finds the caller's credentials and the instance's host key. */
function prepareShell(rig: Rig): void {
  const { region, credentials } = rig.account;
  const variables = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: `http://${API_ADDRESS}`,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    PS1: '(demo) # ',
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
  writeFileSync(rig.namespace.path(BASHRC), `${lines.join('')}cd '${REPOSITORY}'\n`);
  const hostKey = readFileSync(rig.namespace.path('/run/rig/keys/host.pub'), 'utf8');
  appendFileSync(
    rig.namespace.path('/etc/ssh/ssh_known_hosts'),
    `${INSTANCE_NAME},${INSTANCE_ADDRESS},${PUBLIC_ADDRESS} ${hostKey}`,
  );
}

function explain(rig: Rig, screen: Screen, key: SshKey): void {
  const { instanceId } = rig.account;
  const pub = `${key.path}.pub`;
  screen.headline(
    '\nEverything stays up until Ctrl-C. In another terminal, a shell in this machine:',
  );
  const target = ['-t', String(rig.namespace.pid), '-n', '-m', '-p', '-r', '-w'];
  const shell = ['bash', '--rcfile', BASHRC];
  screen.command('sudo', 'nsenter', ...target, ...shell);
  screen.headline('In it, push the key, which then lives for 60 seconds, with the AWS SDK:');
  const script = ['scripts/run.sh', 'node', 'scripts/demo/push-key.ts'];
  screen.command(...script, instanceId, 'alice', pub);
  screen.headline(
    existsSync(AWS) ? 'or with the aws CLI:' : `or with the aws CLI, which is not at ${AWS} here:`,
  );
  const endpoint = ['--endpoint-url', `http://${API_ADDRESS}`];
  const push = ['ec2-instance-connect', 'send-ssh-public-key', ...endpoint];
  const whose = ['--instance-id', instanceId, '--instance-os-user', 'alice'];
  screen.command(AWS, ...push, ...whose, '--ssh-public-key', `file://${pub}`);
  screen.command(AWS, 'ec2', 'describe-instances', ...endpoint, '--instance-ids', instanceId);
  screen.headline('and log in, or copy a file:');
  screen.command('ssh', '-i', key.path, `alice@${INSTANCE_NAME}`);
  screen.command('scp', '-i', key.path, '/etc/hostname', `alice@${INSTANCE_NAME}:`);
  screen.headline(
    'mssh and the aws CLI from 2.12 push a key of their own and log in, as ec2-user:',
  );
  screen.command('mssh', instanceId);
  screen.command('aws', 'ec2-instance-connect', 'ssh', '--instance-id', instanceId);
  screen.headline('\nWhat the program logs appears here:');
}
