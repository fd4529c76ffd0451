import { adopt } from '../../sshd/adopt.ts';
import {
  fail,
  pass,
  warn,
  type Check,
  type CheckResult,
  type Decision,
  type Remedy,
} from '../check.ts';
import { commandUserName, loginUserName } from '../facts/people.ts';
import { command, describePlace, own } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import type { EffectiveCommand } from '../../sshd/model/effective.ts';
import type { Setting } from '../../sshd/model/model.ts';
import { decideLine, editLine, fix, lookAt } from '../remedies.ts';

const ENABLE = 'ec2-instance-connect sshd enable';
const ADOPT = 'ec2-instance-connect sshd adopt';

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
    if (setting === undefined) return fail('none is set', fix(ENABLE));
    return fail(`none for ${user}: ${place}`, await exception(on, setting, user));
  }
  // sshd is right where it disagrees with what was read of its files.
  const found = agrees ? `"${line}" (${place})` : `"${line}", as sshd says`;
  const result = await judgeCommand(on, effective, found, user);
  if (agrees) return result;
  const note = 'no line of its configuration explains this value';
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
    return fail(`another one for ${user}: ${found}`, await otherRemedy(on, effective, user));
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
  { setting }: EffectiveCommand,
  user: string,
): Promise<Remedy> {
  if (setting !== undefined && setting.match.length > 0) return exception(on, setting, user);
  const refused = on.isRoot ? adopt(on.edges.sshd, { dryRun: true }) : undefined;
  // What has to do with the other command; the rest is what other checks are for.
  if (refused?.outcome === 'refused' && refused.conflicts.length > 0) {
    return lookAt(
      `${ENABLE} --dry-run`,
      `it refuses, and prints lines that keep both: ${refused.detail ?? ''}`,
    );
  }
  return fix(ADOPT, 'the other command keeps working, beside this one');
}

/** A line that keeps pushed keys out, for some or for all: it was written on purpose. */
async function exception(on: Inspection, setting: Setting, user: string): Promise<Decision> {
  const isSomebody = (await on.fact(loginUserName)) !== undefined;
  const settings = [
    `AuthorizedKeysCommand ${on.fact(own).path} %u %f`,
    `AuthorizedKeysCommandUser ${on.fact(commandUserName)}`,
  ];
  return decideLine(on, setting, {
    ...(isSomebody
      ? { alone: { user, settings, changes: `pushed keys for ${user}; nobody else is affected` } }
      : {}),
    changes: "pushed keys for all whom it concerns; the line's own command no longer runs for them",
  });
}

/** Puts the arguments behind our command's path. */
async function rewrite(on: Inspection, { setting }: EffectiveCommand): Promise<Remedy> {
  if (setting === undefined) return fix(ENABLE);
  const { path } = on.fact(own);
  if (setting.unit !== undefined) {
    return lookAt(`systemctl edit ${setting.unit}`, `set it to "${path} %u %f"`);
  }
  const named = on.fact(own).paths.find((each) => setting.value.includes(each)) ?? path;
  return fix(await editLine(on, setting.place, `s,${named}.*,${path} %u %f,`));
}
