/** What `sshd -T` prints: each keyword, in lower case, with its values in their order. */
export type ConfigurationDump = ReadonlyMap<string, readonly string[]>;

/** More than any sshd prints. */
const MAX_DUMP = 1 << 20;

/**
 * Reads the output of `sshd -T`: a keyword, a space and its value on each line; some keywords come
 * more than once. `none` is how sshd prints a command that is not set.
 *
 * @returns undefined for output that is too long to be sshd's
 */
export function parseDump(output: string): ConfigurationDump | undefined {
  if (output.length > MAX_DUMP) return undefined;
  const dump = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    const keyword = (space === -1 ? line : line.slice(0, space)).toLowerCase();
    if (keyword === '') continue;
    const values = dump.get(keyword) ?? [];
    values.push(space === -1 ? '' : line.slice(space + 1).trimEnd());
    dump.set(keyword, values);
  }
  return dump;
}
