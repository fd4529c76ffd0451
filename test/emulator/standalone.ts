import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseConfig, type EmulatorConfig } from './config.ts';
import { Emulator } from './emulator.ts';
import { asList, asRecord, ShapeError } from './strict-json.ts';

const HELP = `usage: npm run emulator -- [option...]

A stand-in for AWS while you develop against EC2 Instance Connect: the API
(SendSSHPublicKey, DescribeInstances, DescribeInstanceStatus) and the metadata
service of one instance, until Ctrl-C. docs/emulator.md says how to use it.

  --port PORT       the API on 127.0.0.1:PORT, the metadata service on the port
                    behind it; 8500 without it; with 0 the system chooses both
  --imds ADDRESS    the metadata service there instead, on loopback or, in a
                    network namespace that owns it, 169.254.169.254:80 or
                    [fd00:ec2::254]:80; may be given more than once
  --region REGION   us-east-1 without it
  --policy FILE     the caller's IAM policy; he may do everything without it
  --instances FILE  a JSON list of instances; one without it. The metadata
                    service is that of the first
  --trail FILE      append CloudTrail records here, one JSON document a line
  --root FILE       write the root certificate of the signing CA here
  --help            this text
`;

/** The credentials of the one caller. */
const CALLER = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'emulated-secret',
  arn: 'arn:aws:iam::123456789012:user/developer',
};

const ALLOW_ALL = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: ['ec2-instance-connect:SendSSHPublicKey', 'ec2:Describe*'],
    Resource: '*',
  },
};

/** Whoever reaches the services may push keys: nobody but this machine, and helpers in a namespace. */
const IMDS_ADDRESS =
  /^(127(\.\d{1,3}){3}|localhost|\[::1\]):\d{1,5}$|^(169\.254\.169\.254|\[fd00:ec2::254\]):80$/;

/** What `standaloneConfig` makes a configuration of; documents as they come from JSON. */
export interface StandaloneOptions {
  readonly region: string;
  readonly policy?: unknown;
  readonly instances?: unknown;
}

/**
 * The configuration of an emulator with one caller. Instances need their id only; the rest is made up.
 * Throws ShapeError for a document that is not what it must be.
 */
export function standaloneConfig({
  region,
  policy = ALLOW_ALL,
  instances = [{ instanceId: 'i-0123456789abcdef0', tags: { Role: 'web' } }],
}: StandaloneOptions): EmulatorConfig {
  return parseConfig({
    region,
    principals: [{ ...CALLER, policy }],
    instances: asList(instances, 'instances').map((instance, index) => ({
      availabilityZone: `${region}a`,
      privateIp: `10.0.0.${10 + index}`,
      dnsName: `ip-10-0-0-${10 + index}.ec2.internal`,
      ...asRecord(instance, `instances[${index}]`),
    })),
  });
}

/** Bad usage, in words for the person who typed it. */
class UsageError extends Error {}

/**
 * Serves until SIGINT or SIGTERM, as HELP says, and returns the exit status: 0, 1 when an address cannot be
 * had, 2 for bad usage and documents that cannot be read.
 */
export async function runStandalone(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === undefined) return 0;
    return await serve(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`emulator: ${error.message}\n`);
    return 2;
  }
}

interface Options {
  readonly config: EmulatorConfig;
  readonly imds: readonly string[];
  readonly port: number;
  readonly trail?: string;
  readonly root?: string;
}

/** Reads the command line and the files that it names; undefined when help was asked for and given. */
function readOptions(args: readonly string[]): Options | undefined {
  const { port: portText, imds: imdsOption, trail, root, help, ...rest } = parse(args);
  if (help === true) {
    process.stdout.write(HELP);
    return undefined;
  }
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : NaN;
  if (!(port <= 65_534)) throw new UsageError(`--port: expected 0 to 65534, got ${portText}`);
  const imds = imdsOption ?? [`127.0.0.1:${port === 0 ? 0 : port + 1}`];
  const stranger = imds.find((address) => !IMDS_ADDRESS.test(address));
  if (stranger !== undefined) {
    throw new UsageError(`--imds: expected loopback or an address of IMDS, got ${stranger}`);
  }
  return {
    config: readConfig(rest),
    imds,
    port,
    ...(trail === undefined ? {} : { trail }),
    ...(root === undefined ? {} : { root }),
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseStrictly> {
  try {
    return parseStrictly(args);
  } catch (error) {
    throw new UsageError(`${wordsOf(error)}; see npm run emulator -- --help`);
  }
}

function parseStrictly(args: readonly string[]) {
  const text = { type: 'string' } as const;
  return parseArgs({
    args: [...args],
    options: {
      port: { ...text, default: '8500' },
      imds: { ...text, multiple: true },
      region: { ...text, default: 'us-east-1' },
      policy: text,
      instances: text,
      trail: text,
      root: text,
      help: { type: 'boolean' },
    },
  }).values;
}

function readConfig(files: {
  readonly region: string;
  readonly policy?: string;
  readonly instances?: string;
}): EmulatorConfig {
  const { region } = files;
  const read = (name: 'policy' | 'instances'): { [name]?: unknown } => {
    const path = files[name];
    if (path === undefined) return {};
    try {
      return { [name]: JSON.parse(readFileSync(path, 'utf8')) as unknown };
    } catch (error) {
      throw new UsageError(`--${name} ${path}: ${wordsOf(error)}`);
    }
  };
  try {
    return standaloneConfig({ region, ...read('policy'), ...read('instances') });
  } catch (error) {
    if (error instanceof ShapeError) throw new UsageError(wordsOf(error));
    throw error;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function serve({ port, root, ...options }: Options): Promise<number> {
  const emulator = new Emulator({ ...options, api: [`127.0.0.1:${port}`], freshKeys: true });
  if (root !== undefined) writeFileSync(root, emulator.rootPem);
  try {
    const { api, imds } = await emulator.start();
    process.stdout.write(greeting(options.config, api[0] ?? '', imds));
  } catch (error) {
    process.stderr.write(`emulator: ${wordsOf(error)}\n`);
    return 1;
  }
  await new Promise((end) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, end);
  });
  await emulator.stop();
  return 0;
}

/** What to type in another shell. */
function greeting(config: EmulatorConfig, api: string, imds: readonly string[]): string {
  const variables = {
    AWS_ENDPOINT_URL: `http://${api}`,
    AWS_REGION: config.region,
    AWS_DEFAULT_REGION: config.region,
    AWS_ACCESS_KEY_ID: CALLER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CALLER.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const exports = Object.entries(variables).map(([name, value]) => `  export ${name}=${value}`);
  const ids = config.instances.map(({ instanceId }) => instanceId).join(', ');
  return [
    `API        http://${api}`,
    ...imds.map((address) => `IMDS       http://${address}`),
    `instances  ${ids}`,
    '',
    'In another shell:',
    ...exports,
    '',
  ].join('\n');
}
