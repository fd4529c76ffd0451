/** What Stryker hands over of a place in the syntax tree (Babel's NodePath). */
interface Place {
  readonly node: Syntax;
  readonly parentPath?: Place | null;
}
/** A node, as far as it is looked at here. */
interface Syntax {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  readonly callee?: { readonly name?: string };
  readonly key?: { readonly name?: string };
}

/** What takes a text for people: refusals, faults and errors. Their reason codes have no space. */
const SPEAKS = /^(?:refuse\w*|malformed|usage|Fault|\w*Error)$/;
/** What may stand between a text and the call that it is for. */
const BETWEEN = /^(?:ConditionalExpression|LogicalExpression|BinaryExpression|TemplateLiteral)$/;

function textOf({ type, value, quasis = [] }: Syntax): string | undefined {
  if (type === 'StringLiteral') return String(value);
  if (type === 'TemplateLiteral') return quasis.map((each) => each.value.raw).join('');
  return undefined;
}

/** Why a place is not changed: it is the text of a message, which tests do not repeat. */
function shouldIgnore(place: Place): string | undefined {
  if (textOf(place.node)?.includes(' ') !== true) return undefined;
  let around = place.parentPath;
  while (around && BETWEEN.test(around.node.type)) around = around.parentPath;
  const { type, callee, key } = around?.node ?? { type: '' };
  const spoken =
    type === 'CallExpression' || type === 'NewExpression'
      ? SPEAKS.test(callee?.name ?? '')
      : type === 'ObjectProperty' && key?.name === 'detail';
  return spoken ? 'the text of a message' : undefined;
}

/** Stryker's plugin of this name. */
export const strykerPlugins: readonly object[] = [
  { kind: 'Ignore', name: 'message-texts', value: { shouldIgnore } },
];
