import { fail, pass, type Check } from '../check.ts';
import { family } from '../facts/host.ts';
import { sight } from '../facts/view.ts';
import type { Inspection } from '../inspection.ts';
import { install, rpmTool, shellCommand } from '../remedies.ts';

/** The CA bundle can be read, also by the command's user. */
export const caStore: Check = {
  id: 'ca-store',
  group: 'trust',
  title: 'CA store',
  dependsOn: ['program-starts'],
  async run(on) {
    let store;
    try {
      store = on.edges.trustStore();
    } catch (error) {
      return fail(error instanceof Error ? error.message : 'unreadable', {
        command: rebuildStore(on),
      });
    }
    const seen = await sight(on, 'trustStore');
    if (!seen.ok) {
      const path = on.edges.realPath(store.path) ?? store.path;
      const folder = path.slice(0, path.lastIndexOf('/'));
      const command = `${shellCommand('chmod', 'a+r', path)} && ${shellCommand('chmod', 'a+rx', folder)}`;
      return fail(`${seen.viewer} cannot read it: ${seen.found}`, { command });
    }
    const certificates =
      store.pem.toString('latin1').split('-----BEGIN CERTIFICATE-----').length - 1;
    return pass(`${store.path}, ${certificates} certificates`, { certificates });
  },
};

/** Makes the bundle anew from what the host has and what its distribution gives. */
export function rebuildStore(on: Inspection): string {
  if (on.fact(family) === 'deb') {
    return `${install(on, 'ca-certificates')}; update-ca-certificates --fresh`;
  }
  return `${rpmTool(on)} reinstall -y ca-certificates; update-ca-trust extract`;
}
