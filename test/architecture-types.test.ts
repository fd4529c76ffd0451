import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');

/** The declarations that ARCHITECTURE.md shows, by file. */
function shown(): readonly (readonly [string, string])[] {
  const block = /```ts\n([^`]*)```/.exec(text)?.[1] ?? '';
  return block.split(/^\/\/ /m).flatMap((part) => {
    const [file = '', ...lines] = part.split('\n');
    return lines.flatMap((line): [string, string][] => (line === '' ? [] : [[file.trim(), line]]));
  });
}

/** A type, member or parameter as text, whatever its layout: `name?: type`. */
function plain(node: ts.Node, file: ts.SourceFile): string {
  return node
    .getText(file)
    .replace(/^(readonly|export|async|declare)\s+/, '')
    .replace(/\s*=\s*[^>][^,]*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/;$/, '');
}

/** An interface as its members, a function as its parameters and result. */
function shapeOf(node: ts.Node, file: ts.SourceFile): readonly string[] | undefined {
  if (ts.isInterfaceDeclaration(node)) {
    return ['interface', ...node.members.map((member) => plain(member, file))];
  }
  if (!ts.isFunctionDeclaration(node)) return undefined;
  const parameters = node.parameters.map((parameter) => plain(parameter, file));
  return ['function', ...parameters, node.type === undefined ? '' : plain(node.type, file)];
}

/** Every interface and function of a text, by name. */
function shapesOf(source: string): ReadonlyMap<string, readonly string[]> {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  return new Map(
    file.statements.flatMap((statement): [string, readonly string[]][] => {
      const shape = shapeOf(statement, file);
      const name = (statement as { name?: ts.Identifier }).name?.text;
      return shape === undefined || name === undefined ? [] : [[name, shape]];
    }),
  );
}

describe('the types that ARCHITECTURE.md shows', () => {
  it('are some', () => {
    expect(shown().length).toBeGreaterThan(10);
  });

  it.each(shown())('are those of the code: %s: %s', (path, declaration) => {
    const [[name, shape] = ['', []]] = [...shapesOf(declaration)];
    const code = shapesOf(readFileSync(join(ROOT, 'src', path), 'utf8'));
    expect(code.get(name)).toEqual(shape);
  });
});
