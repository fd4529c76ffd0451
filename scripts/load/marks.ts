/** What stands before and behind the measured part of a page. */
export const MARKS = ['<!-- load -->', '<!-- end of load -->'] as const;

/**
 * Replaces what is between the marks of a page.
 * @throws Error for a page that has not both, in this order
 */
export function putBetweenMarks(page: string, content: string): string {
  const begin = page.indexOf(MARKS[0]);
  const end = page.indexOf(MARKS[1]);
  if (begin < 0 || end < begin) throw new Error(`expected ${MARKS.join(' and ')} in the page`);
  return `${page.slice(0, begin)}${MARKS[0]}\n\n${content}\n\n${page.slice(end)}`;
}
