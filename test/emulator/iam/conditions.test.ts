import { describe, expect, it } from 'vitest';
import { parseConditions, type RequestContext } from './conditions.ts';

/** Whether `{ operator: { key: values } }` holds for a request with this context. */
function holds(operator: string, key: string, values: unknown, context: RequestContext): boolean {
  const conditions = parseConditions({ [operator]: { [key]: values } }, 'Condition', true);
  return conditions.every((condition) => condition(context));
}

type Row = [operator: string, values: unknown, actual: string, expected: boolean];

/** Rows for a condition that holds and its negation, which does not. */
function both(operator: string, negation: string, rows: [unknown, string, boolean][]): Row[] {
  return rows.flatMap(([values, actual, expected]): Row[] => [
    [operator, values, actual, expected],
    [negation, values, actual, !expected],
  ]);
}

const LOGS = 'arn:aws:logs:us-east-1:123456789012:log-group:name';
const ROLE = 'arn:aws:iam::123456789012:role/team/admin';

// IAM User Guide, "Condition operators": each operator with what it takes and what it does not.
const OPERATORS: Row[] = [
  ...both('StringEquals', 'StringNotEquals', [
    ['alice', 'alice', true],
    ['alice', 'Alice', false],
    ['al*', 'alice', false],
    ['al*', 'al*', true],
    [['bob', 'alice'], 'alice', true],
    [['bob', 'carol'], 'alice', false],
    ['', '', true],
  ]),
  ...both('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', [
    ['ALICE', 'alice', true],
    ['al*', 'alice', false],
  ]),
  ...both('StringLike', 'StringNotLike', [
    ['al*', 'alice', true],
    ['al*', 'al', true],
    ['al?ce', 'alice', true],
    ['al?ce', 'alce', false],
    ['Al*', 'alice', false],
    ['*', 'a:b/c', true],
    ['a.ice', 'alice', false],
    ['al${*}', 'alice', false],
    ['al${*}', 'al*', true],
    ['${$}{x}', '${x}', true],
  ]),
  ...(['ArnEquals', 'ArnLike'] as const).flatMap((operator) =>
    both(operator, operator.replace('Arn', 'ArnNot'), [
      [ROLE, ROLE, true],
      ['arn:aws:iam::*:role/*', ROLE, true],
      ['arn:aws:iam::*:role/adm?n', ROLE, false],
      ['arn:aws:logs:*:log-group:name', LOGS, false],
      ['arn:aws:logs:*:*:log-group:*', LOGS, true],
      ['arn:*:iam::123456789012:role/team/admin', ROLE, true],
      ['arn:aws:*:admin:x:y', ROLE, false],
    ]),
  ),
  ['Bool', 'true', 'true', true],
  ['Bool', 'true', 'false', false],
  ['Bool', false, 'false', true],
  ['Bool', ['true', 'false'], 'false', true],
  ...both('NumericEquals', 'NumericNotEquals', [
    [5, '5', true],
    ['5.0', '5', true],
    [5, '6', false],
    [5, 'five', false],
  ]),
  ['NumericLessThan', 300, '299', true],
  ['NumericLessThan', 300, '300', false],
  ['NumericLessThanEquals', 300, '300', true],
  ['NumericLessThanEquals', 300, '301', false],
  ['NumericGreaterThan', '-1', '0', true],
  ['NumericGreaterThan', 0, '0', false],
  ['NumericGreaterThanEquals', 0, '0', true],
  ['NumericGreaterThanEquals', '0.5', '0', false],
  // Numbers, not text: "9" stands behind "10".
  ['NumericLessThan', '10', '9', true],
  ...both('DateEquals', 'DateNotEquals', [
    ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00Z', true],
    ['2026-11-22T13:00:00+01:00', '2026-11-22T12:00:00Z', true],
    ['1795348800', '2026-11-22T12:00:00Z', true],
    ['2026-11-22', '2026-11-22T12:00:00Z', false],
  ]),
  ['DateLessThan', '2026-11-23', '2026-11-22T12:00:00Z', true],
  ['DateLessThan', '2026-11-22', '2026-11-22T12:00:00Z', false],
  ['DateLessThanEquals', '2026-11-22T12:00:00Z', '2026-11-22T12:00:00Z', true],
  ['DateGreaterThan', '2026', '2026-11-22T12:00:00Z', true],
  ['DateGreaterThan', '2026-11-22T12:00:00Z', '2026-11-22T12:00:00Z', false],
  ['DateGreaterThanEquals', '2026-11-22T12:00:00Z', '2026-11-22T12:00:00Z', true],
  ['DateGreaterThan', 1, 'never', false],
  ...both('IpAddress', 'NotIpAddress', [
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['0.0.0.0/0', '192.0.2.1', true],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    [['192.0.2.0/24', '198.51.100.0/24'], '198.51.100.7', true],
  ]),
];

