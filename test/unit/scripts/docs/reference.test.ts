import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldsOf, type Words } from '../../../../scripts/docs/interfaces.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/reference.md'), 'utf8');
const [, json = ''] = PAGE.split('\n## JSON output\n');
const [tables = ''] = json.split('\n## ');

describe('the fields of the JSON outputs', () => {
  const rows = tables.split('\n').filter((line) => line.startsWith('| `'));

  it('are some', () => {
    expect(rows.length).toBeGreaterThan(50);
  });

  it('have a meaning each, which is the comment at the field', () => {
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
  });
});

describe('the types of fields', () => {
  const read = (type: string, named: Words = {}): string | undefined =>
    fieldsOf(`interface A { readonly a: ${type} }`, 'A', named)[0]?.type;

  it.each([
    ['number', 'number'],
    ['readonly string[]', 'list of strings'],
    ["'a' | 'b'", 'one of "a", "b"'],
    ['{ a: string; b?: 1 } | null', 'object: `a` (string), `b` (1, may be missing) or null'],
    ['readonly { a: string }[]', 'list of objects: `a` (string)'],
    ['Readonly<Record<B, number>> & { a: boolean }', 'object'],
  ])('are words for people: %s', (type, words) => {
    expect(read(type)).toBe(words);
  });

  it('are what their names mean, and an error where nobody says', () => {
    expect(read('readonly B[]', { B: 'object (`b`)' })).toBe('list of objects (`b`)');
    expect(() => read('B')).toThrow('B');
  });
});
