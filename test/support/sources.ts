import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** One module that a file names. */
export interface Import {
  /** A path below the root of the project for a file of ours, else the name as written. */
  readonly target: string;
  /** `type`: gone when the program runs. `dynamic`: `import()`, loaded when it is reached. */
  readonly kind: 'static' | 'type' | 'dynamic';
}

/** A source file, as far as the rules of architecture look at it. */
export interface SourceFile {
  /** Below the root of the project, such as `src/main.ts`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** What it uses of the world without importing it: `process`, `Date.now()`, `new Date()` … */
  readonly ambient: readonly string[];
  /** Lines of the longest function, and its name. */
  readonly longest: { readonly name: string; readonly lines: number };
}

/** Names that give a file time, chance or the outside world without an import. */
const AMBIENT = new Set([
  'process',
  'fetch',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
  'crypto',
  'require',
  'globalThis',
  'WebSocket',
  'navigator',
  'localStorage',
]);

/** Reads every TypeScript file below a folder of the project. */
export function readSources(folder: string): readonly SourceFile[] {
  const paths = globSync(`${folder}/**/*.ts`, { cwd: ROOT }).sort();
  return paths.map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const ambient: string[] = [];
  let longest = { name: '', lines: 0 };
  const visit = (node: ts.Node): void => {
    const found = importOf(node, path);
    if (found !== undefined) imports.push(found);
    const used = ambientUse(node);
    if (used !== undefined) ambient.push(used);
    const lines = functionLines(node, file);
    if (lines > longest.lines) longest = { name: nameOf(node), lines };
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, lines: text.split('\n').length - 1, imports, ambient, longest };
}

function importOf(node: ts.Node, path: string): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    return {
      target: targetOf(node.moduleSpecifier, path),
      kind: isOnlyTypes(node) ? 'type' : 'static',
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return {
      target: targetOf(node.moduleSpecifier, path),
      kind: node.isTypeOnly ? 'type' : 'static',
    };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { target: targetOf(node.argument.literal, path), kind: 'type' };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument === undefined
      ? undefined
      : { target: targetOf(argument, path), kind: 'dynamic' };
  }
  return undefined;
}

function isOnlyTypes({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = importClause;
  if (name !== undefined || namedBindings === undefined) return false;
  return (
    ts.isNamedImports(namedBindings) && namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
  );
}

function targetOf(specifier: ts.Node, path: string): string {
  if (!ts.isStringLiteralLike(specifier)) return 'a computed name';
  const { text } = specifier;
  return text.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), text)) : text;
}

function ambientUse(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) && AMBIENT.has(node.text) && isFree(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    if (text === 'Date.now' || text === 'Math.random') return text;
  }
  const isDate = (expression: ts.Expression): boolean => expression.getText() === 'Date';
  if (ts.isNewExpression(node) && isDate(node.expression)) {
    return (node.arguments ?? []).length === 0 ? 'new Date()' : undefined;
  }
  return ts.isCallExpression(node) && isDate(node.expression) ? 'Date()' : undefined;
}

/** Not the name of a property, of a parameter or of something that the file declares. */
function isFree(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isExpression(parent) || ts.isStatement(parent) || ts.isVariableDeclaration(parent)
    ? !('name' in parent && parent.name === node)
    : false;
}

function functionLines(node: ts.Node, file: ts.SourceFile): number {
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return 0;
  const line = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  return line(node.getEnd()) - line(node.getStart(file)) + 1;
}

function nameOf(node: ts.Node): string {
  return 'name' in node && node.name !== undefined
    ? (node.name as ts.Node).getText()
    : 'a function';
}