describe('a condition on a key that the request has', () => {
  it.each(OPERATORS)('%s %j, asked of %s, is %s', (operator, values, actual, expected) => {
    expect(holds(operator, 'ec2:osuser', values, { 'ec2:osuser': [actual] })).toBe(expected);
    const name = `${operator}IfExists`;
    expect(holds(name, 'ec2:osuser', values, { 'ec2:osuser': [actual] })).toBe(expected);
  });

  it('takes the key in any case of letters', () => {
    const context = { 'aws:resourcetag/role': ['web'] };
    expect(holds('StringEquals', 'AWS:ResourceTag/Role', 'web', context)).toBe(true);
  });
});

// "If the key that you specify in a policy condition is not present in the request context, …"
describe('a condition on a key that the request does not have', () => {
  it.each<[string, unknown, boolean]>([
    ['StringEquals', 'x', false],
    ['StringLike', '*', false],
    ['ArnLike', 'arn:aws:iam::*:role/*', false],
    ['Bool', 'false', false],
    ['NumericLessThan', 5, false],
    ['DateLessThan', '2030-01-01', false],
    ['IpAddress', '0.0.0.0/0', false],
    ['StringNotEquals', 'x', true],
    ['StringNotEqualsIgnoreCase', 'x', true],
    ['StringNotLike', '*', true],
    ['ArnNotEquals', 'arn:aws:iam::*:role/*', true],
    ['ArnNotLike', 'arn:aws:iam::*:role/*', true],
    ['NumericNotEquals', 5, true],
    ['DateNotEquals', '2030-01-01', true],
    ['NotIpAddress', '0.0.0.0/0', true],
    ['StringEqualsIfExists', 'x', true],
    ['BoolIfExists', 'true', true],
    ['NumericLessThanIfExists', 5, true],
    ['StringNotEqualsIfExists', 'x', true],
    ['ForAllValues:StringEquals', 'x', true],
    ['ForAllValues:StringNotEquals', 'x', true],
    ['ForAnyValue:StringEquals', 'x', false],
    ['ForAnyValue:StringNotEquals', 'x', false],
    ['ForAnyValue:StringEqualsIfExists', 'x', false],
    ['Null', 'true', true],
    ['Null', true, true],
    ['Null', 'false', false],
    ['Null', ['true', 'false'], true],
  ])('%s %j is %s', (operator, values, expected) => {
    expect(holds(operator, 'ec2:osuser', values, {})).toBe(expected);
    expect(holds(operator, 'ec2:osuser', values, { 'ec2:osuser': [] })).toBe(expected);
  });

  it('Null false holds where the key is there', () => {
    expect(holds('Null', 'ec2:osuser', 'false', { 'ec2:osuser': ['a'] })).toBe(true);
    expect(holds('Null', 'ec2:osuser', 'true', { 'ec2:osuser': ['a'] })).toBe(false);
  });
});

// "Set operators for multivalued context keys"
describe('a condition on a key with several values', () => {
  it.each<[string, string[], string[], boolean]>([
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b', 'c'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a'], ['a', 'b'], false],
    ['ForAllValues:StringLike', ['a*'], ['a1', 'a2'], true],
    ['ForAllValues:StringNotEquals', ['c'], ['a', 'b'], true],
    ['ForAllValues:StringNotEquals', ['b', 'c'], ['a', 'b'], false],
    ['ForAnyValue:StringEquals', ['b', 'c'], ['a', 'b'], true],
    ['ForAnyValue:StringEquals', ['c'], ['a', 'b'], false],
    ['ForAnyValue:StringNotEquals', ['b', 'c'], ['a', 'b'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
  ])('%s %j, asked of %j, is %s', (operator, values, actual, expected) => {
    expect(holds(operator, 'ec2:osuser', values, { 'ec2:osuser': actual })).toBe(expected);
  });
});

// "Policy elements: Variables and tags"
describe('a policy variable', () => {
  const context = { 'ec2:osuser': ['a*b'], 'aws:username': ['a*b'], 'aws:principaltag/x': ['axb'] };
  it.each<[string, string, boolean]>([
    ['is the value of its key', '${aws:username}', true],
    ['takes its key in any case of letters', '${AWS:UserName}', true],
    ['stands between other text', "a${aws:PrincipalTag/y, '*'}b", true],
    ['has no default where it has a value', "${aws:username, 'other'}", true],
    ['without a value has its default', "${aws:PrincipalTag/y, 'a*b'}", true],
    ['without value and default is like nothing', '${aws:PrincipalTag/y}', false],
    [
      'without a value is like nothing beside other text, too',
      'a${*}b${aws:PrincipalTag/y}',
      false,
    ],
    ['brings its value and no pattern', '${aws:PrincipalTag/x}', false],
  ])('%s', (_title, value, expected) => {
    expect(holds('StringLike', 'ec2:osuser', value, context)).toBe(expected);
    expect(holds('StringNotLike', 'ec2:osuser', value, context)).toBe(!expected);
    expect(holds('StringEquals', 'ec2:osuser', value, context)).toBe(expected);
  });

  it('brings wildcards as plain characters', () => {
    const other = { ...context, 'ec2:osuser': ['axb'] };
    expect(holds('StringLike', 'ec2:osuser', '${aws:username}', other)).toBe(false);
  });
});
