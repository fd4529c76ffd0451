import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The schema of reports as it is installed. */
export const SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../packaging/verify-install.schema.json'), 'utf8'),
) as Schema;

/** A schema, of as much of JSON Schema 2020-12 as ours uses; whatever else it had would be an error here. */
type Schema = Readonly<Record<string, unknown>>;

const KEYWORDS = new Set([
  ...['$schema', 'title', 'description', '$defs', '$ref', 'oneOf', 'const', 'enum', 'type'],
  ...['pattern', 'minimum', 'required', 'properties', 'additionalProperties', 'items'],
]);

/**
 * What of a value the schema does not allow, as `path: what`. Stricter than the schema: a property that it does not
 * describe is wrong, so that no field of the code is missing there.
 */
export function schemaErrors(
  value: unknown,
  schema: Schema = SCHEMA,
  path = '$',
): readonly string[] {
  const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
  if (unknown !== undefined) throw new Error(`the test does not know the keyword ${unknown}`);
  const { $ref, oneOf, type } = schema;
  const wrong: string[] = [];
  if (typeof $ref === 'string') wrong.push(...schemaErrors(value, definition($ref), path));
  if (Array.isArray(oneOf)) wrong.push(...oneOfErrors(value, oneOf as Schema[], path));
  if ('const' in schema && value !== schema['const']) wrong.push(`${path}: not the constant`);
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) {
    wrong.push(`${path}: not one of the values`);
  }
  if (type !== undefined && ![type].flat().some((name) => hasType(value, name))) {
    return [...wrong, `${path}: not a ${JSON.stringify(type)}`];
  }
  return [...wrong, ...scalarErrors(value, schema, path), ...partErrors(value, schema, path)];
}

function definition(reference: string): Schema {
  const name = reference.replace('#/$defs/', '');
  const found = (SCHEMA['$defs'] as Readonly<Record<string, Schema>>)[name];
  if (found === undefined) throw new Error(`no definition ${reference}`);
  return found;
}

function oneOfErrors(value: unknown, schemas: readonly Schema[], path: string): readonly string[] {
  const results = schemas.map((each) => schemaErrors(value, each, path));
  const fitting = results.filter((errors) => errors.length === 0).length;
  return fitting === 1 ? [] : [`${path}: fits ${fitting} of its forms`, ...results.flat()];
}

function hasType(value: unknown, name: unknown): boolean {
  if (name === 'integer') return Number.isInteger(value);
  if (name === 'array') return Array.isArray(value);
  if (name === 'object') return isRecord(value);
  return typeof value === name;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalarErrors(value: unknown, { pattern, minimum }: Schema, path: string): string[] {
  const wrong: string[] = [];
  if (typeof pattern === 'string' && typeof value === 'string' && !new RegExp(pattern).test(value))
    wrong.push(`${path}: does not match ${pattern}`);
  if (typeof minimum === 'number' && typeof value === 'number' && value < minimum)
    wrong.push(`${path}: below ${minimum}`);
  return wrong;
}

function partErrors(value: unknown, schema: Schema, path: string): readonly string[] {
  const { items, required = [], properties = {}, additionalProperties } = schema;
  if (Array.isArray(value) && items !== undefined) {
    return value.flatMap((each, index) => schemaErrors(each, items as Schema, `${path}[${index}]`));
  }
  if (!isRecord(value) || schema['type'] !== 'object') return [];
  const missing = (required as string[]).filter((name) => !(name in value));
  const parts = Object.entries(value).flatMap(([name, each]) => {
    const part = (properties as Readonly<Record<string, Schema>>)[name] ?? additionalProperties;
    const at = `${path}.${name}`;
    return part === undefined
      ? [`${at}: is not described`]
      : schemaErrors(each, part as Schema, at);
  });
  return [...missing.map((name) => `${path}: lacks ${name}`), ...parts];
}
