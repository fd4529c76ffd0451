import { matchesGlob } from './glob.ts';
import { asOneOf, asRecord, asString, asStrings, ShapeError } from './strict-json.ts';

type Operator = 'StringEquals' | 'StringLike';

interface Condition {
  readonly operator: Operator;
  /** In lower case: condition keys are compared without regard to case. */
  readonly key: string;
  readonly values: readonly string[];
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
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
  /** The request's condition keys, in lower case. */
  readonly context: Readonly<Record<string, string>>;
}

/** IAM's three answers: an explicit deny wins over every allow, and without an allow it is no. */
export type Decision = 'allowed' | 'explicitly-denied' | 'not-allowed';

const OPERATORS: readonly Operator[] = ['StringEquals', 'StringLike'];
const CONDITION_KEYS = ['ec2:osuser'];

/**
 * Reads an IAM identity policy document (IAM JSON policy grammar: Version, Id, Statement with Sid, Effect,
 * Action, Resource, Condition). Everything else, such as NotAction, policy variables, other operators or
 * condition keys, throws ShapeError: a policy that is half understood would let somebody in.
 */
export function parsePolicy(document: unknown): Policy {
  const policy = asRecord(document, 'policy', ['Version', 'Id', 'Statement']);
  asOneOf(policy['Version'], 'policy.Version', ['2012-10-17']);
  const list: readonly unknown[] = Array.isArray(policy['Statement'])
    ? policy['Statement']
    : [policy['Statement']];
  return {
    statements: list.map((item, index) => parseStatement(item, `policy.Statement[${index}]`)),
  };
}

function parseStatement(value: unknown, where: string): Statement {
  const fields = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];
  const statement = asRecord(value, where, fields);
  if (statement['Sid'] !== undefined) asString(statement['Sid'], `${where}.Sid`);
  const actions = asStrings(statement['Action'], `${where}.Action`);
  for (const action of actions) {
    if (!/^(\*|[\w-]+:[\w*?]+)$/.test(action)) {
      throw new ShapeError(`${where}.Action`, '* or service:Action', action);
    }
  }
  const resources = asStrings(statement['Resource'], `${where}.Resource`);
  for (const resource of resources) {
    refuseVariables(resource, `${where}.Resource`);
    if (resource !== '*' && !/^arn(:[^:]*){4}:.+$/s.test(resource)) {
      throw new ShapeError(`${where}.Resource`, '* or an ARN', resource);
    }
  }
  return {
    effect: asOneOf(statement['Effect'], `${where}.Effect`, ['Allow', 'Deny']),
    actions,
    resources,
    conditions: parseConditions(statement['Condition'] ?? {}, `${where}.Condition`),
  };
}

function parseConditions(value: unknown, where: string): Condition[] {
  const conditions: Condition[] = [];
  const block = asRecord(value, where, OPERATORS);
  for (const [name, tests] of Object.entries(block)) {
    const operator = asOneOf(name, where, OPERATORS);
    const keys = Object.keys(typeof tests === 'object' && tests !== null ? tests : {});
    for (const [key, values] of Object.entries(asRecord(tests, `${where}.${name}`, keys))) {
      asOneOf(key.toLowerCase(), `${where}.${name} key`, CONDITION_KEYS);
      const texts = asStrings(values, `${where}.${name}.${key}`);
      for (const text of texts) refuseVariables(text, `${where}.${name}.${key}`);
      conditions.push({ operator, key: key.toLowerCase(), values: texts });
    }
  }
  return conditions;
}

function refuseVariables(text: string, where: string): void {
  if (text.includes('${')) throw new ShapeError(where, 'no policy variable', text);
}

/** Decides a request by IAM's evaluation logic: explicit deny, then allow, else no. */
export function evaluate(policy: Policy, request: AccessRequest): Decision {
  const applying = policy.statements.filter((statement) => applies(statement, request));
  if (applying.some((statement) => statement.effect === 'Deny')) return 'explicitly-denied';
  return applying.length > 0 ? 'allowed' : 'not-allowed';
}

function applies(statement: Statement, request: AccessRequest): boolean {
  const action = request.action.toLowerCase();
  return (
    statement.actions.some((pattern) => matchesGlob(pattern.toLowerCase(), action)) &&
    statement.resources.some((pattern) => matchesGlob(pattern, request.resource)) &&
    statement.conditions.every((condition) => holds(condition, request))
  );
}

// A key that the request does not have fails the condition, as both operators do without IfExists.
function holds(condition: Condition, request: AccessRequest): boolean {
  const actual = request.context[condition.key];
  if (actual === undefined) return false;
  if (condition.operator === 'StringEquals') return condition.values.includes(actual);
  return condition.values.some((pattern) => matchesGlob(pattern, actual));
}
