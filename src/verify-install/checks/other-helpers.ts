import { parseTemplate } from '../../helpers/arguments.ts';
import {
  ARGUMENTS_SUFFIX,
  HELPERS_DIRECTORY,
  helperNames,
  MAX_HELPERS,
} from '../../helpers/names.ts';
import { isExecutable, isWritableByOthers, unsafeReason } from '../../system/path-safety.ts';
import { sshdEnvironment } from '../../ssh/command-environment.ts';
import type { Account } from '../../system/accounts.ts';
import type { Setting } from '../../sshd/model/model.ts';
import type { TokenGap } from '../../sshd/plan/lacking-tokens.ts';
import { gapOf } from '../../sshd/token-gaps.ts';
import { fail, pass, warn, type Check, type CheckResult, type Remedy } from '../check.ts';
import { isThere } from '../facts/host.ts';
import { commandUser } from '../facts/people.ts';
import { command, own, unreadable, version } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { listed } from '../phrases.ts';
import { decide, editLine, fix, lookAt, shellCommand } from '../remedies.ts';

/** The administrator's own helpers, which run beside this program, pass the same tests as it. */
export const otherHelpers: Check = {
  id: 'other-helpers',
  group: 'sshd',
  title: 'other helpers',
  dependsOn: [],
  async run(on) {
    if (!isThere(on, HELPERS_DIRECTORY)) return pass('none');
    const all = on.edges.sshd.tree.names(HELPERS_DIRECTORY);
    const names = helperNames(all);
    if (names.length > MAX_HELPERS) {
      const found = `${names.length} helpers, expected at most ${MAX_HELPERS}`;
      return fail(found, lookAt(`ls ${HELPERS_DIRECTORY}`, 'remove some of them'));
    }
    for (const path of names.map((name) => `${HELPERS_DIRECTORY}/${name}`)) {
      const problem =
        wayProblem(on, path) ??
        argumentsProblem(on, path) ??
        interpreterProblem(on, path) ??
        (await closedProblem(on, path));
      if (problem !== undefined) return problem;
    }
    return (
      (await tokensProblem(on, names.length)) ?? judgeNames(on, names, ignoredNames(all, names))
    );
  },
};

/** A helper whose arguments ask for a token that sshd's line does not pass is not run. */
async function tokensProblem(on: Inspection, helpers: number): Promise<CheckResult | undefined> {
  const effective = await on.fact(command);
  if (effective === undefined || (await on.fact(unreadable)) !== undefined) return undefined;
  const { sshd: edges } = on.edges;
  const gap = gapOf({ edges, own: on.fact(own), version: on.fact(version) }, effective);
  if (gap === undefined) return undefined;
  const found = `helper not run: ${listed(gap.helpers.map(({ detail }) => detail))}`;
  return warn(found, await tokensRemedy(on, gap, effective.setting), { helpers });
}

async function tokensRemedy(
  on: Inspection,
  { helpers, command: line, writtenBy }: TokenGap,
  setting: Setting | undefined,
): Promise<Remedy> {
  if (writtenBy !== undefined) return fix(`ec2-instance-connect sshd ${writtenBy}`);
  if (line === undefined || setting === undefined) {
    const [first] = helpers.filter(({ unknown }) => unknown.length > 0);
    return on.isRoot && first !== undefined
      ? lookAt(
          shellCommand('cat', first.path),
          'take the token out, or move to a release that has it',
        )
      : lookAt('ec2-instance-connect sshd status', 'run as root, it says what passes the token');
  }
  if (setting.unit !== undefined) {
    return lookAt(`systemctl edit ${setting.unit}`, `set AuthorizedKeysCommand to "${line}"`);
  }
  return fix(await editLine(on, setting.place, `cAuthorizedKeysCommand ${line}`));
}

/** What stands in the folder and is neither a helper nor the arguments of one. */
function ignoredNames(all: readonly string[], helpers: readonly string[]): readonly string[] {
  const files = helpers.flatMap((name) => [name, `${name}${ARGUMENTS_SUFFIX}`]);
  return all.filter((name) => !files.includes(name)).sort();
}

/** What packages and editors leave behind is not meant to run. */
const LEFT_BEHIND = /~$|^[.#]|\.(dpkg-\w+|rpm(save|new|orig)|bak|orig|swp)$/;

/** Whoever made a program of it meant it to run, perhaps. */
function judgeNames(
  on: Inspection,
  helpers: readonly string[],
  ignored: readonly string[],
): CheckResult {
  const used = helpers.length === 0 ? 'none' : helpers.join(', ');
  const meant = ignored.filter((name) => !LEFT_BEHIND.test(name) && isProgram(on, name));
  const [first] = meant;
  if (first === undefined) {
    const rest = ignored.length === 0 ? '' : `; not helpers: ${listed(ignored)}`;
    return pass(`${used}${rest}`, { helpers: helpers.length });
  }
  const name = first.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9_-]/g, '-');
  const shown = shellCommand('ls', '-l', HELPERS_DIRECTORY);
  const command = shellCommand(
    'mv',
    '-n',
    `${HELPERS_DIRECTORY}/${first}`,
    `${HELPERS_DIRECTORY}/${name}`,
  );
  return warn(
    `${used}; not run for their names: ${listed(meant)}`,
    decide(shown, 'whoever maintains these files', { command, changes: 'it runs at each login' }),
    { helpers: helpers.length },
  );
}

