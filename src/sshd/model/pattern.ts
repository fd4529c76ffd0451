/**
 * Matches a text against one pattern of ssh_config(5) PATTERNS: `*` stands for any characters, `?`
 * for one.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  // Two cursors and one point to go back to: linear in memory, no regular expression to build.
  let at = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const char = pattern.charAt(p);
    if (char === '*') {
      star = p++;
      resume = at;
    } else if (p < pattern.length && (char === '?' || char === text.charAt(at))) {
      p++;
      at++;
    } else if (star !== -1) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(p));
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
    const rule = componentRule(part);
    paths = paths.flatMap((path) =>
      [...names(path === '' ? '/' : path)]
        .filter((name) => rule.test(name))
        .map((name) => `${path}/${name}`),
    );
  }
  return paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function componentRule(part: string): RegExp {
  let rule = /^[*?[]/.test(part) ? '^(?!\\.)' : '^';
  for (let i = 0; i < part.length; i++) {
    const char = part.charAt(i);
    const set = char === '[' ? /^\[[!^]?\]?[^\]]*\]/.exec(part.slice(i)) : null;
    if (char === '*') rule += '.*';
    else if (char === '?') rule += '.';
    else if (set !== null) {
      const inner = set[0]
        .slice(1, -1)
        .replace(/^!/, '^')
        .replace(/[\\\]]/g, '\\$&');
      rule += `[${inner}]`;
      i += set[0].length - 1;
    } else {
      const literal = char === '\\' ? part.charAt(++i) : char;
      rule += literal.replace(/[^A-Za-z0-9_-]/g, '\\$&');
    }
  }
  try {
    return new RegExp(`${rule}$`, 's');
  } catch {
    return /(?!)/; // a range such as [z-a], which matches nothing in glob(3) either
  }
}
