/** Pages of which a script writes a part. Pure. */

/**
 * What is before and behind the part.
 * @param part its name, a word
 */
export function marksOf(part: string): readonly [begin: string, end: string] {
  return [`<!-- ${part} -->`, `<!-- end of ${part} -->`];
}

/**
 * Replaces what is between the marks of a part.
 * @throws Error for a page that has not both, in this order
 */
export function putBetweenMarks(page: string, part: string, content: string): string {
  const marks = marksOf(part);
  const begin = page.indexOf(marks[0]);
  const end = page.indexOf(marks[1]);
  if (begin < 0 || end < begin) throw new Error(`expected ${marks.join(' and ')} in the page`);
  return `${page.slice(0, begin)}${marks[0]}\n\n${content}\n\n${page.slice(end)}`;
}
