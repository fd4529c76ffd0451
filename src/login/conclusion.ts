import { printable } from '../log/printable.ts';

/** What is known of the host besides the run. */
export interface Standing {
  /** Whether there is such a user: sshd lets nobody in by another name. */
  readonly isKnown: boolean;
  /** Whether sshd asks this program for the user; undefined where nobody can tell. */
  readonly isAsked: boolean | undefined;
}

/**
 * What a run would have meant to sshd, in one sentence for a person: what sshd would get, and what it would do with it
 * (user_key_command_allowed2 and subprocess in OpenSSH's auth2-pubkey.c and misc.c).
 * @param user the login's user name, as it was given
 * @param keys how many lines were printed
 * @param exitCode of this run
 * @param standing of this program with sshd, for this user; without it, the sentence takes for granted that sshd asks
 */
export function conclusion(
  user: string,
  keys: number,
  exitCode: number,
  standing?: Standing,
): string {
  const name = printable(user);
  const meaning = meaningFor(name, keys, exitCode);
  if (standing?.isKnown === false) {
    return `there is no user ${name} on this host: sshd lets nobody in by that name, whatever this program prints`;
  }
  if (standing === undefined || standing.isAsked === true) return meaning;
  const status = `sudo ec2-instance-connect sshd status --user ${name}`;
  return standing.isAsked === false
    ? `sshd does not ask this program for ${name}, and gets nothing of this ("${status}" says what it has instead)`
    : `if sshd asks this program for ${name} ("${status}" says so), ${meaning}`;
}

function meaningFor(name: string, keys: number, exitCode: number): string {
  const goOn = `go on with ${name}'s other keys and the other ways to log in`;
  if (exitCode !== 0) {
    return `sshd would get exit status ${exitCode}: it would use no key of this command, log that it failed, and ${goOn}`;
  }
  if (keys === 0) return `sshd would get no key: it would ${goOn}`;
  const [what, by] = keys === 1 ? ['1 key', 'it'] : [`${keys} keys`, 'any of them'];
  return `sshd would get ${what}: it would let ${name} in by ${by}, if the client holds the private key and no other rule of this host forbids the login`;
}
