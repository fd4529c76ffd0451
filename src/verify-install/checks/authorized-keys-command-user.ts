import { fail, pass, type Check } from '../check.ts';
import { commandUserName } from '../facts/people.ts';
import { command, describePlace } from '../facts/sshd.ts';
import { editLine, fix } from '../remedies.ts';

/** sshd runs the command as the user that was made for it. */
export const authorizedKeysCommandUser: Check = {
  id: 'authorized-keys-command-user',
  group: 'sshd',
  title: 'AuthorizedKeysCommandUser',
  dependsOn: ['authorized-keys-command'],
  needs: ['sshd-files'],
  async run(on) {
    const expected = on.fact(commandUserName);
    const { user, userSetting, chained } = (await on.fact(command)) ?? {};
    if (chained === true && user !== undefined) {
      return pass(
        `${user} (${describePlace(userSetting)}), as the command that runs ours needs it`,
      );
    }
    if (user === expected) return pass(`${user} (${describePlace(userSetting)})`);
    const found = `${user ?? 'nobody'} (${describePlace(userSetting)}), expected ${expected}`;
    if (userSetting === undefined || user === undefined) {
      return fail(found, fix('ec2-instance-connect sshd enable'));
    }
    return fail(found, fix(await editLine(on, userSetting.place, `s/${user}/${expected}/`)));
  },
};
