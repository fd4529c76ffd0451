import { asRecord, asTexts, ShapeError } from '../strict-json.ts';
import { conditionKeysInWords, isConditionKey } from './condition-keys.ts';
import { OPERATORS, readBoolean, type Comparison } from './operators.ts';

/** The condition keys of a request, in lower case, each with its values; absent keys have none. */
export type RequestContext = Readonly<Record<string, readonly string[]>>;

/** One key of a Condition block with the values that it is compared to. */
export type Condition = (context: RequestContext) => boolean;

type Quantifier = 'ForAllValues' | 'ForAnyValue';

interface Rules {
  readonly negated: boolean;
  readonly ifExists: boolean;
  readonly quantifier?: Quantifier;
}

const NAME = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/**
 * Reads a Condition block: operators with `ForAllValues:`, `ForAnyValue:` and `IfExists`, condition keys and
 * values. All of the conditions must hold. Without `variables`, `${…}` is plain text. Throws ShapeError for
 * an operator, key or value that it does not know.
 */
export function parseConditions(value: unknown, where: string, variables: boolean): Condition[] {
  return Object.entries(asRecord(value, where)).flatMap(([name, tests]) =>
    Object.entries(asRecord(tests, `${where}.${name}`)).map(([key, values]) => {
      const place = `${where}.${name}.${key}`;
      if (!isConditionKey(key.toLowerCase())) {
        const expected = `one of the condition keys ${conditionKeysInWords()}`;
        throw new ShapeError(`${where}.${name}`, expected, key);
      }
      const texts = asTexts(values, place);
      return parseCondition(name, key.toLowerCase(), texts, { where: place, variables });
    }),
  );
}

function parseCondition(
  name: string,
  key: string,
  values: readonly string[],
  { where, variables }: { where: string; variables: boolean },
): Condition {
  if (name === 'Null') return nullCondition(key, values, where);
  const [, quantifier, base = '', suffix] = NAME.exec(name) ?? [];
  const operator = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  if (operator === undefined) throw new ShapeError(where, 'a condition operator', name);
  const comparisons = values.map((value) => operator.compare(value, where, variables));
  const rules: Rules = {
    negated: operator.negated,
    ifExists: suffix !== undefined,
    ...(quantifier === undefined ? {} : { quantifier: quantifier as Quantifier }),
  };
  return (context) => holds(context[key] ?? [], comparisons, rules, context);
}

/** Null asks whether the request has the key, and takes neither prefix nor suffix. */
function nullCondition(key: string, values: readonly string[], where: string): Condition {
  const wanted = values.map(readBoolean);
  if (wanted.includes(NaN)) throw new ShapeError(where, 'true or false', values);
  return (context) => wanted.includes((context[key] ?? []).length === 0 ? 1 : 0);
}

/**
 * A key that the request does not have fails a condition, unless the operator is negated or ends in
 * IfExists; ForAllValues then holds and ForAnyValue does not, whatever stands behind. Several values of the
 * policy are joined by or, those of a negated operator by nor. IAM User Guide, "Condition operators",
 * "Conditions with multiple context keys or values", "Set operators for multivalued context keys".
 */
function holds(
  actual: readonly string[],
  comparisons: readonly Comparison[],
  { negated, ifExists, quantifier }: Rules,
  context: RequestContext,
): boolean {
  const lookup = (key: string): string | undefined => context[key]?.[0];
  const one = (value: string): boolean =>
    comparisons.some((compare) => compare(value, lookup)) !== negated;
  if (quantifier === 'ForAllValues') return actual.every(one);
  if (quantifier === 'ForAnyValue' || actual.length > 0) return actual.some(one);
  return negated || ifExists;
}
