import { appendFileSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Namespace } from './namespace.ts';

/** The system user as whom sshd runs the program. */
export const HELPER_USER = 'ec2-instance-connect';

/** Above what Debian and Ubuntu give to people and to system users. */
const FIRST_ID = 61_100;

/**
 * Gives the private /etc of a namespace the helper's user and these login users. A login user's password
 * field is `*`: no password, but not locked either, for sshd refuses locked accounts.
 */
export function addAccounts(namespace: Namespace, users: readonly string[]): void {
  const names = [HELPER_USER, ...users];
  for (const file of ['passwd', 'shadow', 'group']) {
    const path = namespace.path(`/etc/${file}`);
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    const others = lines.filter((line) => !names.includes(line.split(':', 1)[0] ?? ''));
    writeFileSync(path, `${others.join('\n')}\n`);
  }
  const append = (file: string, line: string): void => {
    appendFileSync(namespace.path(`/etc/${file}`), `${line}\n`);
  };
  for (const [index, name] of names.entries()) {
    const id = FIRST_ID + index;
    const [home, shell] =
      name === HELPER_USER ? ['/nonexistent', '/usr/sbin/nologin'] : [homeOf(name), '/bin/sh'];
    append('passwd', `${name}:x:${id}:${id}::${home}:${shell}`);
    append('group', `${name}:x:${id}:`);
    append('shadow', `${name}:*:20000:0:99999:7:::`);
    if (name === HELPER_USER) continue;
    mkdirSync(namespace.path(home), { mode: 0o700 });
    chownSync(namespace.path(home), id, id);
  }
}

/** A login user's home folder, inside. */
export function homeOf(user: string): string {
  return `/run/rig/home/${user}`;
}
