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

/** Reads an EnvironmentFile; one that does not exist is empty. */
export function readEnvironmentFile(tree: FileTree, path: string): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  let line = 0;
  let pending = '';
  for (const raw of (tree.text(path) ?? '').split('\n')) {
    line++;
    const text = pending + raw;
    if (pending === '' && /^\s*([#;]|$)/.test(raw)) continue;
    if (/(^|[^\\])(\\\\)*\\$/.test(text)) {
      pending = text.slice(0, -1);
      continue;
    }
    pending = '';
    const found = /^\s*([A-Za-z_]\w*)\s*=(.*)$/s.exec(text);
    if (found === null) continue;
    const [, name = '', value = ''] = found;
    variables.set(name, { value: unquote(value), place: { path, line } });
  }
  return variables;
}

// parse_env_file() of systemd: quotes anywhere in the value, white space around it falls away.
function unquote(text: string): string {
  let value = '';
  let kept = 0;
  let quote = '';
  const trimmed = text.trimStart();
  for (let i = 0; i < trimmed.length; i++) {
    const char = trimmed.charAt(i);
    if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      kept = value.length;
    } else if (char === quote) {
      quote = '';
      kept = value.length;
    } else if (char === '\\' && quote !== "'" && i + 1 < trimmed.length) {
      const next = trimmed.charAt(++i);
      value += quote === '"' && !'"\\`$'.includes(next) ? `\\${next}` : next;
      kept = value.length;
    } else {
      value += char;
      if (quote !== '' || !/\s/.test(char)) kept = value.length;
    }
  }
  return value.slice(0, kept);
}

function parseAssignments(text: string): { name: string; value: string }[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.flatMap((word) => {
    const plain = word.replace(/^(["'])(.*)\1$/s, '$2');
    const equals = plain.indexOf('=');
    return equals <= 0
      ? []
      : [{ name: plain.slice(0, equals), value: unquote(plain.slice(equals + 1)) }];
  });
}
