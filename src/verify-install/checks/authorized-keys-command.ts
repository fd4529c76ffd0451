import { fail, pass, warn, type Check, type CheckResult, type Remedy } from '../check.ts';
import { loginUserName } from '../facts/people.ts';
import { command, describePlace, own } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import type { EffectiveCommand } from '../../sshd/model/effective.ts';
import { commentOut, editLine, lookAt } from '../remedies.ts';

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
    if (effective === undefined) return fail('sshd is not started by anything', lookAt(ENABLE, ''));
    return judge(on, effective, user);
  },
};

async function judge(
  on: Inspection,
  effective: EffectiveCommand,
  user: string,
): Promise<CheckResult> {
  const { command: line, setting, ours, passesUser, passesFingerprint, agrees } = effective;
  const place = describePlace(setting);
  if (line === undefined) {
    if (setting === undefined) return fail('none is set', { command: ENABLE });
    return fail(`none for ${user}: ${place}`, await commentOut(on, setting.place));
  }
  const found = `"${line}" (${place})`;
  if (!agrees) {
    const note = 'sshd has a value that no file of its configuration explains';
    return fail(`${found}, as sshd says`, lookAt('systemctl cat ssh sshd', note));
  }
  if (!ours) return fail(`another one for ${user}: ${found}`, await otherRemedy(on, effective));
  if (!passesUser) return fail(`${found} does not pass %u`, await rewrite(on, effective));
  if (!passesFingerprint) {
    const remedy = await rewrite(on, effective);
    return warn(`${found} does not pass %f, so every pushed key is judged`, remedy);
  }
  return pass(found);
}

/** What stands for everybody can be adopted; what stands in a Match block is somebody's exception. */
async function otherRemedy(on: Inspection, { setting }: EffectiveCommand): Promise<Remedy> {
  if (setting === undefined) return { command: ADOPT };
  if (setting.match.length > 0) return commentOut(on, setting.place);
  return { command: ADOPT, note: 'the other command keeps working, in the chain of helpers' };
}

/** Puts the arguments behind our command's path. */
function rewrite(on: Inspection, { setting }: EffectiveCommand): Remedy | Promise<Remedy> {
  if (setting === undefined) return { command: ENABLE };
  const { path } = on.fact(own);
  if (setting.unit !== undefined) {
    return lookAt(`systemctl edit ${setting.unit}`, `set it to "${path} %u %f"`);
  }
  return editLine(on, setting.place, `s,${path}.*,${path} %u %f,`);
}
