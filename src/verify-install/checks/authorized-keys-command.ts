import type { EffectiveCommand } from '../../sshd/model/effective.ts';
import { readModel, type Setting } from '../../sshd/model/model.ts';
import { hostStarts, runsOurs } from '../../sshd/plan/conflicts.ts';
import { splitWords } from '../../ssh/words.ts';
import { overlay, type Place } from '../../system/file-tree.ts';
import { fail, pass, warn, type Check, type CheckResult, type Remedy } from '../check.ts';
import { commandUserName, loginUserName } from '../facts/people.ts';
import { command, describePlace, own, version } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { keepBoth } from '../keep-both.ts';
import { COMMENT_OUT, decideLine, editLine, editLines, fix, lookAt, reload } from '../remedies.ts';
import { wiringCommand, wiringRemedy, wiringTrial } from '../wiring-remedy.ts';

/** sshd runs this program, and nothing else, for the keys of the user in question. */
export const authorizedKeysCommand: Check = {
  id: 'authorized-keys-command',
  group: 'sshd',
  title: 'AuthorizedKeysCommand',
  dependsOn: ['sshd-present', 'sshd-config'],
  needs: ['sshd-files'],
  async run(on) {
    const effective = await on.fact(command);
    const user = (await on.fact(loginUserName)) ?? 'everybody';
    if (effective === undefined)
      return fail('nothing on this host starts sshd', lookAt('systemctl cat ssh sshd'));
    return judge(on, effective, user);
  },
};

async function judge(
  on: Inspection,
  effective: EffectiveCommand,
  user: string,
): Promise<CheckResult> {
  const { command: line, setting, agrees } = effective;
  const place = describePlace(setting);
  if (line === undefined) {
    if (setting === undefined) return fail('none is set', wiringRemedy(on, 'enable'));
    return fail(`none for ${user}: ${place}`, await exception(on, effective, setting, user));
  }
  // sshd is right where it disagrees with what was read of its files.
  const found = agrees ? `"${line}" (${place})` : `"${line}", as sshd says`;
  const result = await judgeCommand(on, effective, found, user);
  if (agrees) return result;
  const note = 'sshd -T is believed; its files, as read here, give another value';
  return {
    ...result,
    status: result.status === 'fail' ? 'fail' : 'warn',
    remedy: lookAt('systemctl cat ssh sshd', note),
  };
}

async function judgeCommand(
  on: Inspection,
  effective: EffectiveCommand,
  found: string,
  user: string,
): Promise<CheckResult> {
  const { ours, chained, passesUser, passesFingerprint, problem } = effective;
  if (!ours) {
    const gone = isMissing(on, effective) ? ', a program that does not exist' : '';
    const remedy = await otherRemedy(on, effective, user);
    return fail(`another one for ${user}: ${found}${gone}`, remedy);
  }
  if (problem !== undefined) return fail(`${found}: ${problem}`, await rewrite(on, effective));
  if (!passesUser) return fail(`${found} does not pass %u`, await rewrite(on, effective));
  if (!passesFingerprint) {
    const remedy = await rewrite(on, effective);
    return warn(`${found} does not pass %f, so every pushed key is judged`, remedy);
  }
  return pass(chained ? `${found}, which runs ours as well` : found);
}

/** What stands for everybody can be adopted; what stands in a Match block is somebody's exception. */
async function otherRemedy(
  on: Inspection,
  effective: EffectiveCommand,
  user: string,
): Promise<Remedy> {
  const { setting, userSetting } = effective;
  if (setting !== undefined && setting.match.length > 0) {
    return exception(on, effective, setting, user);
  }
  if (setting !== undefined && isMissing(on, effective)) {
    return withoutMissing(on, setting, userSetting);
  }
  return wiringRemedy(on, 'adopt', 'the other command keeps working, beside this one');
}

/** Root sees whether the other command is there. */
function isMissing(on: Inspection, { command: line = '' }: EffectiveCommand): boolean {
  const program = splitWords(line)?.[0];
  return on.isRoot && program !== undefined && on.edges.realPath(program) === undefined;
}

/** Takes a line out whose program does not exist, its user with it, and has ours take its place. */
async function withoutMissing(
  on: Inspection,
  setting: Setting,
  userSetting: Setting | undefined,
): Promise<Remedy> {
  if (setting.unit !== undefined) return lookAtUnit(setting.unit);
  const isItsUser =
    userSetting?.match.length === 0 &&
    userSetting.unit === undefined &&
    userSetting.args[0] !== on.fact(commandUserName);
  const places = [setting.place, ...(isItsUser ? [userSetting.place] : [])];
  return decideLine(on, setting, {
    command: editLines(on, places, COMMENT_OUT, await oursAfter(on, places)),
    changes: 'pushed keys for everybody; sshd no longer looks for a program that does not exist',
  });
}

/** What makes our command effective once lines have become comments: a reload where it is set behind them. */
async function oursAfter(on: Inspection, places: readonly Place[]): Promise<string> {
  const { sshd } = on.edges;
  const texts = new Map<string, string>();
  for (const { path, line } of places) {
    const lines = (texts.get(path) ?? sshd.tree.text(path) ?? '').split('\n');
    texts.set(path, lines.with(line - 1, `#${lines[line - 1] ?? ''}`).join('\n'));
  }
  const tree = overlay(sshd.tree, texts);
  const starts = hostStarts(readModel(tree, on.fact(version)));
  if (starts.every((start) => runsOurs(start, on.fact(own)))) return reload(on);
  const { outcome } = wiringTrial('enable', { ...sshd, tree });
  return outcome === 'done' ? wiringCommand('enable') : reload(on);
}

/** A line that keeps pushed keys out, for some or for all: it was written on purpose. */
async function exception(
  on: Inspection,
  effective: EffectiveCommand,
  setting: Setting,
  user: string,
): Promise<Remedy> {
  if (setting.unit !== undefined) return lookAtUnit(setting.unit);
  const isSomebody = (await on.fact(loginUserName)) !== undefined;
  const settings = [
    `AuthorizedKeysCommand ${on.fact(own).path} %u %f`,
    `AuthorizedKeysCommandUser ${on.fact(commandUserName)}`,
  ];
  const isLost = effective.command !== undefined && !isMissing(on, effective);
  const lost = (whom: string): string =>
    isLost ? `the line's own command no longer runs for ${whom}` : 'nobody else is affected';
  const both = isSomebody ? await keepBoth(on, effective, user) : undefined;
  const alone = { user, settings, changes: `pushed keys for ${user}; ${lost(user)}` };
  const everybody = isLost ? `; ${lost('them')}` : '';
  return decideLine(on, setting, {
    ...(both === undefined ? {} : { before: [both] }),
    ...(isSomebody ? { alone } : {}),
    changes: `pushed keys for all whom it concerns${everybody}`,
  });
}

/** A line of a unit is its whole command line. */
function lookAtUnit(unit: string): Remedy {
  const note = `an option of its command line sets it; take it out with "systemctl edit ${unit}"`;
  return lookAt(`systemctl cat ${unit}`, note);
}

/** Puts the arguments behind our command's path. */
async function rewrite(on: Inspection, { setting }: EffectiveCommand): Promise<Remedy> {
  if (setting === undefined) return wiringRemedy(on, 'enable');
  const { path } = on.fact(own);
  if (setting.unit !== undefined) {
    return lookAt(`systemctl edit ${setting.unit}`, `set it to "${path} %u %f"`);
  }
  const named = on.fact(own).paths.find((each) => setting.value.includes(each)) ?? path;
  return fix(await editLine(on, setting.place, `s,${named}.*,${path} %u %f,`));
}
