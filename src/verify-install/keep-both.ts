import { LOOKED_UP, neededTokens, parseTemplate } from '../helpers/arguments.ts';
import { ARGUMENTS_SUFFIX, HELPERS_DIRECTORY } from '../helpers/names.ts';
import { isFurtherToken } from '../ssh/command-tokens.ts';
import type { EffectiveCommand } from '../sshd/model/effective.ts';
import { adoptCommand } from '../sshd/plan/adoption.ts';
import { configurationLines, wiredCommand } from '../sshd/plan/wired-command.ts';
import { overlay } from '../system/file-tree.ts';
import type { Choice } from './check.ts';
import { own, version } from './facts/sshd.ts';
import type { Inspection } from './inspection.ts';
import { forUserAlone, shellWord } from './remedies.ts';
import { wiringCommand, wiringTrial } from './wiring-remedy.ts';

/**
 * The way that keeps the command of a Match block for one of its users, beside ours: a helper that
 * runs it for this user alone, and our command for this user alone.
 * @param effective what the user has: another command
 * @returns undefined where the other command cannot be a helper, and for anybody but root
 */
export async function keepBoth(
  on: Inspection,
  { command, user: runsAs = 'nobody' }: EffectiveCommand,
  user: string,
): Promise<Choice | undefined> {
  const helper = command === undefined ? undefined : helperFor(on, command, user);
  if (helper === undefined || !on.isRoot) return undefined;
  const ours = on.fact(own);
  const settings = configurationLines(wiredCommand(ours, helper.tokens));
  const alone = await forUserAlone(on, user, ...settings);
  const again = wiringFor(on, helper);
  if (alone === undefined || again === undefined) return undefined;
  const steps = [
    `install -d -m 755 ${HELPERS_DIRECTORY}`,
    `{ ${helper.script.map(echo).join('; ')}; } | install -m 755 /dev/stdin ${helper.path}`,
    `${echo(helper.template)} | install -m 644 /dev/stdin ${helper.path}${ARGUMENTS_SUFFIX}`,
    alone,
    ...again,
  ];
  const as = runsAs === ours.user ? '' : ` as ${ours.user}, no longer as ${runsAs}`;
  return {
    command: steps.join(' && '),
    changes: `pushed keys for ${user}, and the line's own command beside them, which then runs${as || ' as a helper'}; nobody else is affected`,
  };
}

interface OneUserHelper {
  readonly path: string;
  readonly script: readonly string[];
  /** The arguments that the script gets. */
  readonly template: string;
  readonly tokens: ReturnType<typeof neededTokens>;
}

function helperFor(on: Inspection, command: string, user: string): OneUserHelper | undefined {
  const adoption = adoptCommand(command, on.fact(version));
  if (!adoption.ok) return undefined;
  const { helper, program, template: its } = adoption.value;
  const path = `${helper}-${user.replace(/[^A-Za-z0-9_-]/g, '-')}`;
  const template = `%u ${its.trimEnd()}`;
  const parsed = parseTemplate(template);
  const { sshd } = on.edges;
  const isTaken = [path, path + ARGUMENTS_SUFFIX].some((each) => sshd.image(each) !== null);
  const isUnsafe = sshd.unsafeProgram(program) !== undefined;
  // A report would have to write a backslash in another way.
  if (!parsed.ok || isTaken || isUnsafe || (program + template).includes('\\')) return undefined;
  // Our own word comes first, then the arguments as the other command had them.
  const script = [
    '#!/bin/sh',
    `[ "$1" = ${shellWord(user)} ] || exit 0`,
    'shift',
    `exec ${shellWord(program)} "$@"`,
  ];
  return { path, script, template, tokens: neededTokens(parsed.value) };
}

/**
 * The other users' logins run the helper as well, and it needs its tokens there.
 * @returns the command that has sshd fill them, if one is needed; undefined where it would refuse
 */
function wiringFor(on: Inspection, helper: OneUserHelper): readonly string[] | undefined {
  const further = [...helper.tokens].filter(isFurtherToken);
  if (further.every((token) => LOOKED_UP.includes(token))) return [];
  const files = new Map([
    [helper.path, helper.script.join('\n')],
    [helper.path + ARGUMENTS_SUFFIX, helper.template],
  ]);
  const { sshd } = on.edges;
  const { outcome } = wiringTrial('enable', { ...sshd, tree: overlay(sshd.tree, files) });
  if (outcome === 'unchanged') return [];
  return outcome === 'done' ? [wiringCommand('enable')] : undefined;
}

function echo(text: string): string {
  return `echo ${shellWord(text)}`;
}
