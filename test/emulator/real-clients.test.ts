import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  EC2InstanceConnectClient,
  SendSSHPublicKeyCommand,
} from '@aws-sdk/client-ec2-instance-connect';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JSON_ERROR_CODES } from './aws-errors.ts';
import { Emulator } from './emulator.ts';
import { DEFAULT_MATERIAL } from './material.ts';
import { CALLER, INSTANCE, OTHER_INSTANCE, PUBLIC_KEY, testConfig } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
const trail = join(folder, 'trail');
const policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'ec2-instance-connect:SendSSHPublicKey',
      Resource: `arn:aws:ec2:us-east-1:123456789012:instance/${INSTANCE}`,
      Condition: { StringEquals: { 'ec2:osuser': ['alice', 'a.b@corp'] } },
    },
  ],
};
const poor = {
  accessKeyId: 'AKIDPOOR',
  secretAccessKey: 'poor',
  sessionToken: 'session',
  arn: 'arn:aws:iam::123456789012:user/poor',
  policy: { Version: '2012-10-17', Statement: [] },
};
const rich = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', arn: CALLER, policy };

const emulator = new Emulator({
  config: testConfig(policy, { principals: [rich, poor] }),
  imds: ['127.0.0.1:0'],
  api: ['127.0.0.1:0'],
  trail,
});
let endpoint: string;
let imds: string;

beforeAll(async () => {
  const addresses = await emulator.start();
  endpoint = `http://${addresses.api[0] ?? ''}`;
  imds = `http://${addresses.imds[0] ?? ''}/latest`;
});
beforeEach(() => {
  emulator.clearKeys();
  emulator.setFaults([]);
  emulator.setClockOffset(0);
  emulator.setMaterial(DEFAULT_MATERIAL);
  emulator.resetCounters();
  writeFileSync(trail, '');
});
afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

type Credentials = Pick<typeof poor, 'accessKeyId' | 'secretAccessKey'> & { sessionToken?: string };

function sdk(credentials: Credentials = rich, maxAttempts = 1): EC2InstanceConnectClient {
  return new EC2InstanceConnectClient({ endpoint, region: 'us-east-1', credentials, maxAttempts });
}

const key = (osUser = 'alice', instanceId = INSTANCE): SendSSHPublicKeyCommand =>
  new SendSSHPublicKeyCommand({
    InstanceId: instanceId,
    InstanceOSUser: osUser,
    SSHPublicKey: PUBLIC_KEY,
    AvailabilityZone: 'us-east-1a',
  });

