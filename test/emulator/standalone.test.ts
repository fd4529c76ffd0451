import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EC2InstanceConnectClient,
  SendSSHPublicKeyCommand,
} from '@aws-sdk/client-ec2-instance-connect';
import { afterAll, describe, expect, it } from 'vitest';
import { runStandalone, standaloneConfig } from './standalone.ts';
import { ShapeError } from './strict-json.ts';
import { INSTANCE, OTHER_INSTANCE, PUBLIC_KEY } from './support.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('standaloneConfig', () => {
  it('takes the documents of its page as they stand', () => {
    const page = readFileSync(join(ROOT, 'docs/emulator.md'), 'utf8');
    const blocks = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(
      ([, text = '']) => JSON.parse(text) as unknown,
    );
    const [instances, policy] = blocks;
    const config = standaloneConfig({ region: 'us-east-1', instances, policy });
    expect(config.instances).toMatchObject([
      { instanceId: INSTANCE, tags: { Owner: 'developer' }, availabilityZone: 'us-east-1a' },
      { instanceId: OTHER_INSTANCE, state: 'stopped', privateIp: '10.0.0.11' },
    ]);
  });

  it('refuses a document that is not what it must be', () => {
    const region = 'us-east-1';
    expect(() => standaloneConfig({ region, instances: [] })).toThrow(ShapeError);
    expect(() => standaloneConfig({ region, instances: [{ id: 'i-1' }] })).toThrow(ShapeError);
    expect(() => standaloneConfig({ region, policy: {} })).toThrow(ShapeError);
  });
});

describe('runStandalone', () => {
  it.each([
    ['an unknown option', ['--policies', 'x']],
    ['a port that is none', ['--port', '70000']],
    ['an address that others reach', ['--imds', '0.0.0.0:80']],
    ['a file that is not there', ['--policy', '/no/such/file']],
    ['a file that holds no policy', ['--policy', join(ROOT, 'package.json')]],
  ])('answers 2 for %s', async (_title, args) => {
    expect(await runStandalone(args)).toBe(2);
  });
});

it('serves a client that knows only what it printed, and records the call', async () => {
  const [trail, root, policy] = ['trail', 'root.pem', 'policy'].map((name) => join(folder, name));
  writeFileSync(
    policy ?? '',
    readFileSync(join(ROOT, 'packaging/fleet/iam-policy.json'), 'utf8')
      .replace('REGION', 'eu-west-1')
      .replace('ACCOUNT', '123456789012'),
  );
  const options = { port: '0', region: 'eu-west-1', trail, root, policy };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value ?? '']);
  const child = spawn(process.execPath, ['scripts/emulator.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const variable = (name: string): string =>
    new RegExp(`^ {2}export ${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const client = new EC2InstanceConnectClient({
    endpoint: variable('AWS_ENDPOINT_URL'),
    region: variable('AWS_REGION'),
    credentials: {
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    },
    maxAttempts: 1,
  });
  const push = (InstanceOSUser: string): SendSSHPublicKeyCommand =>
    new SendSSHPublicKeyCommand({ InstanceId: INSTANCE, InstanceOSUser, SSHPublicKey: PUBLIC_KEY });
  expect((await client.send(push('ec2-user'))).Success).toBe(true);
  await expect(client.send(push('root'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const imds = /^IMDS +(http:\S+)$/m.exec(text)?.[1] ?? '';
  expect((await fetch(`${imds}/latest/meta-data/`)).status).toBe(401);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(readFileSync(root ?? '', 'utf8')).toContain('BEGIN CERTIFICATE');
  expect(readFileSync(trail ?? '', 'utf8').match(/"errorCode":"AccessDenied"/g)).toHaveLength(1);
});
