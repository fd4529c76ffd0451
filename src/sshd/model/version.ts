/** An OpenSSH release, such as 8.4 or 9.9; the portable patch level does not matter here. */
export interface OpenSshVersion {
  readonly major: number;
  readonly minor: number;
}

/**
 * Finds the release in what `sshd -V` prints. Releases before 9.2 do not know the option; they
 * print their version with the usage, to stderr, and exit with 1.
 *
 * @param output stdout and stderr together
 */
export function parseVersion(output: string): OpenSshVersion | undefined {
  const found = /\bOpenSSH_(\d{1,3})\.(\d{1,3})/.exec(output);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

/** Whether a release is this one or a later one; an unknown release counts as the newest. */
export function isAtLeast(
  version: OpenSshVersion | undefined,
  major: number,
  minor: number,
): boolean {
  if (version === undefined) return true;
  return version.major > major || (version.major === major && version.minor >= minor);
}
