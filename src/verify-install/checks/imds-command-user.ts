import { fail, pass, type Check, type Remedy } from '../check.ts';
import { isThere } from '../facts/host.ts';
import { sight } from '../facts/view.ts';
import type { Inspection } from '../inspection.ts';
import { fix, lookAt } from '../remedies.ts';
import { blockingRules } from './imds-reachable.ts';

const TO_IMDS = '-d 169.254.169.254/32 -p tcp --dport 80';

/** No firewall keeps the command's user from IMDS, as hardened hosts do for all but root. */
export const imdsCommandUser: Check = {
  id: 'imds-command-user',
  group: 'imds',
  title: 'IMDS as command user',
  dependsOn: ['imds-token', 'command-user', 'program-starts'],
  needs: ['root', 'instance'],
  async run(on) {
    const seen = await sight(on, 'imds');
    if (seen.ok) return pass(`${seen.viewer} gets answers`);
    return fail(
      `root gets answers, ${seen.viewer} does not: ${seen.found}`,
      seen.confined ?? (await remedy(on, seen.viewer)),
    );
  },
};

async function remedy(on: Inspection, user: string): Promise<Remedy> {
  const [rule] = await blockingRules(on);
  const accept = `iptables -I OUTPUT 1 ${TO_IMDS} -m owner --uid-owner ${user} -j ACCEPT`;
  if (rule !== undefined) return fix(accept, `before "${rule}"`);
  const tools = ['/usr/sbin/nft', '/sbin/nft'];
  if (tools.some((path) => isThere(on, path))) {
    return lookAt('nft list ruleset', `let ${user} connect to 169.254.169.254, port 80`);
  }
  return fix(accept, 'or allow that user in the firewall that this host uses');
}
