/** Thrown when a document given to the emulator is not what it must be; nothing is guessed. */
export class ShapeError extends Error {
  constructor(where: string, expected: string, got: unknown) {
    super(
      `${where}: expected ${expected}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`,
    );
    this.name = 'ShapeError';
  }
}

/** Reads an object that has no fields but `fields`, or any; throws ShapeError naming the first stranger. */
export function asRecord(
  value: unknown,
  where: string,
  fields?: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeError(where, 'an object', value);
  }
  const stranger = Object.keys(value).find((name) => fields?.includes(name) === false);
  if (stranger !== undefined) {
    throw new ShapeError(where, `only the fields ${fields?.join(', ') ?? ''}`, stranger);
  }
  return value as Record<string, unknown>;
}

/** Reads a non-empty string. */
export function asString(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw new ShapeError(where, 'a string', value);
  return value;
}

/** Reads a finite number, an integer not below `least`. */
export function asInteger(value: unknown, where: string, least = 0): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    throw new ShapeError(where, `an integer of at least ${least}`, value);
  }
  return value;
}

/** Reads a boolean. */
export function asBoolean(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw new ShapeError(where, 'true or false', value);
  return value;
}

/** Reads one of a closed set of strings. */
export function asOneOf<T extends string>(value: unknown, where: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new ShapeError(where, `one of ${choices.join(', ')}`, value);
  return found;
}

/** Reads a list. */
export function asList(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeError(where, 'a list', value);
  return value as readonly unknown[];
}

/** Reads a string or a list of strings, as IAM documents allow almost everywhere. */
export function asStrings(value: unknown, where: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new ShapeError(where, 'at least one string', value);
  return list.map((item, index) => asString(item, `${where}[${index}]`));
}

/** Reads a text, a number or a boolean, or a list of them, as IAM takes them for condition values. */
export function asTexts(value: unknown, where: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new ShapeError(where, 'at least one value', value);
  return list.map((item, index) => {
    if (typeof item === 'number' || typeof item === 'boolean') return String(item);
    if (typeof item !== 'string') throw new ShapeError(`${where}[${index}]`, 'a string', item);
    return item;
  });
}

/** Reads an object whose values are strings, for instance tags. */
export function asTextRecord(value: unknown, where: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(asRecord(value, where)).map(([name, text]) => {
      if (typeof text !== 'string') throw new ShapeError(`${where}.${name}`, 'a string', text);
      return [name, text];
    }),
  );
}
