/** How many edits make a name a likely misspelling. */
const NEAR = 2;

/**
 * The names that somebody may have meant: at most two edits away (Levenshtein), nearest first, at
 * most three.
 */
export function nearestNames(name: string, known: readonly string[]): readonly string[] {
  return known
    .map((each) => ({ each, distance: editDistance(name, each) }))
    .filter(({ each, distance }) => distance <= NEAR && distance < each.length)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ each }) => each);
}

/** That there is no such user, and who may have been meant. */
export function noSuchUser(name: string, near: readonly string[]): string {
  return `there is no user ${name}${didYouMean(near)}`;
}

/** The end of a complaint about a word that is not known; nothing where there is nothing near. */
export function didYouMean(near: readonly string[]): string {
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const swap = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
