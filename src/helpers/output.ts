/** What one helper may print; more is a flood, and all of its lines are thrown away. */
export const MAX_OUTPUT_BYTES: number = 512 * 1024;

/** How many lines one helper may print. */
export const MAX_OUTPUT_LINES = 4096;

/** The longest line that is passed on, in bytes; OpenSSH's own limit for a key line was 8 to 16 KiB. */
export const MAX_LINE_BYTES: number = 16 * 1024;

/** The lines that are passed on, without their line breaks, and how many were not. */
export interface HelperLines {
  readonly lines: readonly Buffer[];
  readonly dropped: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;
const DELETE = 0x7f;

/**
 * Takes a helper's whole output apart, after the helper has ended with status 0.
 *
 * Lines go on byte for byte: they are the administrator's, options included. A last line that has
 * no line break is whole too, because the helper ended well, and sshd takes such a line. Lines with
 * a control character (a NUL would hide the rest of the line from sshd) or beyond MAX_LINE_BYTES
 * are dropped and counted; empty lines are dropped silently.
 *
 * @param output everything that the helper wrote; at most MAX_OUTPUT_BYTES
 * @returns the lines, or undefined when there are more than MAX_OUTPUT_LINES
 */
export function helperLines(output: Buffer): HelperLines | undefined {
  const lines: Buffer[] = [];
  let dropped = 0;
  let count = 0;
  for (let start = 0; start < output.length;) {
    const feed = output.indexOf(LINE_FEED, start);
    const end = feed === -1 ? output.length : feed;
    const line = output.subarray(start, end);
    start = end + 1;
    if (++count > MAX_OUTPUT_LINES) return undefined;
    if (line.length === 0) continue;
    if (line.length <= MAX_LINE_BYTES && isText(line)) lines.push(line);
    else dropped++;
  }
  return { lines, dropped };
}

// A carriage return may end a line: sshd skips it.
function isText(line: Buffer): boolean {
  return line.every(
    (byte, index) =>
      (byte >= 0x20 && byte !== DELETE) ||
      byte === TAB ||
      (byte === CARRIAGE_RETURN && index === line.length - 1),
  );
}
