/** Where the administrator puts the helpers that run beside ours. */
export const HELPERS_DIRECTORY = '/etc/ec2-instance-connect/authorized-keys-command.d';

/** At most this many helpers run in one login; every one costs each login a process. */
export const MAX_HELPERS = 16;

/** The ending of the file that holds a helper's arguments. */
export const ARGUMENTS_SUFFIX = '.args';

/**
 * Chooses which names of the helpers' folder are helpers, in the order in which their lines are
 * passed on.
 *
 * The rule is that of run-parts(8): a name consists of ASCII letters, digits, `_` and `-` alone. So
 * hidden files, `NAME.args`, editors' backups and what dpkg and rpm leave behind (`.dpkg-old`,
 * `.rpmsave`) never run by accident. The order is that of the bytes, as in the C locale.
 *
 * @param names every name in the folder, in any order
 * @returns the helpers' names, sorted
 */
export function helperNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => /^[A-Za-z0-9_-]+$/.test(name)).sort(byBytes);
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
