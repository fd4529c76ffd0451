import { parsePolicy, type Policy } from './iam/policy.ts';
import {
  asBoolean,
  asList,
  asOneOf,
  asRecord,
  asString,
  asStrings,
  asTextRecord,
  ShapeError,
} from './strict-json.ts';

const INSTANCE_STATES = ['pending', 'running', 'stopping', 'stopped', 'unavailable'] as const;

/** `unavailable` runs for EC2, but the service cannot reach it. */
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** An instance of the emulated account. */
export interface Instance {
  readonly instanceId: string;
  readonly availabilityZone: string;
  readonly state: InstanceState;
  readonly privateIp: string;
  readonly publicIp?: string;
  readonly ipv6?: string;
  /** The name under which its sshd is reached. */
  readonly dnsName: string;
  readonly vpcId: string;
  readonly subnetId: string;
  /** EC2 names no other platform; without it is Linux. */
  readonly platform?: 'windows';
  readonly tags: Readonly<Record<string, string>>;
}

/** Somebody with an access key. */
export interface Principal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for temporary credentials; then requests must carry it. */
  readonly sessionToken?: string;
  /** `arn:…:iam::…:user/…` or `arn:…:sts::…:assumed-role/…/…`. */
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether his temporary credentials were given for a second factor. */
  readonly mfaAuthenticated: boolean;
  readonly policy: Policy;
}

/** Everything that the emulator is told about the world it plays. */
export interface EmulatorConfig {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  /** `services/domain`. */
  readonly domain: string;
  /** The first is the one whose metadata service this is. */
  readonly instances: readonly [Instance, ...Instance[]];
  readonly principals: readonly Principal[];
  /** Whether SigV4 signatures are verified; without, the access key alone names the principal. */
  readonly verifySignatures: boolean;
  /** Key types that SendSSHPublicKey takes. */
  readonly keyTypes: readonly string[];
}

/** Reads a configuration document; unknown fields and bad values throw ShapeError. */
export function parseConfig(document: unknown): EmulatorConfig {
  const config = asRecord(document, 'config', [
    'partition',
    'accountId',
    'region',
    'domain',
    'instances',
    'principals',
    'verifySignatures',
    'keyTypes',
  ]);
  const [first, ...others] = asList(config['instances'], 'config.instances').map(parseInstance);
  if (first === undefined) throw new ShapeError('config.instances', 'at least one instance', []);
  return {
    partition: asString(config['partition'] ?? 'aws', 'config.partition'),
    accountId: asString(config['accountId'] ?? '123456789012', 'config.accountId'),
    region: asString(config['region'] ?? 'us-east-1', 'config.region'),
    domain: asString(config['domain'] ?? 'amazonaws.com', 'config.domain'),
    instances: [first, ...others],
    principals: asList(config['principals'] ?? [], 'config.principals').map(parsePrincipal),
    verifySignatures: asBoolean(config['verifySignatures'] ?? true, 'config.verifySignatures'),
    // What the service takes today.
    keyTypes: asStrings(config['keyTypes'] ?? ['ssh-rsa', 'ssh-ed25519'], 'config.keyTypes'),
  };
}

const INSTANCE_FIELDS = [
  ...['instanceId', 'availabilityZone', 'state', 'privateIp', 'publicIp', 'ipv6', 'dnsName'],
  ...['vpcId', 'subnetId', 'platform', 'tags'],
];

function parseInstance(value: unknown, index: number): Instance {
  const where = `config.instances[${index}]`;
  const instance = asRecord(value, where, INSTANCE_FIELDS);
  const text = (field: string, fallback?: string): string =>
    asString(instance[field] ?? fallback, `${where}.${field}`);
  const optional = <F extends string>(field: F): Partial<Record<F, string>> =>
    instance[field] === undefined ? {} : ({ [field]: text(field) } as Record<F, string>);
  const { platform } = instance;
  const instanceId = text('instanceId');
  if (!/^i-[a-f0-9]{8,30}$/.test(instanceId)) {
    throw new ShapeError(`${where}.instanceId`, 'i- and 8 to 30 hex digits', instanceId);
  }
  return {
    instanceId,
    availabilityZone: text('availabilityZone'),
    state: asOneOf(instance['state'] ?? 'running', `${where}.state`, INSTANCE_STATES),
    privateIp: text('privateIp'),
    ...optional('publicIp'),
    ...optional('ipv6'),
    dnsName: text('dnsName'),
    vpcId: text('vpcId', 'vpc-0123456789abcdef0'),
    subnetId: text('subnetId', 'subnet-0123456789abcdef0'),
    ...(platform === undefined
      ? {}
      : { platform: asOneOf(platform, `${where}.platform`, ['windows']) }),
    tags: asTextRecord(instance['tags'] ?? {}, `${where}.tags`),
  };
}

const PRINCIPAL_FIELDS = [
  ...['accessKeyId', 'secretAccessKey', 'sessionToken', 'arn', 'tags', 'mfaAuthenticated'],
  'policy',
];

function parsePrincipal(value: unknown, index: number): Principal {
  const where = `config.principals[${index}]`;
  const principal = asRecord(value, where, PRINCIPAL_FIELDS);
  const arn = asString(principal['arn'], `${where}.arn`);
  if (
    !/^arn:[\w-]+:(iam::\d{12}:user(\/[^/]+)*|sts::\d{12}:assumed-role\/[^/]+)\/[^/]+$/.test(arn)
  ) {
    throw new ShapeError(`${where}.arn`, 'the ARN of an IAM user or an assumed role', arn);
  }
  const sessionToken = principal['sessionToken'];
  return {
    accessKeyId: asString(principal['accessKeyId'], `${where}.accessKeyId`),
    secretAccessKey: asString(principal['secretAccessKey'], `${where}.secretAccessKey`),
    ...(sessionToken === undefined
      ? {}
      : { sessionToken: asString(sessionToken, `${where}.sessionToken`) }),
    arn,
    tags: asTextRecord(principal['tags'] ?? {}, `${where}.tags`),
    mfaAuthenticated: asBoolean(
      principal['mfaAuthenticated'] ?? false,
      `${where}.mfaAuthenticated`,
    ),
    policy: parsePolicy(principal['policy']),
  };
}

/** The ARN that IAM policies name an instance by. */
export function instanceArn(config: EmulatorConfig, instanceId: string): string {
  return `arn:${config.partition}:ec2:${config.region}:${config.accountId}:instance/${instanceId}`;
}
