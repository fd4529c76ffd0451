import { fail, pass, skip, type Check } from '../check.ts';
import { commandUserName } from '../facts/people.ts';
import { command, describePlace } from '../facts/sshd.ts';
import { editLine, fix, lookAt } from '../remedies.ts';
import { wiringRemedy } from '../wiring-remedy.ts';

/** sshd runs our command as the user that was made for it; another command has a user of its own. */
export const authorizedKeysCommandUser: Check = {
  id: 'authorized-keys-command-user',
  group: 'sshd',
  title: 'AuthorizedKeysCommandUser',
  dependsOn: ['sshd-present', 'sshd-config'],
  needs: ['sshd-files'],
  async run(on) {
    const expected = on.fact(commandUserName);
    const { user, userSetting, ours, chained } = (await on.fact(command)) ?? {};
    if (ours !== true) return skip('not-applicable', 'sshd does not run this program');
    if (chained === true && user !== undefined) {
      return pass(
        `${user} (${describePlace(userSetting)}), as the command that runs ours needs it`,
      );
    }
    if (user === expected) return pass(`${user} (${describePlace(userSetting)})`);
    const found = `${user ?? 'nobody'} (${describePlace(userSetting)}), expected ${expected}`;
    if (userSetting === undefined || user === undefined) {
      return fail(found, wiringRemedy(on, 'enable'));
    }
    if (userSetting.unit !== undefined) {
      const note = 'an option of its command line sets it; take it out with "systemctl edit"';
      return fail(found, lookAt(`systemctl cat ${userSetting.unit}`, note));
    }
    return fail(found, fix(await editLine(on, userSetting.place, `s/${user}/${expected}/`)));
  },
};