function records(): Record<string, unknown>[] {
  const lines = readFileSync(trail, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** CloudTrail's name for what IAM does not allow is not the API's. */
const onRecord = (code: string): string =>
  code === 'AccessDeniedException' ? 'AccessDenied' : code;

async function served(user: string): Promise<string | number> {
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '600' };
  const token = await (await fetch(`${imds}/api/token`, { method: 'PUT', headers: ttl })).text();
  const headers = { 'x-aws-ec2-metadata-token': token };
  const path = `meta-data/managed-ssh-keys/active-keys/${encodeURIComponent(user)}/`;
  const answer = await fetch(`${imds}/${path}`, { headers });
  return answer.ok ? answer.text() : answer.status;
}

describe('the AWS SDK for JavaScript', () => {
  it('pushes a key that the metadata service then serves for 60 seconds', async () => {
    const { RequestId, Success } = await sdk().send(key('a.b@corp'));
    expect(Success).toBe(true);
    const blob = await served('a.b@corp');
    expect(blob).toContain(`#Caller=${CALLER}\n#Request=${RequestId ?? ''}\n${PUBLIC_KEY}\n`);
    emulator.setClockOffset(60);
    expect(await served('a.b@corp')).toBe(404);
  });

  it('leaves a CloudTrail record of a push', async () => {
    const { RequestId } = await sdk().send(key());
    expect(records()).toMatchObject([
      {
        eventName: 'SendSSHPublicKey',
        userIdentity: { type: 'AssumedRole', arn: CALLER, accessKeyId: 'AKIDEXAMPLE' },
        requestParameters: { instanceOSUser: 'alice' },
        requestID: RequestId,
      },
    ]);
  });

  it.each<[string, string, Credentials, SendSSHPublicKeyCommand]>([
    ['another OS user', 'AccessDeniedException', rich, key('root')],
    ['another instance', 'AccessDeniedException', rich, key('alice', OTHER_INSTANCE)],
    ['a principal without rights', 'AccessDeniedException', poor, key()],
    ['a bad user name', 'InvalidArgsException', rich, key('-x')],
    ['a wrong secret', 'InvalidSignatureException', { ...rich, secretAccessKey: 'guess' }, key()],
    [
      'an unknown access key',
      'UnrecognizedClientException',
      { ...rich, accessKeyId: 'AKIDNOBODY' },
      key(),
    ],
    [
      'a wrong session token',
      'UnrecognizedClientException',
      { ...poor, sessionToken: 'old' },
      key(),
    ],
  ])('is refused for %s with %s, on record', async (_title, name, credentials, command) => {
    await expect(sdk(credentials).send(command)).rejects.toMatchObject({ name });
    expect(records()).toMatchObject([{ eventName: 'SendSSHPublicKey', errorCode: onRecord(name) }]);
    expect(await served('alice')).toBe(404);
  });

  it.each(JSON_ERROR_CODES)('recognises %s when it is switched on', async (code) => {
    const action = { kind: 'api-error', code } as const;
    emulator.setFaults([{ service: 'api', path: '/', action }]);
    await expect(sdk().send(key())).rejects.toMatchObject({ name: code });
    expect(records()).toMatchObject([{ errorCode: onRecord(code) }]);
  });

  it.each([-3600, 3600])('corrects its clock when the service is %d s ahead', async (offset) => {
    emulator.setClockOffset(offset);
    await expect(sdk().send(key())).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect((await sdk(rich, 2).send(key())).Success).toBe(true);
  });

  it('tries again by itself when it is throttled once', async () => {
    const action = { kind: 'api-error', code: 'ThrottlingException' } as const;
    emulator.setFaults([{ service: 'api', path: '/', count: 1, action }]);
    expect((await sdk(rich, 3).send(key())).Success).toBe(true);
    expect(emulator.counters().api.requests).toBe(2);
  });
});

const run = promisify(execFile);

const AWS = '/usr/bin/aws';

/** Debian's aws CLI; the environment holds nothing that could lead it elsewhere. */
async function aws(...args: string[]): Promise<unknown> {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    AWS_ACCESS_KEY_ID: rich.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rich.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const all = [...args, '--endpoint-url', endpoint, '--output', 'json'];
  const { stdout } = await run(AWS, all, { env });
  return JSON.parse(stdout) as unknown;
}

// Ubuntu 24.04 has no such package.
describe.skipIf(!existsSync(AWS))("Debian's aws CLI", { timeout: 30_000 }, () => {
  const send = (user: string): Promise<unknown> => {
    const file = join(folder, 'key.pub');
    writeFileSync(file, `${PUBLIC_KEY}\n`);
    const pairs = { 'instance-id': INSTANCE, 'instance-os-user': user };
    const flags = Object.entries(pairs).flatMap(([name, value]) => [`--${name}`, value]);
    const command = ['ec2-instance-connect', 'send-ssh-public-key'];
    return aws(...command, ...flags, '--ssh-public-key', `file://${file}`);
  };

  it('pushes a key without naming the zone', async () => {
    expect(await send('alice')).toMatchObject({ Success: true });
    expect(await served('alice')).toContain(`\n${PUBLIC_KEY}\n`);
  });

  it('prints the AccessDeniedException of a denied push', async () => {
    await expect(send('root')).rejects.toMatchObject({
      stderr: expect.stringContaining('(AccessDeniedException)') as string,
    });
  });

  it('describes the instance with its state, zone, address and name', async () => {
    const answer = await aws('ec2', 'describe-instances', '--instance-ids', OTHER_INSTANCE);
    expect(answer).toMatchObject({
      Reservations: [
        {
          Instances: [
            {
              InstanceId: OTHER_INSTANCE,
              State: { Name: 'running' },
              Placement: { AvailabilityZone: 'us-east-1b' },
              PublicDnsName: 'two.example',
              PublicIpAddress: '198.51.100.2',
              PrivateIpAddress: '127.0.0.2',
            },
          ],
        },
      ],
    });
    expect(records()).toMatchObject([{ eventName: 'DescribeInstances', readOnly: true }]);
  });
});
