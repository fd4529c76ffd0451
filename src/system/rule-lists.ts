/** What access.conf(5), hosts_access(5) and pam.conf(5) have in common: long lines, and lists with exceptions. */

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
