import { describe, expect, it } from 'vitest';
import { evaluate, parsePolicy, type Decision } from './policy.ts';
import { ShapeError } from '../strict-json.ts';

const PUSH = 'ec2-instance-connect:SendSSHPublicKey';
const ARN = 'arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0';

const allow = (more: object = {}): object => ({
  Effect: 'Allow',
  Action: PUSH,
  Resource: '*',
  ...more,
});
/** The same with the opposite element in this one's place. */
const without = (element: 'Action' | 'Resource', more: object): object => ({
  ...allow(more),
  [element]: undefined,
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
  const context = { 'ec2:osuser': isPush ? [osUser] : [], 'aws:username': ['alice'] };
  return evaluate(parsePolicy(policy), { action, resource: isPush ? ARN : '*', context });
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
    [
      'wants every key of an operator',
      policyOf(
        allow({ Condition: { StringEquals: { 'ec2:osuser': 'alice', 'aws:username': 'bob' } } }),
      ),
      'not-allowed',
    ],
    [
      'denies those whom a negated condition does not name',
      policyOf(allow(), allow({ Effect: 'Deny', ...forUser('StringNotEquals', 'bob') })),
      'explicitly-denied',
    ],
    [
      'leaves those alone whom a negated condition names',
      policyOf(allow(), allow({ Effect: 'Deny', ...forUser('StringNotEquals', 'alice') })),
      'allowed',
    ],
    [
      'takes NotAction for all other actions',
      policyOf(without('Action', { NotAction: 'iam:*' })),
      'allowed',
    ],
    [
      'takes NotAction not for those that it names',
      policyOf(without('Action', { NotAction: ['iam:*', 'EC2-instance-connect:Send*'] })),
      'not-allowed',
    ],
    [
      'takes NotResource for all other resources',
      policyOf(without('Resource', { NotResource: ARN.replace('0123', '0124') })),
      'allowed',
    ],
    [
      'takes NotResource not for those that it names',
      policyOf(without('Resource', { NotResource: 'arn:aws:ec2:*:*:instance/*' })),
      'not-allowed',
    ],
    [
      'keeps a wildcard within its part of an ARN',
      policyOf(allow({ Resource: 'arn:aws:ec2:us*2:instance/*' })),
      'not-allowed',
    ],
    [
      'lets a wildcard at the end of a part reach over colons',
      policyOf(allow({ Resource: 'arn:aws:ec2:us*:instance/*' })),
      'allowed',
    ],
    [
      'fills a variable in a resource',
      policyOf(allow({ Resource: `${ARN.slice(0, -1)}\${aws:username, '0'}` })),
      'not-allowed',
    ],
    [
      'fills a variable in a condition',
      policyOf(allow(forUser('StringEquals', '${aws:username}'))),
      'allowed',
    ],
    [
      'reads no variables in a document of 2008',
      { ...policyOf(allow(forUser('StringEquals', '${aws:username}'))), Version: '2008-10-17' },
      'not-allowed',
    ],
    [
      'reads no variables in a document without a version',
      { Statement: allow(forUser('StringEquals', '${aws:username}')) },
      'not-allowed',
    ],
    ['takes a document without a version', { Statement: allow() }, 'allowed'],
    [
      'takes a single statement that stands in no list',
      { Version: '2012-10-17', Statement: allow() },
      'allowed',
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
  it.each<[string, unknown, RegExp]>([
    ['something that is no object', 'Allow', /policy: expected an object/],
    ['another version', { ...policyOf(allow()), Version: '2026-01-01' }, /policy\.Version/],
    ['an unknown element', { ...policyOf(allow()), Statements: [] }, /Statements/],
    ['an unknown effect', policyOf(allow({ Effect: 'allow' })), /Effect/],
    ['Action beside NotAction', policyOf(allow({ NotAction: 'ec2:*' })), /Action or NotAction/],
    ['Resource beside NotResource', policyOf(allow({ NotResource: '*' })), /or NotResource/],
    ['Principal', policyOf(allow({ Principal: '*' })), /names no principal, got "Principal"/],
    ['NotPrincipal', policyOf(allow({ NotPrincipal: '*' })), /principal, got "NotPrincipal"/],
    ['a statement without an action', policyOf({ Effect: 'Allow', Resource: '*' }), /Action/],
    ['a statement without a resource', policyOf({ Effect: 'Allow', Action: '*' }), /Resource/],
    ['an empty list of actions', policyOf(allow({ Action: [] })), /at least one/],
    ['an action without a service', policyOf(allow({ Action: 'SendSSHPublicKey' })), /service:/],
    ['a resource that is no ARN', policyOf(allow({ Resource: 'i-0123456789abcdef0' })), /an ARN/],
    ['an unknown operator', policyOf(allow(forUser('StringContains', 'b'))), /operator/],
    ['an unknown quantifier', policyOf(allow(forUser('ForNone:StringLike', 'b'))), /operator/],
    ["an operator that is an object's own", policyOf(allow(forUser('toString', 'b'))), /operator/],
    ['Null with IfExists', policyOf(allow(forUser('NullIfExists', 'true'))), /operator/],
    [
      'an unknown condition key',
      policyOf(allow({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } })),
      /condition keys .* got "aws:SourceVpc"/,
    ],
    ['a condition value that is an object', policyOf(allow(forUser('StringEquals', {}))), /string/],
    ['an empty list of values', policyOf(allow(forUser('StringEquals', []))), /at least one/],
    ['an unknown variable', policyOf(allow(forUser('StringEquals', '${aws:who}'))), /variable/],
    ['an open variable', policyOf(allow(forUser('StringEquals', '${aws:username'))), /closed/],
    ['a date that is none', policyOf(allow(forUser('DateLessThan', 'yesterday'))), /ISO 8601/],
    ['a time without zone', policyOf(allow(forUser('DateEquals', '2026-01-01T00:00:00'))), /8601/],
    ['a number that is none', policyOf(allow(forUser('NumericEquals', '5 s'))), /a number/],
    ['a boolean that is none', policyOf(allow(forUser('Bool', 'yes'))), /true or false/],
    ['a Null that is none', policyOf(allow(forUser('Null', '0'))), /true or false/],
    ['an address that is none', policyOf(allow(forUser('IpAddress', '10.0.0'))), /CIDR/],
    ['a range that is none', policyOf(allow(forUser('IpAddress', '10.0.0.0/33'))), /CIDR/],
    ['a variable as an address', policyOf(allow(forUser('IpAddress', '${aws:sourceip}'))), /CIDR/],
    ['an ARN that is none', policyOf(allow(forUser('ArnLike', '*'))), /an ARN/],
  ])('refuses %s and says so', (_title, policy, words) => {
    expect(() => parsePolicy(policy)).toThrow(ShapeError);
    expect(() => parsePolicy(policy)).toThrow(words);
  });
});
