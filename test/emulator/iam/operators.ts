import { BlockList, isIP } from 'node:net';
import { ShapeError } from '../strict-json.ts';
import { fits, parseTemplate, type Lookup, type Reach } from './template.ts';

/** Whether the request's value is the policy's, in the operator's sense. */
export type Comparison = (actual: string, lookup: Lookup) => boolean;

/** A condition operator without its prefix and suffix. */
export interface Operator {
  /** True of the operators with Not: the condition holds where no value compares. */
  readonly negated: boolean;
  /** Reads a value of the policy; throws ShapeError when it is none for this operator. */
  readonly compare: (value: string, where: string, variables: boolean) => Comparison;
}

type Compare = Operator['compare'];

const is = (compare: Compare): Operator => ({ negated: false, compare });
const not = (compare: Compare): Operator => ({ negated: true, compare });

interface TextRules {
  readonly wildcards: boolean;
  readonly ignoreCase?: boolean;
  readonly reach?: Reach;
}

const text =
  ({ wildcards, ...how }: TextRules): Compare =>
  (value, where, variables) => {
    const template = parseTemplate(value, where, { variables, wildcards });
    return (actual, lookup) => fits(template, actual, lookup, how);
  };

const arn: Compare = (value, where, variables) => {
  if (!/^arn(:[^:]*){4}:.+$/s.test(value)) throw new ShapeError(where, 'an ARN', value);
  return text({ wildcards: true, reach: 'arn' })(value, where, variables);
};

/** Compares values of a type that IAM knows no variables for. */
const typed =
  (expected: string, read: (text: string) => number, holds: (a: number, b: number) => boolean) =>
  (value: string, where: string): Comparison => {
    const wanted = read(value);
    if (Number.isNaN(wanted)) throw new ShapeError(where, expected, value);
    return (actual) => holds(read(actual), wanted);
  };

const number = (holds: (a: number, b: number) => boolean): Compare =>
  typed('a number and no variable', readNumber, holds);
const date = (holds: (a: number, b: number) => boolean): Compare =>
  typed('an ISO 8601 date or Unix seconds and no variable', readDate, holds);
const bool = typed('true or false and no variable', readBoolean, (a, b) => a === b);

const ipAddress: Compare = (value, where) => {
  const [address = '', length, ...rest] = value.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const prefix = length === undefined ? most : readNumber(length);
  if (
    version === 0 ||
    rest.length > 0 ||
    !Number.isInteger(prefix) ||
    prefix < 0 ||
    prefix > most
  ) {
    throw new ShapeError(where, 'an IP address or a CIDR range and no variable', value);
  }
  const range = new BlockList();
  range.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return (actual) => range.check(actual, isIP(actual) === 6 ? 'ipv6' : 'ipv4');
};

const [equal, less, lessOrEqual, greater, greaterOrEqual] = [
  (a: number, b: number): boolean => a === b,
  (a: number, b: number): boolean => a < b,
  (a: number, b: number): boolean => a <= b,
  (a: number, b: number): boolean => a > b,
  (a: number, b: number): boolean => a >= b,
] as const;

/** Every operator but Null, by its name (IAM User Guide, "Condition operators"). */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: is(text({ wildcards: false })),
  StringNotEquals: not(text({ wildcards: false })),
  StringEqualsIgnoreCase: is(text({ wildcards: false, ignoreCase: true })),
  StringNotEqualsIgnoreCase: not(text({ wildcards: false, ignoreCase: true })),
  StringLike: is(text({ wildcards: true })),
  StringNotLike: not(text({ wildcards: true })),
  // The two do the same.
  ArnEquals: is(arn),
  ArnLike: is(arn),
  ArnNotEquals: not(arn),
  ArnNotLike: not(arn),
  Bool: is(bool),
  NumericEquals: is(number(equal)),
  NumericNotEquals: not(number(equal)),
  NumericLessThan: is(number(less)),
  NumericLessThanEquals: is(number(lessOrEqual)),
  NumericGreaterThan: is(number(greater)),
  NumericGreaterThanEquals: is(number(greaterOrEqual)),
  DateEquals: is(date(equal)),
  DateNotEquals: not(date(equal)),
  DateLessThan: is(date(less)),
  DateLessThanEquals: is(date(lessOrEqual)),
  DateGreaterThan: is(date(greater)),
  DateGreaterThanEquals: is(date(greaterOrEqual)),
  IpAddress: is(ipAddress),
  NotIpAddress: not(ipAddress),
};

function readNumber(value: string): number {
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
}

/** Reads true as 1, false as 0, in any case of letters. */
export function readBoolean(value: string): number {
  return { true: 1, false: 0 }[value.toLowerCase()] ?? NaN;
}

/** Unix seconds, from Unix seconds or the ISO 8601 forms of the W3C's note, a time with its zone. */
function readDate(value: string): number {
  if (/^\d{1,12}$/.test(value)) return Number(value);
  const iso = /^\d{4}(-\d\d){0,2}$|^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
  return iso.test(value) ? Date.parse(value) / 1000 : NaN;
}
