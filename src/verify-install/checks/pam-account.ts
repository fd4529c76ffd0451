import { accessAnswer } from '../../system/pam-access.ts';
import { moduleOption, type PamModule, type PamStack } from '../../system/pam.ts';
import { fail, pass, warn, type Check, type CheckResult, type Remedy } from '../check.ts';
import { isThere } from '../facts/host.ts';
import { accountStack } from '../facts/pam.ts';
import { loginGroups, loginUserName } from '../facts/people.ts';
import type { Inspection } from '../inspection.ts';
import { listed } from '../phrases.ts';
import { decide, lookAt, shellCommand } from '../remedies.ts';

/** Whom a module is asked about. */
interface Who {
  readonly user: string;
  readonly groups: readonly string[];
}

/** What a module does with the login user, as far as its files tell. */
interface Finding {
  readonly refuses: boolean;
  readonly found: string;
  readonly remedy: Remedy;
}

type Judge = (on: Inspection, module: PamModule, who: Who) => Finding | undefined;

/** The modules whose rules can be read; of those with `undefined` other checks look at the rules. */
const JUDGES: Readonly<Record<string, Judge | undefined>> = {
  'pam_access.so': access,
  'pam_deny.so': deny,
  'pam_listfile.so': listFile,
  'pam_time.so': time,
  'pam_nologin.so': undefined,
  'pam_permit.so': undefined,
  'pam_unix.so': undefined,
};

/** No module that sshd has PAM ask about the account refuses the login user. */
export const pamAccount: Check = {
  id: 'pam-account',
  group: 'accounts',
  title: 'PAM account modules',
  dependsOn: ['login-user'],
  needs: ['sshd-files'],
  async run(on) {
    const stack = await on.fact(accountStack);
    if (stack === undefined) return pass('UsePAM is off');
    const who = {
      user: (await on.fact(loginUserName)) ?? '',
      groups: (await on.fact(loginGroups)) ?? [],
    };
    const broken = missingFile(stack) ?? missingModule(on, stack);
    if (broken !== undefined) return broken;
    const findings = stack.modules.flatMap((module) => judge(on, module, who) ?? []);
    const worst = findings.find(({ refuses }) => refuses) ?? findings[0];
    if (worst !== undefined) {
      return worst.refuses ? fail(worst.found, worst.remedy) : warn(worst.found, worst.remedy);
    }
    const names = [...new Set(stack.modules.map(({ name }) => name))];
    const unknown = names.filter((name) => !(name in JUDGES));
    const rest = unknown.length === 0 ? '' : `; only the log tells of ${listed(unknown)}`;
    return pass(`no rule refuses ${who.user}${rest}`, { modules: stack.modules.length });
  },
};

/** A module that may not be asked, or whose refusal may not count, only warns. */
function judge(on: Inspection, module: PamModule, who: Who): Finding | undefined {
  const finding = JUDGES[module.name]?.(on, module, who);
  return finding && { ...finding, refuses: finding.refuses && module.isDecisive };
}

function missingFile({ missing: [first] }: PamStack): CheckResult | undefined {
  if (first === undefined) return undefined;
  const { path, line, file } = first;
  const remedy = lookAt(shellCommand('sed', '-n', `${line}p`, path), 'PAM then refuses everybody');
  return fail(`${path}:${line} includes ${file}, which does not exist`, remedy);
}

/** Where distributions install PAM's modules. */
const MODULE_FOLDERS = ['/usr/lib', '/usr/lib64', '/lib', '/lib64']
  .flatMap((lib) => [lib, `${lib}/x86_64-linux-gnu`, `${lib}/aarch64-linux-gnu`])
  .map((lib) => `${lib}/security`);

function missingModule(on: Inspection, { modules }: PamStack): CheckResult | undefined {
  const folders = MODULE_FOLDERS.filter((folder) => isThere(on, `${folder}/pam_unix.so`));
  if (folders.length === 0) return undefined;
  const gone = modules.find(
    ({ name, isMissed }) => isMissed && !folders.some((folder) => isThere(on, `${folder}/${name}`)),
  );
  if (gone === undefined) return undefined;
  const { name, place } = gone;
  const shown = shellCommand('sed', '-n', `${place.line}p`, place.path);
  return fail(
    `${place.path}:${place.line} names ${name}, which is not installed`,
    lookAt(shown, 'PAM then refuses everybody; install the package that has the module'),
  );
}

