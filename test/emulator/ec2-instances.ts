import type { Ec2ErrorCode } from './aws-errors.ts';
import type { Instance } from './config.ts';
import { matchesGlob } from './glob.ts';
import { evaluate } from './iam/policy.ts';
import { requestContext, type Call } from './iam/request-context.ts';

/** One of EC2's errors. */
export interface Ec2Error {
  readonly code: Ec2ErrorCode;
  readonly message: string;
}

/** The parameters of a query, without Action and Version. */
export type Parameters = ReadonlyMap<string, string>;

/** A filter of the query: an instance fits when any value does. */
interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** Which instances a query is about. */
interface Query {
  readonly ids: readonly string[];
  readonly filters: readonly Filter[];
}

/** EC2's state code and name; `unavailable` is the connect service's trouble, not EC2's. */
export const STATES = {
  pending: [0, 'pending'],
  running: [16, 'running'],
  stopping: [64, 'stopping'],
  stopped: [80, 'stopped'],
  unavailable: [16, 'running'],
} as const;

/** What a filter compares its values with; an instance may have several, or none. */
const FILTERS: Readonly<Record<string, (instance: Instance) => readonly string[]>> = {
  'instance-id': ({ instanceId }) => [instanceId],
  'instance-state-name': ({ state }) => [STATES[state][1]],
  'instance-state-code': ({ state }) => [String(STATES[state][0])],
  'availability-zone': ({ availabilityZone }) => [availabilityZone],
  'private-ip-address': ({ privateIp }) => [privateIp],
  'ip-address': ({ publicIp }) => (publicIp === undefined ? [] : [publicIp]),
  'dns-name': ({ dnsName }) => [dnsName],
  'private-dns-name': ({ dnsName }) => [dnsName],
  'vpc-id': ({ vpcId }) => [vpcId],
  'subnet-id': ({ subnetId }) => [subnetId],
  platform: ({ platform }) => (platform === undefined ? [] : [platform]),
  'tag-key': ({ tags }) => Object.keys(tags),
  'tag-value': ({ tags }) => Object.values(tags),
};

function filterOf(name: string): ((instance: Instance) => readonly string[]) | undefined {
  if (Object.hasOwn(FILTERS, name)) return FILTERS[name];
  if (!/^tag:./s.test(name)) return undefined;
  const key = name.slice('tag:'.length);
  return ({ tags }) => (Object.hasOwn(tags, key) ? [tags[key] ?? ''] : []);
}

/**
 * The instances that a describing action is to tell of, or an error (EC2 API Reference, "DescribeInstances"):
 * the caller's policy must allow the action, on `*`, for it knows no resources; then ids and filters choose.
 * `more` names parameters of the action besides `InstanceId.N`, `Filter.N`, `MaxResults` and `DryRun`.
 */
export function findInstances(
  parameters: Parameters,
  action: string,
  call: Call,
  more: readonly string[] = [],
): readonly Instance[] | Ec2Error {
  const { principal, config } = call;
  const context = requestContext(call);
  const decision = evaluate(principal.policy, { action, resource: '*', context });
  if (decision !== 'allowed') {
    const why =
      decision === 'explicitly-denied'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    const message = `You are not authorized to perform this operation. User: ${principal.arn} is not authorized to perform: ${action} ${why}`;
    return { code: 'UnauthorizedOperation', message };
  }
  const query = readQuery(parameters, more);
  if ('code' in query) return query;
  if (parameters.get('DryRun') === 'true') {
    const message = 'Request would have succeeded, but DryRun flag is set.';
    return { code: 'DryRunOperation', message };
  }
  const unknown = query.ids.find((id) => !config.instances.some((one) => one.instanceId === id));
  if (unknown !== undefined) {
    const message = `The instance ID '${unknown}' does not exist`;
    return { code: 'InvalidInstanceID.NotFound', message };
  }
  return config.instances.filter((instance) => isWanted(instance, query));
}

function readQuery(parameters: Parameters, more: readonly string[]): Query | Ec2Error {
  const { ids, filters, others } = splitParameters(parameters);
  const stranger = others.find((name) => !['MaxResults', 'DryRun', ...more].includes(name));
  if (stranger !== undefined) {
    return { code: 'UnknownParameter', message: `The parameter ${stranger} is not recognized` };
  }
  const malformed = ids.find((id) => !/^i-[a-f0-9]{8,30}$/.test(id));
  if (malformed !== undefined) {
    return { code: 'InvalidInstanceID.Malformed', message: `Invalid id: "${malformed}"` };
  }
  const unknown = filters.find(({ name }) => filterOf(name) === undefined);
  if (unknown !== undefined) {
    return { code: 'InvalidParameterValue', message: `The filter '${unknown.name}' is invalid` };
  }
  if (ids.length > 0 && parameters.has('MaxResults')) {
    const message = 'The parameter instancesSet cannot be used with the parameter maxResults';
    return { code: 'InvalidParameterCombination', message };
  }
  return { ids, filters };
}

/** Takes the lists apart that the query protocol numbers; `others` are names of plain parameters. */
function splitParameters(parameters: Parameters): Query & { readonly others: readonly string[] } {
  const ids: string[] = [];
  const others: string[] = [];
  const filters = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of parameters) {
    const [, index = '', part] = /^Filter\.(\d+)\.(Name|Value\.\d+)$/.exec(name) ?? [];
    if (part !== undefined) {
      const filter = filters.get(index) ?? { name: '', values: [] };
      filters.set(index, filter);
      if (part === 'Name') filter.name = value;
      else filter.values.push(value);
    } else if (/^InstanceId\.\d+$/.test(name)) ids.push(value);
    else others.push(name);
  }
  return { ids, filters: [...filters.values()], others };
}

function isWanted(instance: Instance, { ids, filters }: Query): boolean {
  if (ids.length > 0 && !ids.includes(instance.instanceId)) return false;
  return filters.every(({ name, values }) => {
    const actual = filterOf(name)?.(instance) ?? [];
    return values.some((pattern) => actual.some((value) => matchesGlob(pattern, value)));
  });
}

/** The parameters as CloudTrail has them: `instancesSet`, `filterSet` and the plain ones. */
export function trailParameters(parameters: Parameters): unknown {
  const { ids, filters, others } = splitParameters(parameters);
  const items = (list: readonly unknown[]): unknown => (list.length > 0 ? { items: list } : {});
  const plain = others.map((name) => {
    return [name.charAt(0).toLowerCase() + name.slice(1), parameters.get(name)] as const;
  });
  return {
    ...Object.fromEntries(plain),
    instancesSet: items(ids.map((instanceId) => ({ instanceId }))),
    filterSet: items(
      filters.map(({ name, values }) => {
        return { name, valueSet: items(values.map((value) => ({ value }))) };
      }),
    ),
  };
}
