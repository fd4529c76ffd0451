import { fetchKeyBody } from '../../imds/gather.ts';
import { selectCandidates } from '../../authorize/signed-key.ts';
import { isPushableUserName } from '../../ssh/user-name.ts';
import { fail, skip, type Check } from '../check.ts';
import { answered, imds } from '../facts/imds.ts';
import { loginUserName } from '../facts/people.ts';
import { lookAt, shellCommand } from '../remedies.ts';

/** IMDS can be asked for the keys of the user in question. */
export const pushedKeys: Check = {
  id: 'pushed-keys',
  group: 'imds',
  title: 'pushed keys',
  dependsOn: ['imds-token', 'instance-id'],
  needs: ['instance'],
  async run(on) {
    const user = await on.fact(loginUserName);
    if (user === undefined) return skip('not-applicable', 'no login user; name one with --user');
    if (!isPushableUserName(user)) {
      const found = `the service cannot push keys for a user named ${user}`;
      return fail(
        found,
        lookAt(shellCommand('getent', 'passwd', user), 'push keys for another account'),
      );
    }
    const before = on.fact(imds).late;
    const body = await fetchKeyBody(on.fact(imds), user);
    const keys = body === undefined ? 0 : selectCandidates(body, undefined).candidates.length;
    const found = keys === 0 ? `none for ${user} now` : `${keys} for ${user} now`;
    return answered(found, on.fact(imds).late - before, { keys });
  },
};
