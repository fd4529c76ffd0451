import { fail, pass, warn, type Check } from '../check.ts';
import { refusesSessions } from '../../system/accounts.ts';
import { isThere } from '../facts/host.ts';
import { commandUser, commandUserName, groupsOf, shadowOf } from '../facts/people.ts';
import { fix, lookAt, MAX_COMMANDS, shellCommand } from '../remedies.ts';
import { listed } from '../phrases.ts';

/** Nobody can log in as the command's user: locked, no shell, no home of its own, no other group. */
export const commandUserLocked: Check = {
  id: 'command-user-locked',
  group: 'accounts',
  title: 'command user is locked',
  dependsOn: ['command-user'],
  async run(on) {
    const account = await on.fact(commandUser);
    const name = on.fact(commandUserName);
    if (account === undefined) return fail(`there is no user ${name}`, lookAt(`id ${name}`));
    if (!refusesSessions(account.shell)) {
      const command = shellCommand('usermod', '--shell', '/usr/sbin/nologin', name);
      return fail(`${name} has the shell ${account.shell}`, fix(command));
    }
    const password = (await shadowOf(on, name))?.password;
    if (password !== undefined && !/^[!*]/.test(password)) {
      const found = `${name} has a password that is not locked`;
      return fail(found, fix(shellCommand('usermod', '--lock', name)));
    }
    if (isThere(on, account.home) && on.edges.stat(account.home)?.uid === account.uid) {
      const command = shellCommand('usermod', '--home', '/nonexistent', name);
      return fail(`${name} owns its home folder ${account.home}`, fix(command));
    }
    // The primary group is the account's own, or nogroup where the stock package has made the user.
    const groups = (await groupsOf(on, name)) ?? [];
    const others = groups.slice(1).filter((group) => group !== name);
    if (others.length > 0) {
      const leave = others.map((group) => shellCommand('gpasswd', '--delete', name, group));
      const found = `${name} belongs to further groups: ${listed(others)}`;
      return warn(found, fix(leave.slice(0, MAX_COMMANDS).join(' && ')));
    }
    return pass(password === undefined ? `shell ${account.shell}` : `locked, ${account.shell}`);
  },
};