function access(on: Inspection, { args }: PamModule, who: Who): Finding | undefined {
  const given = moduleOption(args, 'accessfile');
  const { tree } = on.edges.sshd;
  const folder = '/etc/security/access.d';
  const further = [...tree.names(folder)].filter((name) => name.endsWith('.conf')).sort();
  const paths =
    given === undefined
      ? ['/etc/security/access.conf', ...further.map((name) => `${folder}/${name}`)]
      : [given];
  const files = paths.map((path) => ({ path, text: tree.text(path) ?? '' }));
  const { answer, rule } = accessAnswer(files, { ...who, args });
  if (rule === undefined) return undefined;
  const place = `${rule.path}:${rule.line}`;
  const separator = moduleOption(args, 'fieldsep')?.at(0) ?? ':';
  const command = ['sed', '-i', `1i+${separator}${who.user}${separator}ALL`, rule.path];
  return {
    refuses: answer === 'refused',
    found:
      answer === 'refused'
        ? `pam_access refuses ${who.user}: "${rule.text}" (${place})`
        : `pam_access lets ${who.user} in from some places only: "${rule.text}" (${place})`,
    remedy: decide(shellCommand('grep', '-v', '^#', rule.path), 'everybody whom the rule names', {
      command: shellCommand(...command),
      changes: `${who.user} may log in from everywhere, by any method; nobody else is affected`,
    }),
  };
}

function deny(_: Inspection, { place, isDecisive }: PamModule): Finding | undefined {
  if (!isDecisive) return undefined;
  return {
    refuses: true,
    found: `pam_deny refuses everybody (${place.path}:${place.line})`,
    remedy: lookAt(shellCommand('cat', place.path), 'a service without rules gets those of other'),
  };
}

/** pam_listfile(8), for lists of users. */
function listFile(on: Inspection, { args }: PamModule, { user }: Who): Finding | undefined {
  const file = moduleOption(args, 'file');
  const text = file === undefined ? undefined : on.edges.sshd.tree.text(file);
  if (file === undefined || text === undefined || moduleOption(args, 'item') !== 'user')
    return undefined;
  const isListed = text.split('\n').some((line) => line.trim() === user);
  const allows = moduleOption(args, 'sense') === 'allow';
  if (isListed === allows) return undefined;
  const changes = `${user} may log in by any method; nobody else is affected`;
  const command = allows
    ? `echo ${shellCommand(user)} >> ${shellCommand(file)}`
    : shellCommand('sed', '-i', `/^${user}$/d`, file);
  return {
    refuses: true,
    found: `pam_listfile refuses ${user}: ${file} ${allows ? 'does not list' : 'lists'} the name`,
    remedy: decide(shellCommand('cat', file), `everybody whom ${file} names`, { command, changes }),
  };
}

/** When somebody may log in is a question of the hour: the rule is shown, the log tells of refusals. */
function time(on: Inspection, _: PamModule, { user }: Who): Finding | undefined {
  const path = '/etc/security/time.conf';
  const lines = (on.edges.sshd.tree.text(path) ?? '').split('\n');
  const index = lines.findIndex((line) => {
    const [services = '', , users = '', times] = line.split(';').map((field) => field.trim());
    if (line.startsWith('#') || times === undefined) return false;
    return names(services, 'sshd') && names(users, user);
  });
  if (index === -1) return undefined;
  return {
    refuses: false,
    found: `pam_time limits when ${user} may log in (${path}:${index + 1})`,
    remedy: lookAt(shellCommand('sed', '-n', `${index + 1}p`, path), 'time.conf(5) explains it'),
  };
}

/** A list of time.conf(5): names or patterns joined by `&` and `|`, each perhaps after `!`. */
function names(list: string, name: string): boolean {
  return list.split(/[|&]/).some((word) => {
    const [bare, isNegated] = word.startsWith('!') ? [word.slice(1), true] : [word, false];
    const prefix = bare.endsWith('*') ? bare.slice(0, -1) : undefined;
    const fits = prefix === undefined ? bare === name : name.startsWith(prefix);
    return fits !== isNegated;
  });
}
