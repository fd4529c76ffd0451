/** Reads interfaces with their comments from TypeScript sources, for the pages about JSON output. Pure. */
import ts from 'typescript';

/** One field of an interface. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  /** The field's comment in one line; empty where it has none. */
  readonly text: string;
}

/**
 * The fields of an interface, in the source's order.
 * @param source the text of a TypeScript file
 * @throws Error where the source has no interface of that name
 */
export function fieldsOf(source: string, name: string): readonly Field[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const found = file.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .find((statement) => statement.name.text === name);
  if (found === undefined) throw new Error(`expected an interface ${name}, found none`);
  return found.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(file),
    type: typeText(member.type?.getText(file) ?? 'unknown'),
    isOptional: member.questionToken !== undefined,
    text: commentText(member),
  }));
}

function typeText(text: string): string {
  return text.replaceAll('readonly ', '').replace(/\s+/g, ' ').replace(/^\| /, '').trim();
}

function commentText(node: ts.Node): string {
  const comment = ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((each) => (typeof each.comment === 'string' ? each.comment : ''))
    .join(' ');
  return comment.replace(/\s+/g, ' ').trim();
}
