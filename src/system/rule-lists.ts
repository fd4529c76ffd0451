/** What access.conf(5), hosts_access(5) and pam.conf(5) have in common: long lines, lists with exceptions, order. */
import type { Place } from './file-tree.ts';

/** Whether something fits, as far as that is known. */
export type Match = 'yes' | 'no' | 'unknown';

/** Whether both hold. */
export function both(a: Match, b: Match): Match {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' && b === 'yes' ? 'yes' : 'unknown';
}

/** Judges a list such as `A B EXCEPT C`: one of the words in front, and none of those behind. */
export function listMatch(items: readonly string[], matches: (word: string) => Match): Match {
  const except = items.indexOf('EXCEPT');
  const first = (except === -1 ? items : items.slice(0, except)).map(matches);
  const within = first.includes('yes') ? 'yes' : first.includes('unknown') ? 'unknown' : 'no';
  if (except === -1) return within;
  const outside = listMatch(items.slice(except + 1), matches);
  return both(within, outside === 'yes' ? 'no' : outside === 'no' ? 'yes' : 'unknown');
}

/** A rule of a table, and how far it fits who is asked about. */
export interface Rule {
  readonly place: Place;
  readonly text: string;
  readonly match: Match;
  readonly grants: boolean;
}

/** Whether a table lets somebody in who comes from an unknown address. */
export interface RulesAnswer {
  /** `depends`: only from some addresses, or nobody can tell from the files. */
  readonly answer: 'allowed' | 'refused' | 'depends';
  /** The rule that refuses. */
  readonly rule?: Place & { readonly text: string };
}

/** The first rule that fits decides; whom none fits is let in. */
export function firstDecides(rules: readonly Rule[]): RulesAnswer {
  let maybeAllowed = false;
  for (const { place, text, match, grants } of rules) {
    if (match === 'unknown') maybeAllowed ||= grants;
    else if (match === 'yes' && grants) return { answer: 'allowed' };
    else if (match === 'yes') {
      return { answer: maybeAllowed ? 'depends' : 'refused', rule: { ...place, text } };
    }
  }
  return { answer: 'allowed' };
}

/** A line, perhaps put together from several, and where it begins, counted from 1. */
export interface LongLine {
  readonly text: string;
  readonly line: number;
}

/**
 * Puts together the lines that a backslash at the end carries on.
 * @param joint what stands in place of the backslash and the line's end
 */
export function longLines(text: string, joint: '' | ' '): readonly LongLine[] {
  const found: LongLine[] = [];
  let open: LongLine | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = open?.line ?? index + 1;
    const whole = (open?.text ?? '') + raw;
    open = whole.endsWith('\\') ? { text: whole.slice(0, -1) + joint, line } : undefined;
    if (open === undefined) found.push({ text: whole, line });
  }
  return found;
}
