import { parseConfig, type EmulatorConfig } from './config.ts';
import type { HttpRequest } from './http.ts';
import type { Call } from './iam/request-context.ts';

/** The instance whose metadata service the tests talk to. */
export const INSTANCE = 'i-0123456789abcdef0';
/** Another instance of the same account. */
export const OTHER_INSTANCE = 'i-0fedcba9876543210';
/** The caller whose policy the tests choose. */
export const CALLER = 'arn:aws:sts::123456789012:assumed-role/admin/alice';
/** An ED25519 key as OpenSSH writes it, with a comment. */
export const PUBLIC_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOQuke9qSvz3TCkULisiXM4+kdZcAoAL9R0UNnmzI9+/ a key';

/** Allows every action on everything. */
export const ALLOW_ALL: {
  readonly Version: string;
  readonly Statement: {
    readonly Effect: string;
    readonly Action: string[];
    readonly Resource: string;
  };
} = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: ['ec2-instance-connect:SendSSHPublicKey', 'ec2:Describe*'],
    Resource: '*',
  },
};

/** A configuration document with two instances and one principal; `changes` replace its fields. */
export function testConfig(
  policy: unknown = ALLOW_ALL,
  changes: Readonly<Record<string, unknown>> = {},
): EmulatorConfig {
  return parseConfig({
    instances: [
      {
        instanceId: INSTANCE,
        availabilityZone: 'us-east-1a',
        privateIp: '127.0.0.1',
        dnsName: 'one.example',
        tags: { Role: 'web' },
      },
      {
        instanceId: OTHER_INSTANCE,
        availabilityZone: 'us-east-1b',
        privateIp: '127.0.0.2',
        publicIp: '198.51.100.2',
        dnsName: 'two.example',
        subnetId: 'subnet-two',
      },
    ],
    principals: [{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', arn: CALLER, policy }],
    ...changes,
  });
}

/** A request as a handler sees it. */
export function httpRequest(parts: Partial<HttpRequest>): HttpRequest {
  return {
    method: 'GET',
    path: '/',
    query: '',
    headers: {},
    body: Buffer.alloc(0),
    remoteAddress: '127.0.0.1',
    ...parts,
  };
}

/** A call by the first principal of a configuration, now or at `now` (Unix seconds). */
export function callBy(config: EmulatorConfig, now = 1_795_000_000.9): Call {
  const [principal] = config.principals;
  if (principal === undefined) throw new Error('the test configuration has a principal');
  return { principal, config, request: httpRequest({}), issuedAt: now - 60, now };
}
