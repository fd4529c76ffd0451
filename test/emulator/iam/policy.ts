import { matchesGlob } from '../glob.ts';
import { asList, asOneOf, asRecord, asString, asStrings, ShapeError } from '../strict-json.ts';
import { parseConditions, type Condition, type RequestContext } from './conditions.ts';
import { fits, parseTemplate, type Template } from './template.ts';

/** What a statement is about, or, with `except`, everything but that. */
interface Scope<T> {
  readonly except: boolean;
  readonly patterns: readonly T[];
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** In lower case: actions are compared without regard to case. */
  readonly actions: Scope<string>;
  readonly resources: Scope<Template>;
  readonly conditions: readonly Condition[];
}

/** An IAM identity policy, parsed; made by `parsePolicy` only. */
export interface Policy {
  readonly statements: readonly Statement[];
}

/** What somebody wants to do. */
export interface AccessRequest {
  /** `service:Action`. */
  readonly action: string;
  /** ARN, or `*` for actions that know no resources. */
  readonly resource: string;
  readonly context: RequestContext;
}

/** IAM's three answers: an explicit deny wins over every allow, and without an allow it is no. */
export type Decision = 'allowed' | 'explicitly-denied' | 'not-allowed';

/** An ARN; one that ends in `*` need not have all of its parts, for there the wildcard stands for them. */
const RESOURCE = /^\*$|^arn(:[^:]*){4}:.+$|^arn(:[^:]*){1,4}\*$/s;

const ELEMENTS = [
  ...['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  ...['Principal', 'NotPrincipal'],
];

/**
 * Reads an IAM identity policy document (IAM User Guide, "Grammar of the IAM JSON policy language"). What it
 * does not know, such as another condition key, throws ShapeError: a policy that is half understood would
 * let somebody in. Only documents of Version 2012-10-17 have policy variables; without Version it is
 * 2008-10-17.
 */
export function parsePolicy(document: unknown): Policy {
  const policy = asRecord(document, 'policy', ['Version', 'Id', 'Statement']);
  const versions = ['2012-10-17', '2008-10-17'];
  const version = asOneOf(policy['Version'] ?? '2008-10-17', 'policy.Version', versions);
  const variables = version === '2012-10-17';
  const statement = policy['Statement'];
  const list = Array.isArray(statement) ? asList(statement, 'policy.Statement') : [statement];
  return {
    statements: list.map((item, index) =>
      parseStatement(item, `policy.Statement[${index}]`, variables),
    ),
  };
}

function parseStatement(value: unknown, where: string, variables: boolean): Statement {
  const statement = asRecord(value, where, ELEMENTS);
  const stranger = ['Principal', 'NotPrincipal'].find((name) => statement[name] !== undefined);
  if (stranger !== undefined) {
    throw new ShapeError(where, "a caller's own policy, which names no principal", stranger);
  }
  if (statement['Sid'] !== undefined) asString(statement['Sid'], `${where}.Sid`);
  return {
    effect: asOneOf(statement['Effect'], `${where}.Effect`, ['Allow', 'Deny']),
    actions: parseScope(statement, 'Action', where, parseAction),
    resources: parseScope(statement, 'Resource', where, (resource, place) => {
      if (!RESOURCE.test(resource)) {
        throw new ShapeError(place, '* or an ARN', resource);
      }
      return parseTemplate(resource, place, { variables, wildcards: true });
    }),
    conditions: parseConditions(statement['Condition'] ?? {}, `${where}.Condition`, variables),
  };
}

/** Reads an element or its opposite; a statement has one of the two. */
function parseScope<T>(
  statement: Readonly<Record<string, unknown>>,
  element: 'Action' | 'Resource',
  where: string,
  parse: (text: string, where: string) => T,
): Scope<T> {
  const except = statement[`Not${element}`] !== undefined;
  if (except && statement[element] !== undefined) {
    throw new ShapeError(where, `${element} or Not${element}`, 'both');
  }
  const place = `${where}.${except ? 'Not' : ''}${element}`;
  const texts = asStrings(statement[except ? `Not${element}` : element], place);
  return { except, patterns: texts.map((text) => parse(text, place)) };
}

function parseAction(action: string, where: string): string {
  if (/^(\*|[\w-]+:[\w*?]+)$/.test(action)) return action.toLowerCase();
  throw new ShapeError(where, '* or service:Action', action);
}

/** Decides a request by IAM's evaluation logic: explicit deny, then allow, else no. */
export function evaluate(policy: Policy, request: AccessRequest): Decision {
  const applying = policy.statements.filter((statement) => applies(statement, request));
  if (applying.some((statement) => statement.effect === 'Deny')) return 'explicitly-denied';
  return applying.length > 0 ? 'allowed' : 'not-allowed';
}

function applies(statement: Statement, { action, resource, context }: AccessRequest): boolean {
  const lookup = (key: string): string | undefined => context[key]?.[0];
  return (
    isIn(statement.actions, (pattern) => matchesGlob(pattern, action.toLowerCase())) &&
    isIn(statement.resources, (each) => fits(each, resource, lookup, { reach: 'resource' })) &&
    statement.conditions.every((condition) => condition(context))
  );
}

function isIn<T>({ except, patterns }: Scope<T>, matches: (pattern: T) => boolean): boolean {
  return patterns.some(matches) !== except;
}
