import { fail, pass, type Check } from '../check.ts';
import { commandUser, commandUserName } from '../facts/people.ts';
import { fix, shellCommand } from '../remedies.ts';

/** The system user that sshd runs the command as exists, and is not root. */
export const commandUserExists: Check = {
  id: 'command-user',
  group: 'accounts',
  title: 'command user',
  dependsOn: [],
  async run(on) {
    const name = on.fact(commandUserName);
    const account = await on.fact(commandUser);
    if (account === undefined) return fail(`there is no user ${name}`, fix(create(name)));
    if (account.uid === 0) {
      const command = `${shellCommand('userdel', '--force', name)} && ${create(name)}`;
      return fail(`${name} has user id 0, which is root's`, fix(command));
    }
    return pass(`${name}, user id ${account.uid}`);
  },
};

function create(name: string): string {
  const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
  return shellCommand('useradd', '--system', '--user-group', ...home, name);
}
