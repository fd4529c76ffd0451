import type { Setting } from '../../sshd/model/model.ts';
import { matchAnswer } from '../../sshd/model/match.ts';
import { expandWord } from '../../ssh/sample-login.ts';
import { refusesSessions } from '../../system/accounts.ts';
import { unsafeReason } from '../../system/path-safety.ts';
import { fail, pass, warn, type Check, type CheckResult, type Remedy } from '../check.ts';
import { loginAccount, loginUserName } from '../facts/people.ts';
import { describePlace, setting, sshd, subject } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { decideLine, lookAt, type LineChange } from '../remedies.ts';

/** OpenSSH's default of MaxSessions. */
const SESSIONS = 10;

/** Who has logged in gets a session: sshd opens one, and what it is to run exists. */
export const session: Check = {
  id: 'session',
  group: 'sshd',
  title: 'sessions',
  dependsOn: ['sshd-config', 'login-user'],
  needs: ['sshd-files'],
  async run(on) {
    return (
      (await noSessions(on)) ??
      (await unsafeRoot(on)) ??
      (await forcedCommand(on)) ??
      (await subsystem(on)) ??
      pass('sshd opens them, and what it runs in them exists')
    );
  },
};

async function noSessions(on: Inspection): Promise<CheckResult | undefined> {
  const { value, setting: blamed } = await setting(on, 'maxsessions');
  if (value === undefined || Number(value) !== 0) return undefined;
  const user = await on.fact(loginUserName);
  const settings = [`MaxSessions ${SESSIONS}`];
  const remedy = await line(on, 'MaxSessions', blamed, {
    changes: 'sessions open again, up to the default number, for all whom it concerns',
    ...(user === undefined
      ? {}
      : { alone: { user, settings, changes: `applies to ${user} only` } }),
  });
  return fail(`MaxSessions is 0 (${describePlace(blamed)})`, remedy);
}

/** sshd ends a session whose root is missing, or that others could change (sshd_config(5), ChrootDirectory). */
async function unsafeRoot(on: Inspection): Promise<CheckResult | undefined> {
  const { value = 'none', setting: blamed } = await setting(on, 'chrootdirectory');
  const account = await on.fact(loginAccount);
  if (!on.isRoot || account === undefined || value.toLowerCase() === 'none') return undefined;
  const { name, home, uid } = account;
  const path = expandWord(value, { u: name, h: home, U: String(uid) });
  const problem = path === undefined ? undefined : rootProblem(on, path);
  if (problem === undefined) return undefined;
  const remedy = await line(on, 'ChrootDirectory', blamed, {
    changes: 'all whom it concerns see the whole system, where no later line confines them',
  });
  return fail(`ChrootDirectory: ${problem} (${describePlace(blamed)})`, remedy);
}

function rootProblem(on: Inspection, path: string): string | undefined {
  try {
    return unsafeReason(on.edges.wayTo(path));
  } catch {
    return `${path} does not exist`;
  }
}

async function forcedCommand(on: Inspection): Promise<CheckResult | undefined> {
  const { value, setting: blamed } = await setting(on, 'forcecommand');
  // A shell runs it: what does not begin with a plain path is for the shell to find.
  const program = /^"?(\/[^\s;&|"'<>$`()\\*?]+)/.exec(value ?? '')?.[1];
  if (program === undefined) return undefined;
  const problem = refusesSessions(program)
    ? `${program} ends every session`
    : programProblem(on, program);
  if (problem === undefined) return undefined;
  const remedy = await line(on, 'ForceCommand', blamed, {
    changes: 'all whom it concerns may run what they like, where no later line forces a command',
  });
  return fail(`ForceCommand: ${problem} (${describePlace(blamed)})`, remedy);
}

/** Without its program a subsystem fails, and logins go on. */
async function subsystem(on: Inspection): Promise<CheckResult | undefined> {
  const who = await on.fact(subject);
  const known = new Map<string, Setting>();
  for (const each of (await on.fact(sshd))?.start.settings ?? []) {
    if (each.keyword !== 'subsystem' || matchAnswer(each.match, who) !== 'yes') continue;
    const name = each.args[0] ?? '';
    // The first of a name counts.
    if (!known.has(name)) known.set(name, each);
  }
  for (const [name, blamed] of known) {
    const program = blamed.args[1] ?? '';
    const problem = program.startsWith('/') ? programProblem(on, program) : undefined;
    if (problem === undefined) continue;
    const found = `Subsystem ${name}: ${problem} (${describePlace(blamed)})`;
    return warn(found, await replaceSftp(on, name, program, blamed));
  }
  return undefined;
}

function replaceSftp(
  on: Inspection,
  name: string,
  program: string,
  blamed: Setting,
): Promise<Remedy> {
  const isPlain = name === 'sftp' && /^[\w./-]+$/.test(program);
  return line(on, 'Subsystem', blamed, {
    ...(isPlain ? { edit: `s,${program},internal-sftp,` } : {}),
    changes: isPlain
      ? 'sftp and scp work again: sshd serves the files itself'
      : `nobody can ask for ${name} any more, which fails already`,
  });
}

function programProblem(on: Inspection, path: string): string | undefined {
  const real = on.edges.realPath(path);
  // Only root sees every folder.
  if (real === undefined) return on.isRoot ? `${path} does not exist` : undefined;
  const facts = on.edges.stat(real);
  const isRunnable = facts?.type === 'file' && (facts.mode & 0o111) !== 0;
  return isRunnable ? undefined : `${path} is not an executable file`;
}

/** Somebody's line; where no single one can be blamed, a search for the keyword. */
async function line(
  on: Inspection,
  keyword: string,
  blamed: Setting | undefined,
  change: LineChange,
): Promise<Remedy> {
  if (blamed !== undefined) return decideLine(on, blamed, change);
  return lookAt(`grep -rin ${keyword} /etc/ssh`, 'find the line that sets it');
}
