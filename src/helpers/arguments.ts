import {
  isCommandToken,
  isFurtherToken,
  TOKENS,
  type CommandToken,
  type TokenValues,
} from '../ssh/command-tokens.ts';
import { splitTokens } from '../ssh/tokens.ts';
import { splitWords } from '../ssh/words.ts';
import { accept, refuse, type Verdict } from '../verdict/refusal.ts';

/** The longest text of a `NAME.args` file, in characters. */
export const MAX_TEMPLATE = 4096;

/** At most this many words in a template. */
const MAX_WORDS = 64;

/** The tokens that are looked up where sshd's line does not pass them. */
export const LOOKED_UP: readonly CommandToken[] = ['h', 'U'];

/** A helper's arguments, parsed: one entry a word, each a list of literal texts and tokens. */
export type ArgumentTemplate = readonly (readonly TemplatePart[])[];

type TemplatePart = { readonly text: string } | { readonly token: CommandToken };

/** Why a template, or a template with its values, cannot be used. */
export type ArgumentsReason =
  'template-too-long' | 'template-malformed' | 'token-unknown' | 'token-missing';

/**
 * Parses a `NAME.args` file: words as sshd splits an AuthorizedKeysCommand (spaces and tabs, both
 * kinds of quotes, backslash before a quote, a backslash or a space), the tokens of
 * AuthorizedKeysCommand and `%%`. Any other token is refused. `#` has no meaning.
 *
 * @param text the file's content; a line break may only end it
 */
export function parseTemplate(text: string): Verdict<ArgumentTemplate, ArgumentsReason> {
  if (text.length > MAX_TEMPLATE) {
    return refuse('template-too-long', `expected at most ${MAX_TEMPLATE} characters`);
  }
  const line = text.replace(/\r?\n$/, '');
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line)) {
    return refuse('template-malformed', 'expected one line without control characters');
  }
  const words = splitWords(line);
  if (words === undefined) return refuse('template-malformed', 'a quote is not closed');
  if (words.length > MAX_WORDS) {
    return refuse('template-malformed', `expected at most ${MAX_WORDS} words, got ${words.length}`);
  }
  const template: (readonly TemplatePart[])[] = [];
  for (const word of words) {
    const parts = parseTokens(word);
    if (!parts.ok) return parts;
    template.push(parts.value);
  }
  return accept(template);
}

/** The tokens that a template asks for. */
export function neededTokens(template: ArgumentTemplate): ReadonlySet<CommandToken> {
  return new Set(template.flat().flatMap((part) => ('token' in part ? [part.token] : [])));
}

/**
 * Fills a template in.
 *
 * @returns the helper's arguments, or which token has no value
 */
export function fillTemplate(
  template: ArgumentTemplate,
  values: TokenValues,
): Verdict<readonly string[], ArgumentsReason> {
  const words: string[] = [];
  for (const parts of template) {
    let word = '';
    for (const part of parts) {
      const text = 'text' in part ? part.text : values[part.token];
      if (text === undefined) {
        const { token } = part as { token: CommandToken };
        const how = isFurtherToken(token) ? `${token}=%${token}` : `%${token}`;
        const detail = `%${token} is asked for, but sshd gives none: its AuthorizedKeysCommand needs ${how}`;
        return refuse('token-missing', detail);
      }
      word += text;
    }
    words.push(word);
  }
  return accept(words);
}

/** The arguments of a helper without a `NAME.args` file: `<user> [<fingerprint>]`. */
export function defaultArguments({ u, f }: TokenValues): readonly string[] {
  return [u, f].filter((value) => value !== undefined);
}

function parseTokens(word: string): Verdict<readonly TemplatePart[], ArgumentsReason> {
  const parts: TemplatePart[] = [];
  for (const part of splitTokens(word)) {
    if ('text' in part) parts.push(part);
    else if (isCommandToken(part.token)) parts.push({ token: part.token });
    else {
      const known = TOKENS.map((token) => `%${token}`);
      const got = JSON.stringify(`%${part.token}`);
      return refuse('token-unknown', `expected ${known.join(', ')} or %%, got ${got}`);
    }
  }
  return accept(parts);
}
