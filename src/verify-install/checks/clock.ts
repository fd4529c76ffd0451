import { fail, pass, warn, type Check, type Remedy } from '../check.ts';
import { hasSystemd, isThere } from '../facts/host.ts';
import { greeting } from '../facts/imds.ts';
import type { Inspection } from '../inspection.ts';
import { duration } from '../phrases.ts';
import { fix, install } from '../remedies.ts';

/** OpenSSL's and this program's tolerance for the times of staples, in seconds. */
const TOLERANCE = 300;
const NOTABLE = 30;

/** The clock is right: expiry times of keys, certificates and staples are judged by it. */
export const clock: Check = {
  id: 'clock',
  group: 'trust',
  title: 'clock',
  dependsOn: [],
  async run(on) {
    const begun = on.edges.now();
    const answer = await on.fact(greeting);
    const date = answer.ok ? answer.date : undefined;
    const synchronised = await on.fact(ntpState);
    const state = synchronised ?? 'synchronisation unknown';
    if (date === undefined) {
      const found = `${state}; nothing to compare it with`;
      return synchronised === 'not synchronised' ? warn(found, setClock(on)) : pass(found);
    }
    const offset = Math.round(begun - date);
    const data = { offset };
    const side = offset < 0 ? 'behind' : 'ahead of';
    const found = `${duration(offset)} ${side} IMDS's`;
    if (Math.abs(offset) > TOLERANCE) return fail(found, setClock(on), data);
    if (Math.abs(offset) > NOTABLE) return warn(found, setClock(on), data);
    const agrees = `agrees with IMDS's, ${state}`;
    return synchronised === 'not synchronised'
      ? warn(agrees, setClock(on), data)
      : pass(agrees, data);
  },
};

/** What timedatectl(1) says; its words differ between systemd 219 and 239. */
async function ntpState(on: Inspection): Promise<'synchronised' | 'not synchronised' | undefined> {
  if (!on.fact(hasSystemd)) return undefined;
  const { stdout } = await on.edges.run({ argv: ['timedatectl'], limitMs: 3000 });
  const answer = /synchronized: (yes|no)/i.exec(stdout)?.[1];
  if (answer === undefined) return undefined;
  return answer === 'yes' ? 'synchronised' : 'not synchronised';
}

function setClock(on: Inspection): Remedy {
  if (isThere(on, '/usr/bin/chronyc')) return fix('chronyc makestep');
  if (
    isThere(on, '/usr/lib/systemd/systemd-timesyncd') ||
    isThere(on, '/lib/systemd/systemd-timesyncd')
  ) {
    return fix('timedatectl set-ntp true && systemctl restart systemd-timesyncd');
  }
  return fix(`${install(on, 'chrony')} && chronyc makestep`);
}
