import { splitUnitWords } from './exec-line.ts';
import type { FileTree, Place } from '../../system/file-tree.ts';
import type { PlacedEntry } from '../../system/unit.ts';

/** A variable that a unit gives to what it starts, and the line that sets it. */
export interface Variable {
  readonly value: string;
  readonly place: Place;
}

/**
 * The environment of a unit: Environment= lines, then the EnvironmentFile= files, which win
 * (systemd.exec(5)). An empty assignment forgets what came before of its kind.
 *
 * @param entries the unit's entries of the section Service, in force order
 */
export function unitEnvironment(
  tree: FileTree,
  entries: readonly PlacedEntry[],
): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  for (const entry of inForce(entries, 'Environment')) {
    for (const word of parseAssignments(entry.value)) {
      variables.set(word.name, { value: word.value, place: entry.place });
    }
  }
  for (const entry of inForce(entries, 'EnvironmentFile')) {
    const path = entry.value.replace(/^-/, '');
    for (const [name, variable] of readEnvironmentFile(tree, path)) variables.set(name, variable);
  }
  return variables;
}

/** The entries of a list-like key that are in force: those after the last empty assignment. */
export function inForce(entries: readonly PlacedEntry[], key: string): readonly PlacedEntry[] {
  const all = entries.filter((entry) => entry.key === key);
  return all.slice(all.findLastIndex((entry) => entry.value === '') + 1);
}

/** What ends a line in an EnvironmentFile, and what is white space within one. */
const LINE_END = '\n\r';
const BLANK = ' \t';

/**
 * Reads an EnvironmentFile as parse_env_file_internal of systemd's env-file.c does; one that does not
 * exist is empty. A variable's place is the line on which its assignment begins.
 */
export function readEnvironmentFile(tree: FileTree, path: string): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  const text = tree.text(path) ?? '';
  let line = 1;
  for (let at = 0; at < text.length;) {
    const [head = ''] = text.slice(at).split('\n', 1);
    const [before, key = ''] = /^\s*(?![#;\s])([^=]*)=/.exec(head) ?? [];
    const { value, end } =
      before === undefined
        ? { value: '', end: at + head.length }
        : readValue(text, at + before.length);
    const name = key.trimEnd();
    if (/^[A-Za-z_]\w*$/.test(name)) variables.set(name, { value, place: { path, line } });
    line += text.slice(at, end + 1).split('\n').length - 1;
    at = end + 1;
  }
  return variables;
}

/**
 * Reads a value from behind its `=`. Only quotes in front of everything else mean something; white space
 * between them and around the whole falls away.
 *
 * @returns the value, and where the line break behind it stands
 */
function readValue(text: string, from: number): { readonly value: string; readonly end: number } {
  let value = '';
  let kept = 0;
  let quote = '';
  let isBare = false;
  let at = from;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === '' && LINE_END.includes(char)) break;
    if (char === quote) quote = '';
    else if (quote === '' && !isBare && /["']/.test(char)) quote = char;
    else if (isBare || quote !== '' || !BLANK.includes(char)) {
      const isEscape = char === '\\' && quote !== "'";
      value += isEscape ? unescape(text.charAt(++at), quote) : char;
      isBare = quote === '';
      if (isEscape || !isBare || !BLANK.includes(char)) kept = value.length;
    }
  }
  return { value: value.slice(0, kept), end: at };
}

/** What a backslash and the character behind it stand for; one at the end of a line continues it. */
function unescape(char: string, quote: string): string {
  if (LINE_END.includes(char)) return '';
  return quote === '"' && !'"\\`$'.includes(char) ? `\\${char}` : char;
}

// config_parse_environ() of systemd: words are quoted as in a command line.
function parseAssignments(text: string): { name: string; value: string }[] {
  return (splitUnitWords(text) ?? []).flatMap((word) => {
    const equals = word.text.indexOf('=');
    if (equals <= 0) return [];
    return [{ name: word.text.slice(0, equals), value: word.text.slice(equals + 1) }];
  });
}
