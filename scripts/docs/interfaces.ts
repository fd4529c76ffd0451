/** Reads interfaces with their comments from TypeScript sources, for the pages about JSON output. Pure. */
import ts from 'typescript';

/** What each type that has a name is, in words. */
export type Words = Readonly<Record<string, string | undefined>>;

/** One field of an interface. */
export interface Field {
  readonly name: string;
  /** The type in words, such as `list of strings`. */
  readonly type: string;
  readonly isOptional: boolean;
  /** The field's comment in one line; empty where it has none. */
  readonly text: string;
}

/**
 * The fields of an interface, in the source's order.
 * @param source the text of a TypeScript file
 * @param named what each type that has a name is, in words
 * @throws Error where the source has no interface of that name, or a type has no words
 */
export function fieldsOf(source: string, name: string, named: Words): readonly Field[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const found = file.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .find((statement) => statement.name.text === name);
  if (found === undefined) throw new Error(`expected an interface ${name}, found none`);
  return found.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(file),
    type: member.type === undefined ? '' : inWords(member.type, named),
    isOptional: member.questionToken !== undefined,
    text: commentText(member),
  }));
}

/** A type as people call it, who read JSON and no TypeScript. */
function inWords(type: ts.TypeNode, named: Words): string {
  if (ts.isTypeOperatorNode(type)) return inWords(type.type, named);
  if (ts.isArrayTypeNode(type)) return `list of ${severalOf(inWords(type.elementType, named))}`;
  if (ts.isLiteralTypeNode(type)) return type.literal.getText().replaceAll("'", '"');
  if (ts.isUnionTypeNode(type)) return unionInWords(type, named);
  if (ts.isIntersectionTypeNode(type)) return 'object';
  if (ts.isTypeLiteralNode(type)) return `object: ${membersInWords(type, named)}`;
  const text = type.getText();
  const words = ts.isTypeReferenceNode(type) ? named[text] : text;
  if (words === undefined) throw new Error(`expected words for the type ${text}, found none`);
  return words;
}

function unionInWords({ types }: ts.UnionTypeNode, named: Words): string {
  const words = types.map((each) => inWords(each, named));
  const areTexts = words.every((each) => each.startsWith('"'));
  return areTexts ? `one of ${words.join(', ')}` : words.join(' or ');
}

function membersInWords({ members }: ts.TypeLiteralNode, named: Words): string {
  return members
    .filter(ts.isPropertySignature)
    .map(({ name, type, questionToken }) => {
      const words = type === undefined ? '' : inWords(type, named);
      return `\`${name.getText()}\` (${words}${questionToken === undefined ? '' : ', may be missing'})`;
    })
    .join(', ');
}

function severalOf(words: string): string {
  return words.replace(/^(string|number|object)\b/, '$1s');
}

function commentText(node: ts.Node): string {
  const comment = ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((each) => (typeof each.comment === 'string' ? each.comment : ''))
    .join(' ');
  return comment.replace(/\s+/g, ' ').trim();
}
