import { describe, expect, it } from 'vitest';
import { describeInstances } from './describe-instances.ts';
import { ALLOW_ALL, INSTANCE, OTHER_INSTANCE, testConfig } from './support.ts';

/** The ids in the answer, or the error code. */
function ask(parameters: Readonly<Record<string, string>>, policy: unknown = ALLOW_ALL): unknown {
  const config = testConfig(policy);
  const [principal] = config.principals;
  if (principal === undefined) throw new Error('the test configuration has a principal');
  const answer = describeInstances(new Map(Object.entries(parameters)), principal, config, 'r');
  if (typeof answer !== 'string') return answer.code;
  return [...answer.matchAll(/<instanceId>([^<]*)</g)].map(([, id]) => id);
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
