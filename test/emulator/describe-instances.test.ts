import { describe, expect, it } from 'vitest';
import { describeInstanceStatus } from './describe-instance-status.ts';
import { describeInstances } from './describe-instances.ts';
import { trailParameters } from './ec2-instances.ts';
import { ALLOW_ALL, callBy, INSTANCE, OTHER_INSTANCE, testConfig } from './support.ts';

/** The ids in the answer, or the error code. */
function ask(
  parameters: Readonly<Record<string, string>>,
  policy: unknown = ALLOW_ALL,
  operation: typeof describeInstances = describeInstances,
): unknown {
  const call = callBy(testConfig(policy));
  const answer = operation(new Map(Object.entries(parameters)), call);
  if ('code' in answer) return answer.code;
  return [...answer.xml.matchAll(/<instanceId>([^<]*)</g)].map(([, id]) => id);
}

const filter = (name: string, ...values: string[]): Record<string, string> => ({
  'Filter.1.Name': name,
  ...Object.fromEntries(values.map((value, index) => [`Filter.1.Value.${index + 1}`, value])),
});

describe('describeInstances', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['all instances without parameters', {}, [INSTANCE, OTHER_INSTANCE]],
    ['the instance that is named', { 'InstanceId.1': OTHER_INSTANCE }, [OTHER_INSTANCE]],
    ['those of a zone', filter('availability-zone', 'us-east-1a'), [INSTANCE]],
    ['those of any value of a filter', filter('dns-name', 'no', 'two.*'), [OTHER_INSTANCE]],
    ['none when the state differs', filter('instance-state-name', 'stopped'), []],
    ['those with a tag', filter('tag:Role', 'w*'), [INSTANCE]],
    ['none where only the name of a tag differs in case', filter('tag:role', 'web'), []],
    ['those that have a tag at all', filter('tag-key', 'Role'), [INSTANCE]],
    ['those of a subnet', filter('subnet-id', 'subnet-two'), [OTHER_INSTANCE]],
    ['those of a VPC', filter('vpc-id', 'vpc-*'), [INSTANCE, OTHER_INSTANCE]],
    ['those of a public address', filter('ip-address', '198.51.100.2'), [OTHER_INSTANCE]],
    ['none of a platform but Linux', filter('platform', 'windows'), []],
    [
      'those that every condition fits',
      { 'InstanceId.1': INSTANCE, ...filter('private-ip-address', '127.0.0.2') },
      [],
    ],
  ])('answers %s', (_title, parameters, expected) => {
    expect(ask(parameters)).toEqual(expected);
  });

  it.each<[string, Record<string, string>]>([
    ['InvalidInstanceID.NotFound', { 'InstanceId.1': 'i-00000000000000000' }],
    ['InvalidInstanceID.Malformed', { 'InstanceId.1': 'alice' }],
    ['InvalidParameterValue', filter('colour', 'red')],
    ['InvalidParameterValue', filter('tag:', 'red')],
    ['InvalidParameterValue', filter('toString', 'red')],
    ['UnknownParameter', { IncludeAllInstances: 'true' }],
    ['UnknownParameter', { Colour: 'red' }],
    ['InvalidParameterCombination', { 'InstanceId.1': INSTANCE, MaxResults: '5' }],
    ['DryRunOperation', { DryRun: 'true' }],
  ])('answers %s', (code, parameters) => {
    expect(ask(parameters)).toBe(code);
  });

  it('answers UnauthorizedOperation when no policy allows it', () => {
    const statement = { Effect: 'Allow', Action: 'ec2-instance-connect:*', Resource: '*' };
    const policy = { Version: '2012-10-17', Statement: statement };
    expect(ask({}, policy)).toBe('UnauthorizedOperation');
  });

  it('cannot be allowed on a single instance, for the action knows no resources', () => {
    const Resource = `arn:aws:ec2:us-east-1:123456789012:instance/${INSTANCE}`;
    const statement = { ...ALLOW_ALL.Statement, Resource };
    expect(ask({}, { ...ALLOW_ALL, Statement: statement })).toBe('UnauthorizedOperation');
  });
});

describe('describeInstanceStatus', () => {
  const status = (parameters: Record<string, string>, policy?: unknown): unknown =>
    ask(parameters, policy, describeInstanceStatus);

  it('tells of running instances, or of all', () => {
    const parameters = { 'InstanceId.1': INSTANCE };
    expect(status(parameters)).toEqual([INSTANCE]);
    const stopped = testConfig(ALLOW_ALL, {
      instances: [
        {
          instanceId: INSTANCE,
          availabilityZone: 'us-east-1a',
          privateIp: '127.0.0.1',
          dnsName: 'x',
          state: 'stopped',
        },
      ],
    });
    const xml = (parameters: Record<string, string>): string => {
      const answer = describeInstanceStatus(new Map(Object.entries(parameters)), callBy(stopped));
      return 'xml' in answer ? answer.xml : answer.code;
    };
    expect(xml({})).toBe('<instanceStatusSet></instanceStatusSet>');
    expect(xml({ IncludeAllInstances: 'true' })).toContain('<name>stopped</name>');
  });

  it('needs a permission of its own', () => {
    const statement = { Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' };
    const policy = { Version: '2012-10-17', Statement: statement };
    expect(status({}, policy)).toBe('UnauthorizedOperation');
  });
});

describe('trailParameters', () => {
  it('names what was asked as CloudTrail does', () => {
    const parameters = { 'InstanceId.1': INSTANCE, ...filter('tag:Role', 'web'), MaxResults: '5' };
    expect(trailParameters(new Map(Object.entries(parameters)))).toEqual({
      maxResults: '5',
      instancesSet: { items: [{ instanceId: INSTANCE }] },
      filterSet: { items: [{ name: 'tag:Role', valueSet: { items: [{ value: 'web' }] } }] },
    });
  });
});
