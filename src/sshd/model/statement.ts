import { isAtLeast, type OpenSshVersion } from './version.ts';
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
 * @param version decides the quoting: OpenSSH 8.7 split arguments with both kinds of quotes,
 *   backslashes and comments at the end; before, only double quotes counted
 * @returns undefined for an empty line or a comment
 */
export function parseStatement(
  line: string,
  version: OpenSshVersion | undefined,
): Statement | StatementProblem | undefined {
  if (line.length > MAX_LINE) return { problem: `a line of more than ${MAX_LINE} characters` };
  const text = line.replace(/[ \t\r\n\f]+$/, '');
  let first = nextToken(text);
  if (first?.token === '' && first.rest !== undefined) first = nextToken(first.rest);
  if (first === undefined) return { problem: 'a quote is not closed' };
  const { token: keyword, rest = '' } = first;
  if (keyword === '' || keyword.startsWith('#')) return undefined;
  if (rest === '') return { problem: `no argument after keyword "${keyword}"` };
  const args = isAtLeast(version, 8, 7)
    ? splitWords(rest, { comments: true })
    : delimitedArguments(rest);
  if (args === undefined) return { problem: 'a quote is not closed' };
  const value = rest.slice(span(rest, WHITESPACE));
  return { keyword: keyword.toLowerCase(), value, args };
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

/** Arguments before OpenSSH 8.7: strdelim until nothing or an empty token comes. */
function delimitedArguments(text: string): readonly string[] | undefined {
  const args: string[] = [];
  let rest: string | undefined = text;
  while (rest !== undefined && rest !== '') {
    const next = nextToken(rest);
    if (next === undefined) return undefined;
    if (next.token === '') break;
    args.push(next.token);
    rest = next.rest;
  }
  return args;
}
