import { hasQuirk } from './quirks.ts';
import type { OpenSshVersion } from './version.ts';
import { splitWords } from '../../ssh/words.ts';

/** One line of sshd_config(5), or the text of one `-o` option. */
export interface Statement {
  /** In lower case: keywords are case-insensitive. */
  readonly keyword: string;
  /** The rest of the line as it stands, which is what AuthorizedKeysCommand takes. */
  readonly value: string;
  /** The rest of the line split into arguments, which is what most keywords take. */
  readonly args: readonly string[];
}

/** A line that sshd would not accept, and why. */
export interface StatementProblem {
  readonly problem: string;
}

/** The longest line that is looked at, in characters. */
const MAX_LINE = 65_536;

const WHITESPACE = ' \t\r\n';

/**
 * Parses one line as process_server_config_line (OpenSSH's servconf.c) does.
 *
 * @param version decides comments, quotes and blanks at the end, see QUIRKS
 * @param source a line of a file, or the text of an `-o` option, in which `#` never is a comment
 * @returns undefined for an empty line or a comment
 */
export function parseStatement(
  line: string,
  version: OpenSshVersion | undefined,
  source: 'file' | 'option' = 'file',
): Statement | StatementProblem | undefined {
  if (line.length > MAX_LINE) return { problem: `a line of more than ${MAX_LINE} characters` };
  const isCut = source === 'file' && hasQuirk(version, 'hash-cuts-line');
  const raw = isCut ? (line.split('#', 1)[0] ?? '') : line;
  const text = raw.replace(/[ \t\r\n\f]+$/, '');
  let first = nextToken(text);
  if (first?.token === '' && first.rest !== undefined) first = nextToken(first.rest);
  // An open quote before the keyword makes every release pass the line over, without an error.
  if (first === undefined) return undefined;
  const { token: keyword, rest = '' } = first;
  if (keyword === '' || keyword.startsWith('#')) return undefined;
  if (rest === '') return { problem: `no argument after keyword "${keyword}"` };
  const args = splitArguments(keyword.toLowerCase(), rest, version);
  if (args === undefined) return { problem: 'a quote is not closed' };
  const end = raw.slice(text.length);
  const keptEnd = end.includes('\r') && hasQuirk(version, 'carriage-return-kept') ? end : '';
  const value = rest.slice(span(rest, WHITESPACE)) + keptEnd;
  return { keyword: keyword.toLowerCase(), value, args };
}

function splitArguments(
  keyword: string,
  rest: string,
  version: OpenSshVersion | undefined,
): readonly string[] | undefined {
  const delimited = delimitedArguments(rest);
  if (hasQuirk(version, 'delimited-arguments')) {
    // An open quote is an error where it leaves a keyword without an argument. The command takes its
    // line as it stands: what its quotes are worth is seen when it runs.
    const { args, isClosed } = delimited;
    return isClosed || args.length > 0 || keyword === 'authorizedkeyscommand' ? args : undefined;
  }
  const words = splitWords(rest, { comments: true });
  const isMatch = keyword === 'match' && hasQuirk(version, 'delimited-match');
  return words !== undefined && isMatch ? delimited.args : words;
}

interface Token {
  readonly token: string;
  /** What follows; undefined at the end of the text. */
  readonly rest: string | undefined;
}

/**
 * strdelim() of OpenSSH's misc.c: up to the next white space, one `=` of which counts as such too;
 * a double-quoted part belongs to the token.
 *
 * @returns undefined where a quote is not closed
 */
function nextToken(text: string): Token | undefined {
  const at = text.search(/[ \t\r\n"=]/);
  if (at === -1) return { token: text, rest: undefined };
  if (text.charAt(at) === '"') {
    const close = text.indexOf('"', at + 1);
    if (close === -1) return undefined;
    const token = text.slice(0, at) + text.slice(at + 1, close);
    return { token, rest: skip(text, close + 1) };
  }
  const rest = skip(text, at + 1);
  const equals = text.charAt(at) !== '=' && rest.startsWith('=');
  return { token: text.slice(0, at), rest: equals ? skip(rest, 1) : rest };
}

function skip(text: string, from: number): string {
  return text.slice(from + span(text.slice(from), WHITESPACE));
}

function span(text: string, characters: string): number {
  let length = 0;
  while (length < text.length && characters.includes(text.charAt(length))) length++;
  return length;
}

/** Arguments as strdelim gives them one after the other, until nothing or an empty one comes. */
function delimitedArguments(text: string): { args: readonly string[]; isClosed: boolean } {
  const args: string[] = [];
  let rest: string | undefined = text;
  while (rest !== undefined && rest !== '') {
    const next = nextToken(rest);
    if (next === undefined) return { args, isClosed: false };
    if (next.token === '') break;
    args.push(next.token);
    rest = next.rest;
  }
  return { args, isClosed: true };
}
