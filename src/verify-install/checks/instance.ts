import { fail, pass, type Check } from '../check.ts';
import { sight } from '../facts/view.ts';
import { fix, lookAt, openUp } from '../remedies.ts';

/** The firmware says that this is an EC2 instance, also to the command's user. */
export const instance: Check = {
  id: 'instance',
  group: 'imds',
  title: 'EC2 instance',
  dependsOn: ['program-starts'],
  needs: ['instance'],
  async run(on) {
    const machine = on.edges.machine();
    if (machine === undefined) {
      const note = 'skips the checks that need an instance, for instance while an image is built';
      const remedy = lookAt('ec2-instance-connect verify-install --offline', note);
      return fail('the firmware does not identify this machine as an EC2 instance', remedy);
    }
    const seen = await sight(on, 'machine');
    if (!seen.ok) {
      const path = '/sys/devices/virtual/dmi/id/board_asset_tag';
      return fail(
        `${seen.viewer} cannot tell: ${seen.found}`,
        seen.confined ?? fix(openUp(on, path)),
      );
    }
    if (machine.kind === 'xen') return pass('a Xen instance');
    return pass(machine.instanceId, { instanceId: machine.instanceId });
  },
};
