import type { ShadowEntry } from '../../system/accounts.ts';
import { fail, pass, type Check, type Decision } from '../check.ts';
import { accountStack } from '../facts/pam.ts';
import { loginUserName, shadowOf, today } from '../facts/people.ts';
import { counted } from '../phrases.ts';
import { decide, shellCommand } from '../remedies.ts';

/** What the distributions' login.defs(5) has for never, in days. */
const NEVER = 99_999;

/**
 * The login user's password has not expired: PAM minds that at logins with keys, too (pam_unix(8)).
 * An expired password has to be changed at the login, which needs a terminal and the old password.
 */
export const passwordAging: Check = {
  id: 'password-aging',
  group: 'accounts',
  title: 'password aging',
  dependsOn: ['login-user'],
  needs: ['root', 'sshd-files'],
  async run(on) {
    const name = (await on.fact(loginUserName)) ?? '';
    const shadow = await shadowOf(on, name);
    if (shadow === undefined) return pass(`${name} has no line in the shadow file`);
    const stack = await on.fact(accountStack);
    // Without PAM sshd looks at the password's age only when it has checked the password.
    if (stack === undefined) return pass('UsePAM is off: only passwords age');
    const unix = stack.modules.find((module) => module.name === 'pam_unix.so');
    if (unix === undefined) return pass('PAM does not ask pam_unix about accounts');
    if (unix.args.includes('no_pass_expiry')) return pass('pam_unix has no_pass_expiry');
    const days = daysLeft(shadow, today(on));
    if (days === undefined) return pass('the password does not expire');
    if (days >= 0) return pass(`the password expires in ${counted(days, 'day')}`, { days });
    return fail(describe(name, shadow, days), remedy(name, shadow, today(on)), { days });
  },
};

/** Days until the password has to be changed; below 0: since then. Undefined: it never has to. */
function daysLeft({ changed, maximum }: ShadowEntry, today: number): number | undefined {
  if (changed === 0) return -1;
  if (changed === undefined || maximum === undefined || maximum >= NEVER) return undefined;
  // A change in the future counts as none to come (check_shadow_expiry in Linux-PAM's pam_unix).
  return today < changed ? undefined : changed + maximum - today;
}

function describe(name: string, { changed, inactive }: ShadowEntry, days: number): string {
  if (changed === 0) return `${name} must change the password before anything else`;
  const since = `${name}'s password has expired ${counted(-days, 'day')} ago`;
  return inactive !== undefined && -days > inactive
    ? `${since}, and the account is closed`
    : `${since}, and must be changed first`;
}

function remedy(name: string, { changed }: ShadowEntry, today: number): Decision {
  const never = {
    command: shellCommand('chage', '--maxdays', '-1', '--inactive', '-1', name),
    changes: `${name}'s password never expires`,
  };
  const renewed = {
    command: shellCommand('chage', '--lastday', String(today), name),
    changes: `${name}'s password counts as changed today, and ages from now on`,
  };
  const choices = changed === 0 ? [renewed] : [renewed, never];
  return decide(
    shellCommand('chage', '--list', name),
    `${name}, by every way to log in`,
    ...choices,
  );
}
