import { fetchInstanceId } from '../../imds/gather.ts';
import { fail, pass, type Check } from '../check.ts';
import { imds } from '../facts/imds.ts';
import { lookAt } from '../remedies.ts';

/** IMDS speaks of the machine that the firmware names. */
export const instanceId: Check = {
  id: 'instance-id',
  group: 'imds',
  title: 'instance id matches',
  dependsOn: ['imds-token'],
  needs: ['instance'],
  async run(on) {
    const served = await fetchInstanceId(on.fact(imds));
    const machine = on.edges.machine();
    if (machine?.kind !== 'nitro') return pass(`${served}; the firmware does not name it (Xen)`);
    if (machine.instanceId === served) return pass(served);
    const command = 'ip route get 169.254.169.254; iptables -t nat -S; nft list ruleset';
    const note = 'another service answers in place of IMDS; remove the redirection';
    return fail(`IMDS says ${served}, the firmware ${machine.instanceId}`, lookAt(command, note));
  },
};
