/** A command line of a unit (systemd.service(5), COMMAND LINES). */
export interface ExecLine {
  /** `-`, `@`, `+`, `!`, `:` and `|` in front of the program. */
  readonly prefix: string;
  readonly program: string;
  /** The words after the program, unquoted; variables and specifiers are still in them. */
  readonly words: readonly string[];
  /** Where, in the text, the words after the program begin; equal to its length without any. */
  readonly rest: number;
}

/** A word after its variables have been replaced; `variable` names where it came from. */
export interface ExpandedWord {
  readonly text: string;
  readonly variable?: string;
}

/** As systemd has it: a byte of a UTF-8 letter is none, whatever it is in Latin-1. */
const WHITESPACE = ' \t\n\r';

const PREFIX = /^[-@:+!|]*/;

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  s: ' ',
};

/**
 * Takes a command line apart: quotes of both kinds, C escapes, the prefixes of the program.
 *
 * @returns undefined for a line that this model does not understand: an open quote, or several
 *   commands separated by `;`
 */
export function parseExecLine(text: string): ExecLine | undefined {
  const words = splitUnitWords(text);
  const first = words?.[0];
  if (words === undefined || first === undefined || words.some(({ raw }) => raw === ';')) {
    return undefined;
  }
  const prefix = PREFIX.exec(first.text)?.[0] ?? '';
  const program = first.text.slice(prefix.length);
  // With `@`, the word after the program is its argv[0].
  const skipped = prefix.includes('@') ? 2 : 1;
  const rest = words[skipped]?.start ?? text.length;
  return { prefix, program, words: words.slice(skipped).map((word) => word.text), rest };
}

/**
 * Replaces variables as systemd does: `$NAME` as a whole word becomes zero or more words, `${NAME}`
 * anywhere becomes its value, `$$` becomes `$`; `%%` becomes `%`. An unset variable is empty.
 *
 * @param line with the prefix `:` nothing is replaced
 * @param environment values of the unit's Environment and EnvironmentFile
 */
export function expandWords(
  line: ExecLine,
  environment: ReadonlyMap<string, string>,
): readonly ExpandedWord[] {
  return line.words.flatMap((raw): ExpandedWord[] => {
    const word = raw.replaceAll('%%', '%');
    if (line.prefix.includes(':')) return [{ text: word }];
    const whole = /^\$([A-Za-z_]\w*)$/.exec(word)?.[1];
    if (whole !== undefined) {
      const words = splitUnitWords(environment.get(whole) ?? '', 'variable') ?? [];
      return words.map(({ text }) => ({ text, variable: whole }));
    }
    const name = /\$\{([A-Za-z_]\w*)\}/.exec(word)?.[1];
    const text = word.replace(/\$(?:\$|\{([A-Za-z_]\w*)\})/g, (_, variable: string | undefined) =>
      variable === undefined ? '$' : (environment.get(variable) ?? ''),
    );
    return [name === undefined ? { text } : { text, variable: name }];
  });
}

/** Quotes a word for a unit file, so that systemd hands it over unchanged. */
export function quoteForUnit(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** A word of a command line in a unit file. */
export interface UnitWord {
  readonly text: string;
  /** As it stands in the unit: only a bare `;` separates commands. */
  readonly raw: string;
  readonly start: number;
}

/**
 * Splits a command line of a unit file: extract_first_word() of systemd, with EXTRACT_UNQUOTE and
 * EXTRACT_CUNESCAPE.
 *
 * @param source the value of a variable has EXTRACT_RELAX instead of the latter: a backslash stands for
 *   the character behind it, and a quote may stay open
 * @returns undefined where a quote stays open
 */
export function splitUnitWords(
  text: string,
  source: 'unit' | 'variable' = 'unit',
): readonly UnitWord[] | undefined {
  const words: UnitWord[] = [];
  let word: string | undefined;
  let start = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === '' && WHITESPACE.includes(char)) {
      if (word !== undefined) words.push({ text: word, raw: text.slice(start, at), start });
      word = undefined;
      continue;
    }
    if (word === undefined) start = at;
    word ??= '';
    if (char === '\\') {
      const escape =
        source === 'unit' ? readEscape(text, at + 1) : { text: text.charAt(at + 1), length: 1 };
      word += escape.text;
      at += escape.length;
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else word += char;
  }
  if (quote !== '' && source === 'unit') return undefined;
  if (word !== undefined) words.push({ text: word, raw: text.slice(start), start });
  return words;
}

function readEscape(text: string, at: number): { text: string; length: number } {
  const char = text.charAt(at);
  const hex = /^x([0-9a-fA-F]{2})/.exec(text.slice(at))?.[1];
  const octal = /^[0-3][0-7]{2}/.exec(text.slice(at))?.[0];
  if (hex !== undefined) return { text: String.fromCharCode(parseInt(hex, 16)), length: 3 };
  if (octal !== undefined) return { text: String.fromCharCode(parseInt(octal, 8)), length: 3 };
  return { text: ESCAPES[char] ?? char, length: char === '' ? 0 : 1 };
}
