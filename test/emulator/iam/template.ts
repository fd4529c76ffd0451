import { ShapeError } from '../strict-json.ts';
import { isConditionKey } from './condition-keys.ts';

/** A part of a policy's text: literal, a wildcard, or a policy variable with its default. */
type Piece =
  | { readonly text: string }
  | { readonly wildcard: '*' | '?' }
  | { readonly variable: string; readonly fallback?: string };

/** A text of a policy that stands for one text or many, read by `parseTemplate`. */
export type Template = readonly Piece[];

/** What may stand in a text: policy variables, and the wildcards `*` and `?`. */
export interface TemplateRules {
  readonly variables: boolean;
  readonly wildcards: boolean;
}

/** Answers the one value of a condition key, in lower case; undefined when the request has none. */
export type Lookup = (key: string) => string | undefined;

/** How far wildcards reach: over a whole text, in a Resource element, or within the parts of an ARN. */
export type Reach = 'text' | 'resource' | 'arn';

const TOKEN = /\$\{([^}]*)\}|([*?])/g;
const VARIABLE = /^\s*([\w:/.+=@-]+)\s*(?:, *'([^']*)'\s*)?$/;

/**
 * Reads a text of a policy. `${*}`, `${?}` and `${$}` are the characters themselves. A variable that is no
 * known condition key, or has another form, throws ShapeError. Without `variables` (policy language
 * 2008-10-17) `${…}` is plain text. IAM User Guide, "Policy elements: Variables and tags".
 */
export function parseTemplate(text: string, where: string, rules: TemplateRules): Template {
  const pieces: Piece[] = [];
  let end = 0;
  const literal = (value: string): void => {
    if (rules.variables && value.includes('${')) throw new ShapeError(where, 'a closed ${…}', text);
    if (value !== '') pieces.push({ text: value });
  };
  for (const match of text.matchAll(TOKEN)) {
    const [whole, variable, wildcard] = match;
    if (variable === undefined ? !rules.wildcards : !rules.variables) continue;
    literal(text.slice(end, match.index));
    end = match.index + whole.length;
    if (variable === undefined) pieces.push({ wildcard: wildcard === '*' ? '*' : '?' });
    else pieces.push(parseVariable(variable, where));
  }
  literal(text.slice(end));
  return pieces;
}

function parseVariable(variable: string, where: string): Piece {
  if (['*', '?', '$'].includes(variable)) return { text: variable };
  const [, name = '', fallback] = VARIABLE.exec(variable) ?? [];
  const key = name.toLowerCase();
  if (!isConditionKey(key)) {
    throw new ShapeError(where, 'a policy variable that is a known condition key', variable);
  }
  return { variable: key, ...(fallback === undefined ? {} : { fallback }) };
}

/**
 * Whether a text is one that the template stands for. What a variable brings is literal, wildcards in it
 * too. A variable that has neither value nor default is like nothing: the template then fits no text.
 */
export function fits(
  template: Template,
  actual: string,
  lookup: Lookup,
  { reach = 'text', ignoreCase = false }: { reach?: Reach; ignoreCase?: boolean } = {},
): boolean {
  const pieces = template.map((piece) => {
    if (!('variable' in piece)) return piece;
    const text = lookup(piece.variable) ?? piece.fallback;
    return text === undefined ? undefined : { text };
  });
  let source = '';
  for (const [index, piece] of pieces.entries()) {
    if (piece === undefined) return false;
    const next = pieces[index + 1];
    source +=
      'text' in piece
        ? piece.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
        : wildcardSource(piece.wildcard, reach, {
            colonsBefore: source.split(':').length - 1,
            endsPart: next === undefined || ('text' in next && next.text.startsWith(':')),
          });
  }
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's').test(actual);
}

/**
 * In an ARN condition each of the six parts is compared by itself. In a Resource element a `*` stays within
 * its part unless it is the part's last character (IAM User Guide, "Resource" and "ARN condition operators").
 */
function wildcardSource(
  wildcard: '*' | '?',
  reach: Reach,
  { colonsBefore, endsPart }: { colonsBefore: number; endsPart: boolean },
): string {
  const many = wildcard === '*';
  const crosses =
    reach === 'text' || colonsBefore >= 5 || (reach === 'resource' && many && endsPart);
  return `${crosses ? '.' : '[^:]'}${many ? '*' : ''}`;
}
