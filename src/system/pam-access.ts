import { moduleOption } from './pam.ts';
import {
  both,
  firstDecides,
  listMatch,
  type Match,
  type Rule,
  type RulesAnswer,
} from './rule-lists.ts';

/** A file of access.conf(5). */
export interface AccessFile {
  readonly path: string;
  readonly text: string;
}

/** Whose login it is, and how the module was told to read its files. */
export interface AccessQuestion {
  readonly user: string;
  readonly groups: readonly string[];
  /** The module's arguments: `fieldsep=`, `listsep=` and `nodefgroup` count (pam_access(8)). */
  readonly args: readonly string[];
}

/** What never is the origin of a login over the network. */
const LOCAL = /^(LOCAL|crond?|console|tty\w*|pts\/\d+|:\d+(\.\d+)?)$/;

/**
 * Judges by the rules of access.conf(5): the first rule that fits user and origin decides, and whom
 * none fits is let in.
 * @param files in the order in which the module reads them
 */
export function accessAnswer(files: readonly AccessFile[], question: AccessQuestion): RulesAnswer {
  const field = moduleOption(question.args, 'fieldsep') ?? ':';
  const list = moduleOption(question.args, 'listsep') ?? ' \t,';
  const rules = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index): Rule[] => {
      const parts = parseRule(line, field);
      if (parts === undefined) return [];
      const match = both(
        listMatch(words(parts.users, list), (word) => isUser(word, question)),
        listMatch(words(parts.origins, list), isOrigin),
      );
      const place = { path, line: index + 1 };
      return [{ place, text: line.trim(), match, grants: parts.permission === '+' }];
    }),
  );
  return firstDecides(rules);
}

interface RuleParts {
  readonly permission: string;
  readonly users: string;
  readonly origins: string;
}

/** The origins are all that is left: IPv6 addresses have colons. */
function parseRule(line: string, separators: string): RuleParts | undefined {
  if (/^\s*(#|$)/.test(line)) return undefined;
  const parts: string[] = [];
  let rest = line;
  while (parts.length < 2) {
    const at = Array.from(rest).findIndex((char) => separators.includes(char));
    if (at === -1) return undefined;
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at + 1);
  }
  const [permission = '', users = ''] = parts;
  return permission === '+' || permission === '-'
    ? { permission, users, origins: rest.trim() }
    : undefined;
}

function words(text: string, separators: string): readonly string[] {
  const found = [''];
  for (const char of text) {
    if (separators.includes(char)) found.push('');
    else found.push(`${found.pop() ?? ''}${char}`);
  }
  return found.map((word) => word.trim()).filter(Boolean);
}

function isUser(word: string, { user, groups, args }: AccessQuestion): Match {
  if (word === 'ALL' || word === user) return 'yes';
  const group = /^\((.+)\)$/.exec(word)?.[1];
  if (group !== undefined) return groups.includes(group) ? 'yes' : 'no';
  // A netgroup, or a user on one of several hosts: only the name services know.
  if (word.startsWith('@')) return 'unknown';
  if (word.includes('@')) return word.startsWith(`${user}@`) ? 'unknown' : 'no';
  return !args.includes('nodefgroup') && groups.includes(word) ? 'yes' : 'no';
}

function isOrigin(word: string): Match {
  if (word === 'ALL') return 'yes';
  return LOCAL.test(word) ? 'no' : 'unknown';
}
