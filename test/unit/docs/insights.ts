/**
 * Evaluates the part of CloudWatch Logs Insights' query language that the queries of packaging/fleet/audit use:
 * filter, fields with coalesce, stats with by, sort (CloudWatch Logs User Guide, "Logs Insights QL"). Anything else
 * is an error, so a query that this cannot try is noticed.
 */

/** A log event, or a row of a result. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Runs a query on events.
 * @param events as CloudWatch has them: the fields of a JSON line, with @timestamp and @logStream
 * @throws Error for what this does not know
 */
export function runQuery(query: string, events: readonly Row[]): readonly Row[] {
  const text = query.replaceAll(/^#.*$/gm, '').trim();
  const commands = text.split(/\n\| /).map((command) => command.trim());
  return commands.reduce((rows, command) => runCommand(command, rows), events);
}

function runCommand(command: string, rows: readonly Row[]): readonly Row[] {
  const [, verb = '', rest = ''] = /^(\w+) (.*)$/s.exec(command) ?? [];
  if (verb === 'filter') return rows.filter((row) => new Condition(rest, row).holds());
  if (verb === 'fields') return rows.map((row) => ({ ...row, ...coalesced(rest, row) }));
  if (verb === 'stats') return aggregate(rest, rows);
  if (verb === 'sort') return sorted(rest, rows);
  throw new Error(`expected a known command, found "${command}"`);
}

/** A field by its path with dots; undefined where it is missing or null. */
function valueOf(row: Row, path: string): unknown {
  if (path in row) return row[path] ?? undefined;
  return (
    path
      .split('.')
      .reduce<unknown>((value, name) => (value as Row | null | undefined)?.[name], row) ?? undefined
  );
}

function coalesced(text: string, row: Row): Row {
  const [, names, alias] = /^coalesce\(([^)]*)\) as (\w+)$/.exec(text) ?? [];
  if (names === undefined || alias === undefined)
    throw new Error(`expected coalesce, found "${text}"`);
  const values = names.split(/, */).map((name) => valueOf(row, name));
  return { [alias]: values.find((value) => value !== undefined) };
}

/** or, and, not, parentheses, =, in, ispresent; evaluated while it is read. */
class Condition {
  readonly #words: string[];
  readonly #row: Row;

  constructor(text: string, row: Row) {
    this.#words = text.match(/"[^"]*"|[\w@.]+|[()[\],=]/g) ?? [];
    this.#row = row;
  }

  holds(): boolean {
    const result = this.#or();
    if (this.#words.length > 0) throw new Error(`expected the end, found ${this.#words.join(' ')}`);
    return result;
  }

  #or(): boolean {
    let result = this.#and();
    while (this.#takes('or')) {
      const next = this.#and();
      result ||= next;
    }
    return result;
  }

  #and(): boolean {
    let result = this.#term();
    while (this.#takes('and')) {
      const next = this.#term();
      result &&= next;
    }
    return result;
  }

  #term(): boolean {
    if (this.#takes('not')) return !this.#term();
    if (this.#takes('(')) {
      const result = this.#or();
      this.#demand(')');
      return result;
    }
    const name = this.#next();
    if (name === 'ispresent') {
      this.#demand('(');
      const field = this.#next();
      this.#demand(')');
      return valueOf(this.#row, field) !== undefined;
    }
    const value = valueOf(this.#row, name);
    if (this.#takes('=')) return value === this.#literal();
    this.#demand('in');
    return this.#list().includes(value);
  }

  #list(): readonly unknown[] {
    this.#demand('[');
    const values = [this.#literal()];
    while (this.#takes(',')) values.push(this.#literal());
    this.#demand(']');
    return values;
  }

  #literal(): unknown {
    return JSON.parse(this.#next());
  }

  #next(): string {
    const word = this.#words.shift();
    if (word === undefined) throw new Error('expected a word, found the end');
    return word;
  }

  #takes(word: string): boolean {
    if (this.#words[0] !== word) return false;
    this.#words.shift();
    return true;
  }

  #demand(word: string): void {
    if (!this.#takes(word))
      throw new Error(`expected ${word}, found ${this.#words[0] ?? 'the end'}`);
  }
}

const FUNCTIONS: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  count: (values) => values.length,
  count_distinct: (values) => new Set(values).size,
  earliest: (values) => values.at(0),
  latest: (values) => values.at(-1),
};

function aggregate(text: string, rows: readonly Row[]): readonly Row[] {
  const [figures = '', by = ''] = text.split(' by ');
  const names = by.split(/, */);
  const groups = new Map<string, Row[]>();
  for (const row of rows.toSorted((a, b) => Number(a['@timestamp']) - Number(b['@timestamp']))) {
    const key = JSON.stringify(names.map((name) => valueOf(row, name) ?? null));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const first = group[0] ?? {};
    const keys = names.map((name) => [name, valueOf(first, name)]);
    return Object.fromEntries([
      ...keys,
      ...figures.split(/, */).map((one) => figure(one, group)),
    ]) as Row;
  });
}

function figure(text: string, rows: readonly Row[]): readonly [string, unknown] {
  const [, name = '', field = '', alias = ''] = /^(\w+)\(([^)]+)\) as (\w+)$/.exec(text) ?? [];
  const compute = FUNCTIONS[name];
  if (compute === undefined) throw new Error(`expected a known function, found "${text}"`);
  const values = rows.map((row) => (field === '*' ? true : valueOf(row, field)));
  return [alias, compute(values.filter((value) => value !== undefined))];
}

function sorted(text: string, rows: readonly Row[]): readonly Row[] {
  const [, field] = /^(\w+) desc$/.exec(text) ?? [];
  if (field === undefined) throw new Error(`expected "FIELD desc", found "${text}"`);
  return rows.toSorted((a, b) => Number(b[field]) - Number(a[field]));
}
