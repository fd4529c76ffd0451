/**
 * The OS user names that SendSSHPublicKey can address: 1 to 32 letters, digits and `@ . _ -`, which
 * begin with a letter, a digit or an underscore and may end with `$` (domain users are `a.b@corp`).
 * The first character rules out `.` and `..`, which would climb out of the user's folder in a URL.
 */
const USER_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9@._-]{0,30}[A-Za-z0-9@._$-])?$/;

/**
 * Tells whether a key can have been pushed for this user.
 * @param user the OS user's name as sshd gives it (`%u`)
 * @returns false for every name that the API's InstanceOSUser refuses
 */
export function isPushableUserName(user: string): boolean {
  return USER_NAME.test(user);
}
