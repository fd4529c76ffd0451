import { skip, type Check } from '../check.ts';
import { loginDryRun } from '../facts/dry-run.ts';
import { loginUserName } from '../facts/people.ts';
import { judge } from './dry-run.ts';

/** The command, run as sshd runs it, for the user in question and a key that nobody has. */
export const dryRunUser: Check = {
  id: 'dry-run-user',
  group: 'run',
  title: 'dry run, key not pushed',
  dependsOn: ['dry-run', 'imds-command-user', 'instance-id', 'pushed-keys'],
  needs: ['root', 'instance'],
  async run(on) {
    const user = await on.fact(loginUserName);
    if (user === undefined) return skip('not-applicable', 'no login user; name one with --user');
    const run = await on.fact(loginDryRun);
    return run === undefined ? skip('not-applicable', 'no login user') : judge(on, run);
  },
};
