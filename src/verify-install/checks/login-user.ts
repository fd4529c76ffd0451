import { fail, pass, skip, type Check, type CheckResult } from '../check.ts';
import { refusesSessions, type Account, type ShadowEntry } from '../../system/accounts.ts';
import { moduleOption } from '../../system/pam.ts';
import { isThere } from '../facts/host.ts';
import { accountStack } from '../facts/pam.ts';
import { loginAccount, loginNames, loginUserName, shadowOf, today } from '../facts/people.ts';
import { setting } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { decide, lookAt, shellCommand } from '../remedies.ts';
import { nearestNames, noSuchUser } from '../../system/nearest-names.ts';

/** The user in question has an account that sessions can be opened for. */
export const loginUser: Check = {
  id: 'login-user',
  group: 'accounts',
  title: 'login user account',
  dependsOn: [],
  async run(on) {
    const name = await on.fact(loginUserName);
    if (name === undefined) return skip('not-applicable', 'no login user; name one with --user');
    const account = await on.fact(loginAccount);
    if (account === undefined) {
      const near = nearestNames(name, on.fact(loginNames));
      return fail(noSuchUser(name, near), lookAt('getent passwd'));
    }
    const problem =
      shellProblem(on, account) ??
      (await lockProblem(on, account)) ??
      (await closedProblem(on, account));
    return problem ?? pass(`${name}, shell ${account.shell}`, { user: name });
  },
};

/** allowed_user() of OpenSSH's auth.c demands a shell that exists and can be executed. */
function shellProblem(on: Inspection, { name, shell }: Account): CheckResult | undefined {
  const usable = ['/bin/bash', '/bin/sh'].find((path) => isThere(on, path)) ?? '/bin/sh';
  const remedy = decide(shellCommand('getent', 'passwd', name), `${name}, by every way to log in`, {
    command: shellCommand('usermod', '--shell', usable, name),
    changes: `${name} can open sessions, by every method that sshd accepts`,
  });
  if (refusesSessions(shell)) return fail(`${name} has the shell ${shell}`, remedy);
  const real = on.edges.realPath(shell);
  const facts = real === undefined ? undefined : on.edges.stat(real);
  if (facts?.type === 'file' && (facts.mode & 0o111) !== 0) return undefined;
  return fail(`${name}'s shell ${shell} is not an executable file`, remedy);
}

async function lockProblem(on: Inspection, { name }: Account): Promise<CheckResult | undefined> {
  const shadow = await shadowOf(on, name);
  if (shadow === undefined) return undefined;
  // As pam_unix does, on the day itself too (check_shadow_expiry).
  if (shadow.expires !== undefined && shadow.expires <= today(on)) {
    const remedy = decide(
      shellCommand('chage', '--list', name),
      `${name}, by every way to log in`,
      {
        command: shellCommand('chage', '--expiredate', '-1', name),
        changes: `${name}'s account never expires`,
      },
    );
    return fail(`${name}'s account has expired`, remedy);
  }
  // With PAM sshd leaves the lock to it, and PAM does not mind for keys (sshd_config(5), UsePAM).
  const usePam = (await setting(on, 'usepam')).value?.toLowerCase() === 'yes';
  if (usePam || !shadow.password.startsWith('!')) return undefined;
  const remedy = decide(shellCommand('passwd', '--status', name), `${name}, by every key`, {
    command: unlock(name, shadow),
    changes: `${name} can log in with keys; no password opens the account that did not before`,
  });
  return fail(`${name} is locked, and UsePAM is off`, remedy);
}

/** usermod refuses to unlock what has no password: `*` is none, and not locked either. */
function unlock(name: string, { password }: ShadowEntry): string {
  return /^!+\*?$/.test(password)
    ? shellCommand('usermod', '--password', '*', name)
    : shellCommand('usermod', '--unlock', name);
}

/** With PAM the file is pam_nologin's (pam_nologin(8)); without, sshd looks itself (sshd(8), FILES). */
async function closedProblem(on: Inspection, { uid }: Account): Promise<CheckResult | undefined> {
  const stack = await on.fact(accountStack);
  const module = stack?.modules.find(({ name }) => name === 'pam_nologin.so');
  const file = moduleOption(module?.args ?? [], 'file');
  const byModule = file === undefined ? ['/etc/nologin', '/run/nologin'] : [file];
  const isAsked = module !== undefined || stack?.modules.length === 0;
  const paths = stack === undefined ? ['/etc/nologin'] : isAsked ? byModule : [];
  const closed = paths.find((path) => isThere(on, path));
  if (uid === 0 || closed === undefined) return undefined;
  const remedy = decide(shellCommand('cat', closed), 'everybody but root', {
    command: shellCommand('rm', closed),
    changes: 'everybody may log in again',
  });
  return fail(`${closed} refuses everybody but root`, remedy);
}
