import { printable } from '../log/printable.ts';

/**
 * What a run would have meant to sshd, in one sentence for a person: what sshd would get, and what it would do with it
 * (user_key_command_allowed2 and subprocess in OpenSSH's auth2-pubkey.c and misc.c).
 * @param user the login's user name, as it was given
 * @param keys how many lines were printed
 * @param exitCode of this run
 */
export function conclusion(user: string, keys: number, exitCode: number): string {
  const name = printable(user);
  const goOn = `go on with ${name}'s other keys and the other ways to log in`;
  if (exitCode !== 0) {
    return `sshd would get exit status ${exitCode}: it would use no key of this command, log that it failed, and ${goOn}`;
  }
  if (keys === 0) return `sshd would get no key: it would ${goOn}`;
  const [what, by] = keys === 1 ? ['1 key', 'it'] : [`${keys} keys`, 'any of them'];
  return `sshd would get ${what}: it would let ${name} in by ${by}, if the client holds the private key and no other rule of this host forbids the login`;
}
