import { parsePolicy, type Policy } from './policy.ts';
import {
  asBoolean,
  asList,
  asOneOf,
  asRecord,
  asString,
  asStrings,
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
  /** The name under which its sshd is reached. */
  readonly dnsName: string;
}

/** Somebody with an access key. */
export interface Principal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for temporary credentials; then requests must carry it. */
  readonly sessionToken?: string;
  /** `arn:…:iam::…:user/…` or `arn:…:sts::…:assumed-role/…/…`. */
  readonly arn: string;
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

function parseInstance(value: unknown, index: number): Instance {
  const where = `config.instances[${index}]`;
  const fields = ['instanceId', 'availabilityZone', 'state', 'privateIp', 'publicIp', 'dnsName'];
  const instance = asRecord(value, where, fields);
  const instanceId = asString(instance['instanceId'], `${where}.instanceId`);
  if (!/^i-[a-f0-9]{8,30}$/.test(instanceId)) {
    throw new ShapeError(`${where}.instanceId`, 'i- and 8 to 30 hex digits', instanceId);
  }
  const publicIp = instance['publicIp'];
  return {
    instanceId,
    availabilityZone: asString(instance['availabilityZone'], `${where}.availabilityZone`),
    state: asOneOf(instance['state'] ?? 'running', `${where}.state`, INSTANCE_STATES),
    privateIp: asString(instance['privateIp'], `${where}.privateIp`),
    ...(publicIp === undefined ? {} : { publicIp: asString(publicIp, `${where}.publicIp`) }),
    dnsName: asString(instance['dnsName'], `${where}.dnsName`),
  };
}

function parsePrincipal(value: unknown, index: number): Principal {
  const where = `config.principals[${index}]`;
  const fields = ['accessKeyId', 'secretAccessKey', 'sessionToken', 'arn', 'policy'];
  const principal = asRecord(value, where, fields);
  const arn = asString(principal['arn'], `${where}.arn`);
  if (!/^arn:[\w-]+:(iam::\d{12}:user|sts::\d{12}:assumed-role\/[^/]+)\/[^/]+$/.test(arn)) {
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
    policy: parsePolicy(principal['policy']),
  };
}

/** The ARN that IAM policies name an instance by. */
export function instanceArn(config: EmulatorConfig, instanceId: string): string {
  return `arn:${config.partition}:ec2:${config.region}:${config.accountId}:instance/${instanceId}`;
}
