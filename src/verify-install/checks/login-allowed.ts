import { matchAnswer } from '../../sshd/model/match.ts';
import type { Setting } from '../../sshd/model/model.ts';
import { matchesPattern } from '../../sshd/model/pattern.ts';
import { fail, pass, warn, type Check, type CheckResult, type Remedy } from '../check.ts';
import { loginGroups, loginUserName } from '../facts/people.ts';
import { describePlace, dump, setting, sshd, subject } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { decideLine, lookAt, shellCommand } from '../remedies.ts';

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
      pass(`no rule refuses ${user}`)
    );
  },
};

async function rootProblem(on: Inspection, user: string): Promise<CheckResult | undefined> {
  if (user !== 'root') return undefined;
  const { value, setting: blamed } = await setting(on, 'permitrootlogin');
  if (value !== 'no' && value !== 'forced-commands-only') return undefined;
  const found = `PermitRootLogin is ${value} (${describePlace(blamed)})`;
  const changes = 'root may log in with keys, pushed or in authorized_keys; not with a password';
  return fail(found, await rule(on, blamed, `s/${value}/prohibit-password/`, changes));
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
  const changes = `${user} may log in from everywhere, by any method; nobody else is affected`;
  const remedy = await rule(on, blamed, `s/$/ ${user}/`, changes);
  const [host] = fitting;
  if (host !== undefined) {
    // The address is a rule of its own: whoever connects from there gets in.
    const shown = lookAt('grep -rin allowusers /etc/ssh', `${user} logs in from there only`);
    return warn(`AllowUsers has ${host} only (${place})`, shown);
  }
  return fail(`AllowUsers does not list ${user} (${place})`, remedy);
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
  const remedy = await takeOut(on, pattern, blamed);
  // Nobody leaves a primary group so easily.
  if (group === groups[0] || remedy.kind !== 'decision') return fail(found, remedy);
  const leave = {
    command: shellCommand('gpasswd', '--delete', user, group),
    changes: `${user} loses what ${group} may do, on this host`,
  };
  return fail(found, { ...remedy, choices: [leave, ...remedy.choices] });
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
  return fail(found, await joinOrAllow(on, user, allowed, blamed));
}

/** A group of the user's own, or one that is allowed already: what comes with that is not ours to say. */
async function joinOrAllow(
  on: Inspection,
  user: string,
  allowed: readonly string[],
  blamed: Setting | undefined,
): Promise<Remedy> {
  const own = (await on.fact(loginGroups))?.[0] ?? user;
  const changes = `everybody in the group ${own} may log in`;
  const remedy = await rule(on, blamed, `s/$/ ${own}/`, changes);
  const join = allowed
    .filter((each) => !/[*?!]/.test(each))
    .map((group) => ({
      command: shellCommand('usermod', '--append', '--groups', group, user),
      changes: `${user} gets all that ${group} may do on this host, not only logins`,
    }));
  if (remedy.kind !== 'decision') return remedy;
  return { ...remedy, choices: [...remedy.choices, ...join] };
}

/** A line of somebody's that is edited by decision; without a line to blame, a search for it. */
async function rule(
  on: Inspection,
  blamed: Setting | undefined,
  edit: string,
  changes: string,
): Promise<Remedy> {
  if (blamed === undefined) {
    return lookAt('grep -rinE "^ *(allow|deny|permitroot)" /etc/ssh', `afterwards: ${changes}`);
  }
  return decideLine(on, blamed, { edit, changes });
}

/** Takes a pattern out of its line, or the whole line where nothing else would be left. */
async function takeOut(
  on: Inspection,
  pattern: string,
  blamed: Setting | undefined,
): Promise<Remedy> {
  const literal = pattern.replace(/[.*?+]/g, '[$&]');
  const edit = blamed?.args.length === 1 ? 's/^/#/' : `s/[[:space:]]${literal}([[:space:]]|$)/ /`;
  return rule(on, blamed, edit, `everybody whom "${pattern}" names may log in again`);
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
