/** The variables that sshd gives its commands (subprocess() in OpenSSH's misc.c). */
const SSHD_ENVIRONMENT = ['PATH', 'USER', 'LOGNAME', 'HOME', 'LANG'];

/** Of an environment, the variables that sshd gives its commands. */
export function sshdVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SSHD_ENVIRONMENT.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The environment that sshd gives the commands of a user; Debian's PATH has `/usr/games` as well. */
export function sshdEnvironment(account: {
  readonly name: string;
  readonly home: string;
}): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    USER: account.name,
    LOGNAME: account.name,
    HOME: account.home,
    LANG: 'C.UTF-8',
  };
}
