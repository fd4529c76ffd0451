import { splitTokens } from '../ssh/tokens.ts';
import { splitWords } from '../ssh/words.ts';
import { accept, refuse, type Verdict } from '../verdict/refusal.ts';

/** The longest text of a `NAME.args` file, in characters. */
export const MAX_TEMPLATE = 4096;

/** At most this many words in a template. */
const MAX_WORDS = 64;

/** A helper's arguments, parsed: one entry a word, each a list of literal texts and tokens. */
export type ArgumentTemplate = readonly (readonly TemplatePart[])[];

type TemplatePart = { readonly text: string } | { readonly token: Token };
type Token = 'u' | 'f' | 'h';

/** Why a template, or a template with its values, cannot be used. */
export type ArgumentsReason =
  | 'template-too-long'
  | 'template-malformed'
  | 'token-unknown'
  | 'fingerprint-missing'
  | 'home-missing';

/** What the tokens stand for: `%u`, `%f` and `%h` of sshd_config(5). */
export interface TokenValues {
  readonly user: string;
  readonly fingerprint?: string | undefined;
  readonly home?: string | undefined;
}

/**
 * Parses a `NAME.args` file: words as sshd splits an AuthorizedKeysCommand (spaces and tabs, both
 * kinds of quotes, backslash before a quote, a backslash or a space), the tokens `%u`, `%f`, `%h`
 * and `%%`. Any other token is refused, because only sshd could fill it. `#` has no meaning.
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

/** Whether the template needs the user's home folder, which costs a look-up. */
export function needsHome(template: ArgumentTemplate): boolean {
  return template.some((word) => word.some((part) => 'token' in part && part.token === 'h'));
}

/**
 * Fills a template in.
 *
 * @returns the helper's arguments, or why a token has no value
 */
export function fillTemplate(
  template: ArgumentTemplate,
  values: TokenValues,
): Verdict<readonly string[], ArgumentsReason> {
  const words: string[] = [];
  for (const parts of template) {
    let word = '';
    for (const part of parts) {
      const text = 'text' in part ? part.text : tokenValue(part.token, values);
      if (text === undefined) {
        return 'token' in part && part.token === 'h'
          ? refuse('home-missing', '%h is asked for, but the user has no known home')
          : refuse('fingerprint-missing', '%f is asked for, but sshd gave no fingerprint');
      }
      word += text;
    }
    words.push(word);
  }
  return accept(words);
}

/** The arguments of a helper without a `NAME.args` file: `<user> [<fingerprint>]`. */
export function defaultArguments(values: TokenValues): readonly string[] {
  return values.fingerprint === undefined ? [values.user] : [values.user, values.fingerprint];
}

function tokenValue(token: Token, values: TokenValues): string | undefined {
  return token === 'u' ? values.user : token === 'f' ? values.fingerprint : values.home;
}

function parseTokens(word: string): Verdict<readonly TemplatePart[], ArgumentsReason> {
  const parts: TemplatePart[] = [];
  for (const part of splitTokens(word)) {
    if ('text' in part) parts.push(part);
    else if (part.token === 'u' || part.token === 'f' || part.token === 'h') {
      parts.push({ token: part.token });
    } else {
      const found = JSON.stringify(`%${part.token}`);
      return refuse('token-unknown', `expected %u, %f, %h or %%, got ${found}`);
    }
  }
  return accept(parts);
}
