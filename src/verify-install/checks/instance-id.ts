import { fetchInstanceId } from '../../imds/gather.ts';
import { fail, pass, type Check } from '../check.ts';
import { imds } from '../facts/imds.ts';
import { lookAt } from '../remedies.ts';

/** IMDS speaks of the machine that the firmware names. */
export const instanceId: Check = {
  id: 'instance-id',
  group: 'imds',
  title: 'IMDS is about this machine',
  dependsOn: ['imds-token'],
  needs: ['instance'],
  async run(on) {
    const served = await fetchInstanceId(on.fact(imds));
    const machine = on.edges.machine();
    if (machine?.kind !== 'nitro') return pass(`${served}; the firmware does not name it (Xen)`);
    if (machine.instanceId === served) return pass(served);
    const command = 'ip route get 169.254.169.254; iptables -t nat -S; nft list ruleset';
    const note = 'something in between answers for IMDS; take its redirection away';
    return fail(`IMDS says ${served}, the firmware ${machine.instanceId}`, lookAt(command, note));
  },
};
