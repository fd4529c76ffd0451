import { escapeXml, type Ec2ErrorCode } from './aws-errors.ts';
import type { EmulatorConfig, Instance, Principal } from './config.ts';
import { matchesGlob } from './glob.ts';
import { evaluate } from './policy.ts';

/** One of EC2's errors. */
export interface Ec2Error {
  readonly code: Ec2ErrorCode;
  readonly message: string;
}

interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** EC2's state code and name; `unavailable` is the connect service's trouble, not EC2's. */
const STATES = {
  pending: [0, 'pending'],
  running: [16, 'running'],
  stopping: [64, 'stopping'],
  stopped: [80, 'stopped'],
  unavailable: [16, 'running'],
} as const;

const FILTERS: Readonly<Record<string, (instance: Instance) => string>> = {
  'instance-id': (instance) => instance.instanceId,
  'instance-state-name': (instance) => STATES[instance.state][1],
  'availability-zone': (instance) => instance.availabilityZone,
  'private-ip-address': (instance) => instance.privateIp,
  'ip-address': (instance) => instance.publicIp ?? '',
  'dns-name': (instance) => instance.dnsName,
  'private-dns-name': (instance) => instance.dnsName,
};

/**
 * DescribeInstances of the EC2 API Reference: answers the response's XML for the instances that the
 * caller asked for, or an error. `parameters` are those of the query, without Action and Version.
 */
export function describeInstances(
  parameters: ReadonlyMap<string, string>,
  principal: Principal,
  config: EmulatorConfig,
  requestId: string,
): string | Ec2Error {
  const action = 'ec2:DescribeInstances';
  // The action knows no resources: a policy must allow it on `*`.
  const decision = evaluate(principal.policy, { action, resource: '*', context: {} });
  if (decision !== 'allowed') {
    const message = `You are not authorized to perform this operation. User: ${principal.arn} is not authorized to perform: ${action}`;
    return { code: 'UnauthorizedOperation', message };
  }
  const query = readQuery(parameters);
  if ('code' in query) return query;
  if (parameters.get('DryRun') === 'true') {
    return {
      code: 'DryRunOperation',
      message: 'Request would have succeeded, but DryRun flag is set.',
    };
  }
  const unknown = query.ids.find((id) => !config.instances.some((one) => one.instanceId === id));
  if (unknown !== undefined) {
    const message = `The instance ID '${unknown}' does not exist`;
    return { code: 'InvalidInstanceID.NotFound', message };
  }
  const found = config.instances.filter((instance) => isWanted(instance, query));
  return renderInstances(found, config, requestId);
}

interface Query {
  readonly ids: readonly string[];
  readonly filters: readonly Filter[];
}

function readQuery(parameters: ReadonlyMap<string, string>): Query | Ec2Error {
  const ids: string[] = [];
  const filters = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of parameters) {
    const [, index = '', part] = /^Filter\.(\d+)\.(Name|Value\.\d+)$/.exec(name) ?? [];
    if (/^InstanceId\.\d+$/.test(name)) {
      if (!/^i-[a-f0-9]{8,30}$/.test(value)) {
        return { code: 'InvalidInstanceID.Malformed', message: `Invalid id: "${value}"` };
      }
      ids.push(value);
    } else if (part !== undefined) {
      const filter = filters.get(index) ?? { name: '', values: [] };
      filters.set(index, filter);
      if (part === 'Name') filter.name = value;
      else filter.values.push(value);
    } else if (!['MaxResults', 'DryRun'].includes(name)) {
      return { code: 'UnknownParameter', message: `The parameter ${name} is not recognized` };
    }
  }
  const stranger = [...filters.values()].find((filter) => FILTERS[filter.name] === undefined);
  if (stranger !== undefined) {
    return { code: 'InvalidParameterValue', message: `The filter '${stranger.name}' is invalid` };
  }
  if (ids.length > 0 && parameters.has('MaxResults')) {
    const message = 'The parameter instancesSet cannot be used with the parameter maxResults';
    return { code: 'InvalidParameterCombination', message };
  }
  return { ids, filters: [...filters.values()] };
}

function isWanted(instance: Instance, { ids, filters }: Query): boolean {
  if (ids.length > 0 && !ids.includes(instance.instanceId)) return false;
  return filters.every((filter) => {
    const actual = FILTERS[filter.name]?.(instance) ?? '';
    return filter.values.some((pattern) => matchesGlob(pattern, actual));
  });
}

function renderInstances(
  instances: readonly Instance[],
  config: EmulatorConfig,
  requestId: string,
): string {
  const reservations = instances.map((instance) => {
    const id = instance.instanceId.replace(/^i-/, 'r-');
    return `<item><reservationId>${id}</reservationId><ownerId>${config.accountId}</ownerId><groupSet/><instancesSet>${renderInstance(instance)}</instancesSet></item>`;
  });
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
    `<requestId>${requestId}</requestId>` +
    `<reservationSet>${reservations.join('')}</reservationSet></DescribeInstancesResponse>`
  );
}

function renderInstance(instance: Instance): string {
  const [code, state] = STATES[instance.state];
  const fields: Record<string, string> = {
    instanceId: instance.instanceId,
    instanceType: 't3.micro',
    privateDnsName: instance.dnsName,
    dnsName: instance.publicIp === undefined ? '' : instance.dnsName,
    privateIpAddress: instance.privateIp,
    ...(instance.publicIp === undefined ? {} : { ipAddress: instance.publicIp }),
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
  };
  const simple = Object.entries(fields).map(
    ([name, value]) => `<${name}>${escapeXml(value)}</${name}>`,
  );
  return (
    `<item>${simple.join('')}` +
    `<instanceState><code>${code}</code><name>${state}</name></instanceState>` +
    `<placement><availabilityZone>${escapeXml(instance.availabilityZone)}</availabilityZone>` +
    '<tenancy>default</tenancy></placement></item>'
  );
}
