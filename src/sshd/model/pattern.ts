/** What a pattern consists of: any characters, or one that is asked about. */
type Element = '*' | ((char: string) => boolean);

/**
 * Matches a text against one pattern of ssh_config(5) PATTERNS: `*` stands for any characters, `?`
 * for one.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const elements = pattern
    .split('')
    .map((char): Element => (char === '*' ? char : (other) => char === '?' || char === other));
  return matches(text, elements);
}

/**
 * Two cursors and one point to go back to: time grows with the product of both lengths at most. A regular
 * expression of a hundred `*` would never come to an end.
 */
function matches(text: string, elements: readonly Element[]): boolean {
  let at = 0;
  let e = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const element = elements[e];
    if (element === '*') {
      star = e++;
      resume = at;
    } else if (element?.(text.charAt(at)) === true) {
      e++;
      at++;
    } else if (star !== -1) {
      e = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return elements.slice(e).every((element) => element === '*');
}

/**
 * Matches a text against a comma-separated list of patterns (match_pattern_list in OpenSSH's
 * match.c): a `!pattern` that matches decides against the text, wherever it stands.
 */
export function matchesPatternList(text: string, list: string): boolean {
  const patterns = list.split(',');
  const negated = patterns.filter((each) => each.startsWith('!')).map((each) => each.slice(1));
  if (negated.some((each) => matchesPattern(text, each))) return false;
  return patterns.some((each) => !each.startsWith('!') && matchesPattern(text, each));
}

/**
 * Expands an Include's glob(7) pattern over a folder listing, in the order in which sshd reads the
 * files: sorted by bytes, as in the C locale. A `*` or `?` never matches a dot at the beginning.
 *
 * @param pattern absolute; `*`, `?` and `[…]` in any component, a backslash takes the meaning away
 * @param names the names in a folder
 */
export function expandGlob(
  pattern: string,
  names: (directory: string) => readonly string[],
): readonly string[] {
  let paths = [''];
  for (const part of pattern.split('/').slice(1)) {
    if (!/[*?[\\]/.test(part)) {
      paths = paths.map((path) => `${path}/${part}`);
      continue;
    }
    const elements = elementsOf(part);
    const wantsDot = !/^[*?[]/.test(part);
    paths = paths.flatMap((path) =>
      [...names(path === '' ? '/' : path)]
        .filter((name) => (wantsDot || !name.startsWith('.')) && matches(name, elements))
        .map((name) => `${path}/${name}`),
    );
  }
  return paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The elements of a glob(7) pattern of one component. */
function elementsOf(part: string): readonly Element[] {
  const elements: Element[] = [];
  for (let i = 0; i < part.length; i++) {
    const char = part.charAt(i);
    const set = char === '[' ? /^\[[!^]?\]?[^\]]*\]/.exec(part.slice(i))?.[0] : undefined;
    if (char === '*') elements.push(char);
    else if (char === '?') elements.push(() => true);
    else if (set !== undefined) {
      const rule = setRule(set);
      elements.push((other) => rule.test(other));
      i += set.length - 1;
    } else {
      const literal = char === '\\' ? part.charAt(++i) : char;
      elements.push((other) => other === literal);
    }
  }
  return elements;
}

/** A set such as `[!a-z]` as a rule for one character. */
function setRule(set: string): RegExp {
  const inner = set
    .slice(1, -1)
    .replace(/^!/, '^')
    .replace(/[\\\]]/g, '\\$&');
  try {
    return new RegExp(`^[${inner}]$`, 's');
  } catch {
    return /(?!)/; // a range such as [z-a], which matches nothing in glob(3) either
  }
}
