import { fail, pass, warn, type Check } from '../check.ts';
import { refusesSessions } from '../../system/accounts.ts';
import { isThere } from '../facts/host.ts';
import { commandUser, commandUserName, groupsOf, shadowOf } from '../facts/people.ts';
import { shellCommand } from '../remedies.ts';

/** Nobody can log in as the command's user: locked, no shell, no home of its own, no other group. */
export const commandUserLocked: Check = {
  id: 'command-user-locked',
  group: 'accounts',
  title: 'nobody can log in as it',
  dependsOn: ['command-user'],
  async run(on) {
    const account = await on.fact(commandUser);
    const name = on.fact(commandUserName);
    if (account === undefined) return fail(`there is no user ${name}`, { command: `id ${name}` });
    if (!refusesSessions(account.shell)) {
      const command = shellCommand('usermod', '--shell', '/usr/sbin/nologin', name);
      return fail(`${name} has the shell ${account.shell}`, { command });
    }
    const password = (await shadowOf(on, name))?.password;
    if (password !== undefined && !/^[!*]/.test(password)) {
      const found = `${name} has a password that is not locked`;
      return fail(found, { command: shellCommand('usermod', '--lock', name) });
    }
    if (isThere(on, account.home) && on.edges.stat(account.home)?.uid === account.uid) {
      const command = shellCommand('usermod', '--home', '/nonexistent', name);
      return fail(`${name} owns its home folder ${account.home}`, { command });
    }
    const others = ((await groupsOf(on, name)) ?? []).filter((group) => group !== name).slice(0, 8);
    if (others.length > 0) {
      const command = shellCommand('usermod', '--groups', '', name);
      return warn(`${name} belongs to further groups: ${others.join(', ')}`, { command });
    }
    return pass(password === undefined ? `shell ${account.shell}` : `locked, ${account.shell}`);
  },
};
