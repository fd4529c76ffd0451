import { describe, expect, it } from 'vitest';
import { evaluate, parsePolicy, type Decision } from './policy.ts';
import { ShapeError } from './strict-json.ts';

const PUSH = 'ec2-instance-connect:SendSSHPublicKey';
const ARN = 'arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0';

const allow = (more: object = {}): object => ({
  Effect: 'Allow',
  Action: PUSH,
  Resource: '*',
  ...more,
});
const forUser = (operator: string, users: unknown): object => ({
  Condition: { [operator]: { 'ec2:osuser': users } },
});
const policyOf = (...statements: object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
});

function decide(policy: object, osUser = 'alice', action: string = PUSH): Decision {
  const isPush = action === PUSH;
  return evaluate(parsePolicy(policy), {
    action,
    resource: isPush ? ARN : '*',
    context: isPush ? { 'ec2:osuser': osUser } : {},
  });
}

describe('evaluate', () => {
  it.each<[string, object, Decision]>([
    ['answers no when no statement applies', policyOf(), 'not-allowed'],
    ['allows what a statement allows', policyOf(allow()), 'allowed'],
    [
      'lets an explicit deny win',
      policyOf(allow(), allow({ Effect: 'Deny' })),
      'explicitly-denied',
    ],
    [
      'lets a deny win wherever it stands',
      policyOf(allow({ Effect: 'Deny' }), allow()),
      'explicitly-denied',
    ],
    ['takes * for any action', policyOf(allow({ Action: '*' })), 'allowed'],
    [
      'takes wildcards inside an action',
      policyOf(allow({ Action: 'ec2-instance-connect:Send*' })),
      'allowed',
    ],
    [
      'compares actions without regard to case',
      policyOf(allow({ Action: PUSH.toLowerCase() })),
      'allowed',
    ],
    [
      'keeps other actions apart',
      policyOf(allow({ Action: ['ec2:DescribeInstances'] })),
      'not-allowed',
    ],
    ['takes the exact ARN', policyOf(allow({ Resource: ARN })), 'allowed'],
    [
      'takes wildcards inside an ARN',
      policyOf(allow({ Resource: 'arn:aws:ec2:*:123456789012:instance/i-*' })),
      'allowed',
    ],
    [
      'compares ARNs with regard to case',
      policyOf(allow({ Resource: ARN.replace('instance', 'Instance') })),
      'not-allowed',
    ],
    [
      'keeps other instances apart',
      policyOf(allow({ Resource: ARN.replace('0123', '0124') })),
      'not-allowed',
    ],
    ['matches one osuser exactly', policyOf(allow(forUser('StringEquals', 'alice'))), 'allowed'],
    [
      'takes any osuser of a list',
      policyOf(allow(forUser('StringEquals', ['bob', 'alice']))),
      'allowed',
    ],
    [
      'gives StringEquals no wildcards',
      policyOf(allow(forUser('StringEquals', 'al*'))),
      'not-allowed',
    ],
    ['gives StringLike wildcards', policyOf(allow(forUser('StringLike', 'al*e'))), 'allowed'],
    [
      'compares users with regard to case',
      policyOf(allow(forUser('StringLike', 'Al*'))),
      'not-allowed',
    ],
    [
      'wants every condition of a statement',
      policyOf(
        allow({
          Condition: {
            StringEquals: { 'ec2:osuser': 'alice' },
            StringLike: { 'EC2:OsUser': 'bob*' },
          },
        }),
      ),
      'not-allowed',
    ],
  ])('%s', (_title, policy, expected) => {
    expect(decide(policy)).toBe(expected);
  });

  it('fails a condition on a key that the request does not have', () => {
    const policy = policyOf(allow({ Action: '*', ...forUser('StringLike', '*') }));
    expect(decide(policy, '', 'ec2:DescribeInstances')).toBe('not-allowed');
  });
});

describe('parsePolicy', () => {
  it.each<[string, unknown]>([
    ['something that is no object', 'Allow'],
    ['a document without a version', { Statement: [allow()] }],
    ['an old version', { Version: '2008-10-17', Statement: [allow()] }],
    ['an unknown element of the document', { ...policyOf(allow()), Statements: [] }],
    ['an unknown effect', policyOf(allow({ Effect: 'allow' }))],
    ['NotAction', policyOf(allow({ NotAction: 'ec2:*' }))],
    ['NotResource', policyOf(allow({ NotResource: '*' }))],
    ['Principal', policyOf(allow({ Principal: '*' }))],
    ['a statement without an action', policyOf({ Effect: 'Allow', Resource: '*' })],
    ['an empty list of actions', policyOf(allow({ Action: [] }))],
    ['an action without a service', policyOf(allow({ Action: 'SendSSHPublicKey' }))],
    ['a resource that is no ARN', policyOf(allow({ Resource: 'i-0123456789abcdef0' }))],
    ['a policy variable', policyOf(allow({ Resource: `${ARN}\${aws:username}` }))],
    ['an unknown operator', policyOf(allow(forUser('StringNotEquals', 'bob')))],
    ['an operator with IfExists', policyOf(allow(forUser('StringEqualsIfExists', 'bob')))],
    [
      'an unknown condition key',
      policyOf(allow({ Condition: { StringEquals: { 'aws:SourceIp': '127.0.0.1' } } })),
    ],
    ['a condition value that is no string', policyOf(allow(forUser('StringEquals', 5)))],
  ])('refuses %s', (_title, policy) => {
    expect(() => parsePolicy(policy)).toThrow(ShapeError);
  });
});
