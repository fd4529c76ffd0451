import { matchSettings, type Setting } from '../../sshd/model/model.ts';
import { commandFacts, isNone } from '../../sshd/model/effective.ts';
import { pass, warn, type Check } from '../check.ts';
import { command, commandFor, describePlace, own, sshd } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { listed } from '../phrases.ts';
import { lookAt, shellCommand } from '../remedies.ts';

/** Who else than the user in question gets another AuthorizedKeysCommand by a Match block. */
export const matchBlocks: Check = {
  id: 'match-blocks',
  group: 'sshd',
  title: 'other commands in Match',
  dependsOn: ['sshd-present', 'sshd-config'],
  needs: ['sshd-files'],
  async run(on) {
    const facts = await on.fact(sshd);
    if (facts === undefined) return pass('none');
    // Of the line that decides for the user in question authorized-keys-command speaks.
    const judged = (await on.fact(command))?.setting?.place;
    const others = matchSettings(facts.start, 'authorizedkeyscommand').filter(
      ({ place, value }) =>
        (place.path !== judged?.path || place.line !== judged.line) &&
        (isNone(value) || !commandFacts(value, on.fact(own), facts.start.version).works),
    );
    const effects: Effect[] = [];
    for (const each of others) effects.push(await effectOf(on, each));
    const inForce = effects.filter(({ users }) => users?.length !== 0);
    const [first] = inForce;
    if (first === undefined) return pass('none');
    const found = listed(
      inForce.map(({ setting }) => `"${setting.value}" (${describePlace(setting)})`),
    );
    const { path } = first.setting.place;
    return warn(found, lookAt(shellCommand('grep', '-n', '-A5', 'Match', path), noteOf(inForce)));
  },
};

/** A line, and those who have no command of ours because of it; undefined where nobody can tell. */
interface Effect {
  readonly setting: Setting;
  readonly users: readonly string[] | undefined;
}

async function effectOf(on: Inspection, setting: Setting): Promise<Effect> {
  const names = namedUsers(setting);
  if (names === undefined) return { setting, users: undefined };
  const users: string[] = [];
  for (const name of names) {
    if ((await commandFor(on, name))?.works !== true) users.push(name);
  }
  return { setting, users };
}

/** For more names than these sshd is not asked. */
const MAX_NAMES = 20;

/** The only users whom the blocks around a line can match: all is `Match User` with plain names. */
function namedUsers({ match }: Setting): readonly string[] | undefined {
  const criteria = match.flatMap((block) => block.criteria);
  const [first] = criteria;
  if (
    first === undefined ||
    criteria.some(({ name, pattern }) => name !== 'user' || /[*?!]/.test(pattern))
  ) {
    return undefined;
  }
  const names = [...new Set(first.pattern.split(','))];
  return names.length > MAX_NAMES ? undefined : names;
}

function noteOf(effects: readonly Effect[]): string {
  const users = [...new Set(effects.flatMap((each) => each.users ?? []))];
  const isUncertain = effects.some((each) => each.users === undefined);
  const parts = [
    ...(users.length === 0 ? [] : [`${listed(users)} cannot log in with a pushed key`]),
    ...(isUncertain
      ? ['users whom the block matches may not be able to log in with a pushed key']
      : []),
  ];
  return `${parts.join('; ')}; remove the line if they should`;
}
