import { matchAnswer } from '../../sshd/model/match.ts';
import type { Setting } from '../../sshd/model/model.ts';
import { matchesPattern } from '../../sshd/model/pattern.ts';
import { fail, pass, warn, type Check, type CheckResult, type Remedy } from '../check.ts';
import { loginGroups, loginUserName } from '../facts/people.ts';
import { describePlace, dump, setting, sshd, subject } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { commentOut, editLine, lookAt, shellCommand } from '../remedies.ts';

/** sshd does not shut the user in question out by name or group. */
export const loginAllowed: Check = {
  id: 'login-allowed',
  group: 'sshd',
  title: 'login user is allowed',
  dependsOn: ['sshd-config', 'login-user'],
  needs: ['sshd-files'],
  async run(on) {
    const user = (await on.fact(loginUserName)) ?? '';
    const groups = (await on.fact(loginGroups)) ?? [];
    // The order is allowed_user()'s of OpenSSH's auth.c.
    return (
      (await rootProblem(on, user)) ??
      (await deniedUser(on, user)) ??
      (await notAllowedUser(on, user)) ??
      (await deniedGroup(on, user, groups)) ??
      (await notAllowedGroup(on, user, groups)) ??
      pass(`nothing shuts ${user} out`)
    );
  },
};

async function rootProblem(on: Inspection, user: string): Promise<CheckResult | undefined> {
  if (user !== 'root') return undefined;
  const { value, setting: blamed } = await setting(on, 'permitrootlogin');
  if (value !== 'no' && value !== 'forced-commands-only') return undefined;
  const remedy: Remedy = blamed
    ? await editLine(on, blamed.place, `s/${value}/prohibit-password/`)
    : lookAt('grep -rin permitrootlogin /etc/ssh', 'set it to prohibit-password');
  return fail(`PermitRootLogin is ${value} (${describePlace(blamed)})`, remedy);
}

async function deniedUser(on: Inspection, user: string): Promise<CheckResult | undefined> {
  const pattern = (await patterns(on, 'denyusers')).find((each) => matchesUser(user, each));
  if (pattern === undefined) return undefined;
  const blamed = await settingWith(on, 'denyusers', pattern);
  const found = `DenyUsers has ${pattern} (${describePlace(blamed)})`;
  const remedy = await takeOut(on, pattern, blamed);
  return pattern.includes('@') ? warn(`${found}, from some hosts`, remedy) : fail(found, remedy);
}

async function notAllowedUser(on: Inspection, user: string): Promise<CheckResult | undefined> {
  const allowed = await patterns(on, 'allowusers');
  const fitting = allowed.filter((each) => matchesUser(user, each));
  if (allowed.length === 0 || fitting.some((each) => !each.includes('@'))) return undefined;
  const blamed = await settingWith(on, 'allowusers', allowed[0] ?? '');
  const place = describePlace(blamed);
  const remedy: Remedy = blamed
    ? await editLine(on, blamed.place, `s/$/ ${user}/`)
    : lookAt('grep -rin allowusers /etc/ssh', `add ${user}`);
  const [host] = fitting;
  if (host !== undefined) return warn(`AllowUsers has ${host} only (${place})`, remedy);
  return fail(`AllowUsers does not have ${user} (${place})`, remedy);
}

async function deniedGroup(
  on: Inspection,
  user: string,
  groups: readonly string[],
): Promise<CheckResult | undefined> {
  const denied = await patterns(on, 'denygroups');
  const pattern = denied.find((each) => groups.some((group) => matchesPattern(group, each)));
  if (pattern === undefined) return undefined;
  const blamed = await settingWith(on, 'denygroups', pattern);
  const group = groups.find((each) => matchesPattern(each, pattern)) ?? pattern;
  const found = `DenyGroups has ${pattern}, and ${user} is in ${group} (${describePlace(blamed)})`;
  // Nobody leaves his primary group so easily.
  if (group === groups[0]) return fail(found, await takeOut(on, pattern, blamed));
  return fail(found, { command: shellCommand('gpasswd', '--delete', user, group) });
}

async function notAllowedGroup(
  on: Inspection,
  user: string,
  groups: readonly string[],
): Promise<CheckResult | undefined> {
  const allowed = await patterns(on, 'allowgroups');
  const fits = groups.some((group) => allowed.some((each) => matchesPattern(group, each)));
  if (allowed.length === 0 || fits) return undefined;
  const blamed = await settingWith(on, 'allowgroups', allowed[0] ?? '');
  const found = `AllowGroups has no group of ${user}'s (${describePlace(blamed)})`;
  const group = allowed.find((each) => !/[*?!]/.test(each)) ?? 'GROUP';
  return fail(found, { command: shellCommand('usermod', '--append', '--groups', group, user) });
}

/** Takes a pattern out of its line, or the whole line where nothing else would be left. */
async function takeOut(
  on: Inspection,
  pattern: string,
  blamed: Setting | undefined,
): Promise<Remedy> {
  if (blamed === undefined) return lookAt(`grep -rin deny /etc/ssh`, `take ${pattern} out`);
  if (blamed.args.length === 1) return commentOut(on, blamed.place);
  const literal = pattern.replace(/[.*?+]/g, '[$&]');
  return editLine(on, blamed.place, `s/[[:space:]]${literal}([[:space:]]|$)/ /`);
}

/** Every value of a keyword that takes lists: from sshd itself, or from the files where it is mute. */
async function patterns(on: Inspection, keyword: string): Promise<readonly string[]> {
  const dumped = await on.fact(dump);
  if (dumped !== undefined) {
    return (dumped.get(keyword) ?? []).flatMap((line) => line.split(/\s+/)).filter(Boolean);
  }
  return (await settings(on, keyword)).flatMap(({ args }) => args);
}

async function settings(on: Inspection, keyword: string): Promise<readonly Setting[]> {
  const facts = await on.fact(sshd);
  const who = await on.fact(subject);
  const all = facts?.start.settings ?? [];
  return all.filter((each) => each.keyword === keyword && matchAnswer(each.match, who) !== 'no');
}

async function settingWith(
  on: Inspection,
  keyword: string,
  pattern: string,
): Promise<Setting | undefined> {
  return (await settings(on, keyword)).find(({ args }) => args.includes(pattern));
}

/** match_user() of OpenSSH's match.c, as far as the host is not known. */
function matchesUser(user: string, pattern: string): boolean {
  const at = pattern.lastIndexOf('@');
  return matchesPattern(user, at === -1 ? pattern : pattern.slice(0, at));
}
