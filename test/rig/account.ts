import type { Credentials } from './aws-client.ts';

/** The address of the rig's instance, on lo. */
export const INSTANCE_ADDRESS = '10.0.0.10';
/** Its public address, on lo too (TEST-NET-2 of RFC 5737): clients that ask EC2 connect to that. */
export const PUBLIC_ADDRESS = '198.51.100.10';
/** The name under which its sshd is reached inside. */
export const INSTANCE_NAME = 'ip-10-0-0-10.ec2.internal';

/** The emulated account; what is left out is as in `DEFAULT_ACCOUNT`. */
export interface AccountOptions {
  readonly instanceId: string;
  readonly region: string;
  readonly availabilityZone: string;
  /** `services/domain`. */
  readonly domain: string;
  /** Another instance of the account, for which keys can be pushed too. */
  readonly otherInstanceId: string;
  readonly credentials: Credentials;
  /** The ARN behind the credentials, which the service names as the caller. */
  readonly caller: string;
  /** The caller's IAM policy document. */
  readonly policy: unknown;
}

/** One caller who may do everything. */
export const DEFAULT_ACCOUNT: AccountOptions = {
  instanceId: 'i-0123456789abcdef0',
  region: 'us-east-1',
  availabilityZone: 'us-east-1a',
  domain: 'amazonaws.com',
  otherInstanceId: 'i-0fedcba9876543210',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'emulated-secret' },
  caller: 'arn:aws:sts::123456789012:assumed-role/operator/carol',
  policy: {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: ['ec2-instance-connect:SendSSHPublicKey', 'ec2:Describe*'],
      Resource: '*',
    },
  },
};

/** The emulator's configuration document for an account. */
export function emulatorConfig(account: AccountOptions): unknown {
  const { region, domain, availabilityZone, caller: arn, policy } = account;
  const common = { availabilityZone };
  return {
    region,
    domain,
    // The service takes RSA and ED25519 today; ECDSA may come, and the program takes it.
    keyTypes: ['ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256'],
    instances: [
      {
        ...common,
        instanceId: account.instanceId,
        privateIp: INSTANCE_ADDRESS,
        publicIp: PUBLIC_ADDRESS,
        tags: { Name: 'demo', Role: 'web' },
        dnsName: INSTANCE_NAME,
      },
      {
        ...common,
        instanceId: account.otherInstanceId,
        privateIp: '10.0.0.11',
        dnsName: 'ip-10-0-0-11.ec2.internal',
      },
    ],
    principals: [{ ...account.credentials, arn, policy }],
  };
}
