import { fail, pass, type Check, type Remedy } from '../check.ts';
import { OWN_ANCHORS } from '../../host/trust-store.ts';
import { family, isThere } from '../facts/host.ts';
import { sight } from '../facts/view.ts';
import type { Inspection } from '../inspection.ts';
import { counted } from '../phrases.ts';
import { fix, install, lookAt, openUp, rpmTool } from '../remedies.ts';

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
      return fail(error instanceof Error ? error.message : 'unreadable', anchorsRemedy(on));
    }
    const seen = await sight(on, 'trustStore');
    if (!seen.ok) {
      const path = on.edges.realPath(store.path) ?? store.path;
      return fail(
        `${seen.viewer} cannot read it: ${seen.found}`,
        seen.confined ?? fix(openUp(on, path)),
      );
    }
    const certificates =
      store.pem.toString('latin1').split('-----BEGIN CERTIFICATE-----').length - 1;
    const instead = store.path === OWN_ANCHORS ? ', in place of the CA store' : '';
    return pass(`${store.path}, ${counted(certificates, 'certificate')}${instead}`, {
      certificates,
    });
  },
};

/** What is to be done about anchors that are not right: the administrator's own are his to mend. */
export function anchorsRemedy(on: Inspection, note?: string): Remedy {
  return isThere(on, OWN_ANCHORS)
    ? lookAt(
        `ls -l ${OWN_ANCHORS}`,
        'must hold PEM certificates, owner root, mode 644; or remove it',
      )
    : fix(rebuildStore(on), note);
}

/** Makes the bundle anew from what the host has and what its distribution gives. */
function rebuildStore(on: Inspection): string {
  if (on.fact(family) === 'deb') {
    return `${install(on, 'ca-certificates')}; update-ca-certificates --fresh`;
  }
  return `${rpmTool(on)} reinstall -y ca-certificates; update-ca-trust extract`;
}
