/** Small helpers on lists and bytes for the scripts that make the program. */

/**
 * The element of a list at an index.
 * @throws Error naming what was expected there
 */
export function at<T>(list: readonly T[], index: number, what: string): T {
  const value = list[index];
  if (value === undefined) throw new Error(`expected a ${what}, found none`);
  return value;
}

/**
 * Overwrites every occurrence of a byte string in place.
 * @param expected how often it must occur: another count means another file than the one this was written for
 * @param replacement as long as what it replaces
 */
export function replaceBytes(
  bytes: Buffer,
  from: Buffer,
  replacement: Buffer,
  expected: number,
): void {
  if (from.length !== replacement.length) throw new Error('expected a replacement of equal length');
  const offsets: number[] = [];
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + from.length))
    offsets.push(at);
  if (offsets.length !== expected) {
    throw new Error(
      `expected ${expected} of ${JSON.stringify(from.toString('latin1'))}, found ${offsets.length}`,
    );
  }
  for (const offset of offsets) replacement.copy(bytes, offset);
}
