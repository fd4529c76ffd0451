import { parseAccount, parseShadow, type Account, type ShadowEntry } from './accounts.ts';

/**
 * A question to the host's name services, asked with the host's own C library (this program's may be
 * another): what to run, and how to read the end of it.
 */
export interface NameQuery<T> {
  readonly argv: readonly [string, ...string[]];
  /** @returns undefined where the name services do not know */
  readonly read: (end: {
    readonly status: number | undefined;
    readonly stdout: string;
  }) => T | undefined;
}

/** Whose account it is, by name or by user id: getent(1). */
export function accountQuery(nameOrId: string): NameQuery<Account> {
  return {
    argv: ['getent', 'passwd', '--', nameOrId],
    read: ({ status, stdout }) => {
      const account = status === 0 ? parseAccount(stdout.split('\n')[0] ?? '') : undefined;
      // getent takes a name of digits for a user id as well.
      const isAsked = account?.name === nameOrId || String(account?.uid) === nameOrId;
      return isAsked ? account : undefined;
    },
  };
}

/** Somebody's line of shadow(5); only root is told. */
export function shadowQuery(name: string): NameQuery<ShadowEntry> {
  return {
    argv: ['getent', 'shadow', '--', name],
    read: ({ stdout }) => parseShadow(stdout, name),
  };
}

/** The names of somebody's groups, the primary one first: id(1). */
export function groupsQuery(user: string): NameQuery<readonly string[]> {
  return {
    argv: ['id', '-Gn', '--', user],
    read: ({ status, stdout }) => (status === 0 ? stdout.trim().split(' ') : undefined),
  };
}
