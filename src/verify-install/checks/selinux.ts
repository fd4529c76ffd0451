import { HELPERS_DIRECTORY, helperNames } from '../../helpers/names.ts';
import { fail, pass, skip, warn, type Check } from '../check.ts';
import type { Inspection } from '../inspection.ts';
import { endOf } from '../phrases.ts';
import { lookAt, rpmTool } from '../remedies.ts';

const ENFORCE = '/sys/fs/selinux/enforce';
const AUDIT_LOG = '/var/log/audit/audit.log';
/** The name of the policy module that the packages bring. */
const MODULE = 'ec2_instance_connect';
/** The module's boolean without which no command of the host is started for a helper that is a link to it. */
const RUN_COMMANDS = 'ec2_instance_connect_run_commands';
const TAIL_BYTES = 1_048_576;
const DAY = 86_400;

/** Under SELinux the program has a domain of its own, and nothing that it needs is denied. */
export const selinux: Check = {
  id: 'selinux',
  group: 'selinux',
  title: 'policy',
  dependsOn: [],
  async run(on) {
    const enforce = on.edges.sshd.tree.text(ENFORCE)?.trim();
    if (enforce === undefined) return pass('not in use');
    const mode = enforce === '1' ? 'enforcing' : 'permissive';
    if (!on.isRoot) return skip('needs-root', `${mode}; only root sees modules and denials`);
    const modules = await on.edges.run({ argv: ['semodule', '-l'], limitMs: 30_000 });
    const loaded = new RegExp(`^(?:\\d+ )?${MODULE}\\b`, 'm').test(modules.stdout);
    const denials = recentDenials(on);
    const data = { mode, moduleLoaded: loaded, denials: denials.length };
    const module = { command: `${rpmTool(on)} install -y ec2-instance-connect-selinux` };
    const last = denials.at(-1);
    if (last !== undefined) {
      const found = `${mode}; ${denials.length} denials within a day, the last: ${last}`;
      const about = lookAt('ausearch -m avc -ts today -i', 'what was denied, and to whom');
      const remedy = loaded ? about : module;
      return mode === 'enforcing' ? fail(found, remedy, data) : warn(found, remedy, data);
    }
    const linked = forbiddenLink(on);
    if (linked !== undefined) {
      const found = `${mode}; ${linked} is a link, and the policy starts no command of the host`;
      const remedy = { command: `setsebool -P ${RUN_COMMANDS} on` };
      return mode === 'enforcing' ? fail(found, remedy, data) : warn(found, remedy, data);
    }
    if (modules.status !== 0) {
      return warn(`${mode}; ${endOf(modules)}`, lookAt('semodule -l', 'lists the modules'), data);
    }
    if (loaded) return pass(`${mode}, module ${MODULE} is loaded`, data);
    return warn(`${mode}, module ${MODULE} is not loaded`, module, data);
  },
};

/** A helper of the chain that leads out of its folder, where the loaded module does not let it. */
function forbiddenLink(on: Inspection): string | undefined {
  const value = on.edges.sshd.tree.text(`/sys/fs/selinux/booleans/${RUN_COMMANDS}`);
  // The value in force, then the one that waits to be committed.
  if (value?.startsWith('0') !== true) return undefined;
  return helperNames(on.edges.sshd.tree.names(HELPERS_DIRECTORY))
    .map((name) => `${HELPERS_DIRECTORY}/${name}`)
    .find((path) => on.edges.realPath(path)?.startsWith(`${HELPERS_DIRECTORY}/`) === false);
}

/** Denials of the last day that name the program or its domain, from auditd's log. */
function recentDenials(on: Inspection): readonly string[] {
  const since = on.edges.now() - DAY;
  const lines = (on.edges.tail(AUDIT_LOG, TAIL_BYTES) ?? '').split('\n');
  return lines
    .filter((line) => /avc:\s+denied/.test(line))
    .filter((line) => /comm="(eic_run_authori|ec2-instance-co)|ec2_instance_connect_t/.test(line))
    .filter((line) => Number(/msg=audit\((\d+)/.exec(line)?.[1] ?? 0) > since)
    .map((line) => line.slice(line.indexOf('denied')));
}
