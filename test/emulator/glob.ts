/**
 * Matches `*` (any run of characters, also an empty one) and `?` (one character) against a whole text,
 * as IAM does in actions, resources and StringLike, and EC2 in filter values.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
