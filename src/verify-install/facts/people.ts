import { COMMAND_USER } from '../../sshd/model/effective.ts';
import {
  humanAccounts,
  loginNamesOf,
  type Account,
  type ShadowEntry,
} from '../../system/accounts.ts';
import {
  accountQuery,
  groupsQuery,
  shadowQuery,
  type NameQuery,
} from '../../system/name-service.ts';
import type { Inspection } from '../inspection.ts';
import { knownManifest } from './host.ts';

const SECONDS_PER_DAY = 86_400;

/** The users that images of the distributions are made with. */
const IMAGE_USERS = [
  'ec2-user',
  'ubuntu',
  'admin',
  'debian',
  'centos',
  'rocky',
  'almalinux',
  'fedora',
];

/** The name of the system user that sshd runs the command as. */
export function commandUserName(on: Inspection): string {
  return on.fact(knownManifest)?.user ?? COMMAND_USER;
}

/** The account that sshd runs the command as; undefined where there is none. */
export function commandUser(on: Inspection): Promise<Account | undefined> {
  return findAccount(on, on.fact(commandUserName));
}

/** The account of the user in question; undefined where there is none. */
export async function loginAccount(on: Inspection): Promise<Account | undefined> {
  const name = await on.fact(loginUserName);
  return name === undefined ? undefined : findAccount(on, name);
}

/** What /proc/self/loginuid holds where nobody has logged in. */
const NO_LOGIN = 4_294_967_295;

/**
 * The login user in question: the one that was asked for, else who has logged in (whom sudo does not
 * change), else the user that this distribution's images have, else the first regular user account.
 */
export async function loginUserName(on: Inspection): Promise<string | undefined> {
  const { options, edges } = on;
  if (options.user !== undefined) return options.user;
  const { text } = edges.sshd.tree;
  const loginId = Number(text('/proc/self/loginuid') ?? NO_LOGIN);
  const id = on.isRoot ? loginId : edges.uid;
  if (id !== 0 && id !== NO_LOGIN) {
    const account = await findAccount(on, String(id));
    if (account !== undefined) return account.name;
  }
  const people = humanAccounts(text('/etc/passwd') ?? '');
  const image = people.find(({ name }) => IMAGE_USERS.includes(name));
  return (image ?? people[0])?.name;
}

/** The names of the local accounts that a person could log in to, root's among them. */
export function loginNames(on: Inspection): readonly string[] {
  return loginNamesOf(on.edges.sshd.tree.text('/etc/passwd') ?? '');
}

/** The names of the groups that the user in question belongs to; undefined where nobody knows. */
export async function loginGroups(on: Inspection): Promise<readonly string[] | undefined> {
  const name = await on.fact(loginUserName);
  return name === undefined ? undefined : groupsOf(on, name);
}

/** The names of somebody's groups, the primary one first; undefined where id(1) does not know. */
export function groupsOf(on: Inspection, name: string): Promise<readonly string[] | undefined> {
  return ask(on, groupsQuery(name));
}

/** Somebody's line of shadow(5); undefined where there is none, or for anybody but root. */
export async function shadowOf(on: Inspection, name: string): Promise<ShadowEntry | undefined> {
  return on.isRoot ? ask(on, shadowQuery(name)) : undefined;
}

/** The day that shadow(5) calls today: whole days since the beginning of 1970, in UTC. */
export function today(on: Inspection): number {
  return Math.floor(on.edges.now() / SECONDS_PER_DAY);
}

/** Asks every name service of the host, as sshd does; undefined where there is no such account. */
export function findAccount(on: Inspection, name: string): Promise<Account | undefined> {
  return ask(on, accountQuery(name));
}

async function ask<T>(on: Inspection, { argv, read }: NameQuery<T>): Promise<T | undefined> {
  return read(await on.edges.run({ argv }));
}
