import { differs } from '../../sshd/activate.ts';
import { effectiveCommand } from '../../sshd/model/effective.ts';
import { listenerStart } from '../../sshd/plan/listener.ts';
import { changesSince } from '../../sshd/reading.ts';
import { fail, pass, warn, type Check } from '../check.ts';
import { running, unitState } from '../facts/process.ts';
import { own, sshd, version, type SshdFacts } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { duration, listed } from '../phrases.ts';
import { fix, reload } from '../remedies.ts';

/** The sshd that runs has read its configuration since that was last changed. */
export const sshdCurrent: Check = {
  id: 'sshd-current',
  group: 'sshd',
  title: 'configuration is loaded',
  dependsOn: ['sshd-running'],
  needs: ['sshd-files'],
  async run(on) {
    const facts = await on.fact(sshd);
    const process = await on.fact(running);
    if (facts === undefined || process === undefined) return pass('the next connection reads it');
    const { unit } = facts.start;
    if ((await on.fact(unitState)).get('NeedDaemonReload') === 'yes' && unit !== undefined) {
      const command = `systemctl daemon-reload && systemctl restart ${unit.name}`;
      return fail(`systemd has not read the changed ${unit.name} yet`, fix(command));
    }
    const outdated = otherCommand(on, facts, process.pid);
    if (outdated !== undefined) {
      const command = `systemctl restart ${unit?.name ?? 'ssh'}`;
      const note = 'a reload keeps the old command line; open sessions survive the restart';
      return fail(outdated, fix(command, note));
    }
    const { reading } = process;
    if (reading === undefined) return pass('unknown when sshd read its configuration');
    const { changed, perhaps } = changesSince(on.edges.sshd, facts.start, reading);
    const data = { readAt: reading.at };
    const command = await reload(on);
    if (changed.length > 0) {
      return fail(`changed since sshd read it: ${listed(changed)}`, fix(command), data);
    }
    if (perhaps.length > 0) {
      return warn(`perhaps changed since sshd read it: ${listed(perhaps)}`, fix(command), data);
    }
    return pass(`read ${duration(on.edges.now() - reading.at)} ago, nothing changed since`, data);
  },
};

/** What the running sshd has as an option and would not have after a restart, or the other way round. */
function otherCommand(on: Inspection, { start }: SshdFacts, pid: number): string | undefined {
  const { sshd: edges } = on.edges;
  const listener = edges.listeners().find((each) => each.pid === pid);
  if (listener?.complete !== true) return undefined;
  const release = on.fact(version);
  if (!differs({ edges, own: on.fact(own), version: release }, start, listener)) return undefined;
  const has = effectiveCommand(listenerStart(edges.tree, release, listener), on.fact(own));
  return `it was started with "${has.command ?? 'no AuthorizedKeysCommand'}"`;
}