function isProgram(on: Inspection, name: string): boolean {
  const real = on.edges.realPath(`${HELPERS_DIRECTORY}/${name}`);
  const facts = real === undefined ? undefined : on.edges.stat(real);
  return facts?.type === 'file' && (facts.mode & 0o111) !== 0;
}

/** A script is run by the program that its first line names (execve(2)). */
function interpreterProblem(on: Inspection, path: string): CheckResult | undefined {
  const interpreter = /^#! *([^ \t\n]+)/.exec(on.edges.sshd.tree.text(path) ?? '')?.[1];
  if (interpreter === undefined || !interpreter.startsWith('/') || isThere(on, interpreter)) {
    return undefined;
  }
  const shown = lookAt(shellCommand('head', '-n', '1', path), 'install it, or name another');
  return fail(`${path} is a script for ${interpreter}, which does not exist`, shown);
}

/** test(1), run as the command's user, knows what modes, groups and access lists come to. */
async function closedProblem(on: Inspection, path: string): Promise<CheckResult | undefined> {
  const account = await on.fact(commandUser);
  if (!on.isRoot || account === undefined) return undefined;
  const isScript = on.edges.sshd.tree.text(path)?.startsWith('#!') === true;
  const environment = sshdEnvironment(account);
  for (const flag of isScript ? ['-x', '-r'] : ['-x']) {
    const argv = ['test', flag, path] as const;
    const { status } = await on.edges.run({ argv, as: account, environment });
    if (status === 1) return closedTo(on, account, path);
  }
  return undefined;
}

function closedTo(on: Inspection, { name, gid }: Account, path: string): CheckResult {
  const [file, ...above] = on.edges.wayTo(path);
  const folders = above.filter(({ kind, mode }) => kind === 'directory' && (mode & 0o001) === 0);
  const needed = 0o005;
  const commands = [
    ...(folders.length === 0
      ? []
      : [shellCommand('chmod', 'o+x', ...folders.map((each) => each.path))]),
    ...(file === undefined || (file.mode & needed) === needed
      ? []
      : [shellCommand('chgrp', String(gid), file.path), shellCommand('chmod', 'g+rx', file.path)]),
  ];
  const shown = shellCommand('namei', '-l', path);
  return fail(
    `${name} cannot run ${path}`,
    commands.length === 0
      ? lookAt(shown, 'an access list or a security module keeps the user out')
      : decide(shown, 'whoever maintains this helper', {
          command: commands.join(' && '),
          changes: `${name} can read and run it; a group that it had before cannot any more`,
        }),
  );
}

function wayProblem(on: Inspection, path: string): CheckResult | undefined {
  let way;
  try {
    way = on.edges.wayTo(path);
  } catch {
    return fail(
      `${path} does not exist, or is a dangling link`,
      lookAt(shellCommand('ls', '-l', path)),
    );
  }
  const [itself] = way;
  if (itself !== undefined && !isExecutable(itself)) {
    return fail(`${path} is not executable`, fix(shellCommand('chmod', 'a+rx', path)));
  }
  const unsafe = unsafeReason(way);
  if (unsafe === undefined) return undefined;
  const wrong = way.find((entry) => entry.uid !== 0 || isWritableByOthers(entry));
  const at = wrong?.path ?? path;
  const chown = shellCommand('chown', '-h', 'root', at);
  const take = wrong?.kind === 'link' ? chown : `${chown} && ${shellCommand('chmod', 'go-w', at)}`;
  return fail(
    `it is left out: ${unsafe}`,
    decide(shellCommand('ls', '-ld', at), 'whoever maintains this helper', {
      command: take,
      changes: `only root can change ${at} from then on`,
    }),
  );
}

function argumentsProblem(on: Inspection, path: string): CheckResult | undefined {
  const file = `${path}${ARGUMENTS_SUFFIX}`;
  const text = on.edges.sshd.tree.text(file);
  const template = text === undefined ? undefined : parseTemplate(text);
  if (template === undefined || template.ok) return undefined;
  const remedy = decide(shellCommand('cat', file), 'whoever maintains this helper', {
    command: `echo '%u %f' > ${file}`,
    changes: 'the helper gets the user and the fingerprint, and nothing else',
  });
  return fail(`${file}: ${template.detail}`, remedy);
}
