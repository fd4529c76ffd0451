import type { Place } from '../../system/file-tree.ts';
import { matchesPatternList } from './pattern.ts';
import type { Statement } from './statement.ts';

/** One `Match` line: all of its criteria must hold. */
export interface MatchBlock {
  readonly place: Place;
  /** The line's arguments as a person wrote them, for messages. */
  readonly text: string;
  readonly criteria: readonly MatchCriterion[];
}

/** A criterion of a Match line, name in lower case; `all` has no pattern. */
export interface MatchCriterion {
  readonly name: string;
  readonly pattern: string;
}

/** Whom a Match block is asked about; what is absent is unknown. */
export interface MatchSubject {
  readonly user?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** Whether a block holds for somebody, as far as the subject tells. */
export type MatchAnswer = 'yes' | 'no' | 'unknown';

const WITHOUT_PATTERN = ['all', 'canonical', 'final', 'invalid-user'];

/**
 * Parses the arguments of a Match statement; `name pattern` and `name=pattern` are the same.
 *
 * @param place where the line stands
 */
export function parseMatch(statement: Statement, place: Place): MatchBlock {
  const words = [...statement.args];
  const criteria: MatchCriterion[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word.startsWith('#')) break;
    const equals = word.indexOf('=');
    if (equals > 0) words.unshift(word.slice(equals + 1));
    const name = (equals > 0 ? word.slice(0, equals) : word).toLowerCase();
    criteria.push({ name, pattern: WITHOUT_PATTERN.includes(name) ? '' : (words.shift() ?? '') });
  }
  return { place, text: statement.value, criteria };
}

/**
 * Whether every block around a statement holds. Addresses, hosts and ports are never known here:
 * `sshd -T -C` is asked where they matter.
 */
export function matchAnswer(blocks: readonly MatchBlock[], subject: MatchSubject): MatchAnswer {
  const answers = blocks.flatMap((block) =>
    block.criteria.map((criterion) => criterionAnswer(criterion, subject)),
  );
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

function criterionAnswer({ name, pattern }: MatchCriterion, subject: MatchSubject): MatchAnswer {
  if (name === 'all') return 'yes';
  if (name === 'user' && subject.user !== undefined) {
    return matchesPatternList(subject.user, pattern) ? 'yes' : 'no';
  }
  if (name === 'group' && subject.groups !== undefined) {
    return groupsMatch(subject.groups, pattern) ? 'yes' : 'no';
  }
  return 'unknown';
}

// ga_match_pattern_list in groupaccess.c: a negated pattern that matches any group decides.
function groupsMatch(groups: readonly string[], list: string): boolean {
  const negated = list
    .split(',')
    .filter((each) => each.startsWith('!'))
    .map((each) => each.slice(1));
  if (groups.some((group) => negated.some((each) => matchesPatternList(group, each)))) return false;
  return groups.some((group) => matchesPatternList(group, list));
}
