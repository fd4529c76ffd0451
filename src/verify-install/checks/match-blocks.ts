import { matchSettings } from '../../sshd/model/model.ts';
import { commandFacts, isNone } from '../../sshd/model/effective.ts';
import { pass, warn, type Check } from '../check.ts';
import { describePlace, own, sshd } from '../facts/sshd.ts';
import { listed } from '../phrases.ts';
import { lookAt, shellCommand } from '../remedies.ts';

/** Who else than the user in question gets another AuthorizedKeysCommand by a Match block. */
export const matchBlocks: Check = {
  id: 'match-blocks',
  group: 'sshd',
  title: 'other commands in Match',
  dependsOn: ['authorized-keys-command'],
  needs: ['sshd-files'],
  async run(on) {
    const facts = await on.fact(sshd);
    if (facts === undefined) return pass('none');
    const others = matchSettings(facts.start, 'authorizedkeyscommand').filter(
      ({ value }) => isNone(value) || !commandFacts(value, on.fact(own), facts.start.version).works,
    );
    const [first] = others;
    if (first === undefined) return pass('none');
    const found = listed(others.map((each) => `"${each.value}" (${describePlace(each)})`));
    const note =
      'users whom the block matches cannot log in with a pushed key; remove the line if they should';
    return warn(found, lookAt(shellCommand('grep', '-n', '-A5', 'Match', first.place.path), note));
  },
};
