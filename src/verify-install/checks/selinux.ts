import { HELPERS_DIRECTORY, helperNames } from '../../helpers/names.ts';
import {
  fail,
  pass,
  skip,
  warn,
  type Check,
  type CheckResult,
  type Data,
  type Remedy,
} from '../check.ts';
import { family, isThere } from '../facts/host.ts';
import type { Inspection } from '../inspection.ts';
import { counted } from '../phrases.ts';
import { decide, fix, lookAt, reinstall } from '../remedies.ts';

const SELINUX = '/sys/fs/selinux';
const AUDIT_LOG = '/var/log/audit/audit.log';
/** The module's boolean without which no command of the host is started for a helper that is a link to it. */
const RUN_COMMANDS = 'ec2_instance_connect_run_commands';
/** In the policies of Fedora's kind, what lets sshd's own domains connect to port 80 without the module. */
const SSHD_MAY_CONNECT = 'authlogin_yubikey';
/** Where the rpm puts the module. */
const MODULE_FILE = '/usr/share/selinux/packages/ec2_instance_connect.pp';
const TAIL_BYTES = 1_048_576;
const DAY = 86_400;

/** Under SELinux the program has a domain of its own, and nothing that it needs is denied. */
export const selinux: Check = {
  id: 'selinux',
  group: 'selinux',
  title: 'policy',
  dependsOn: [],
  run(on) {
    return Promise.resolve(judge(on));
  },
};

function judge(on: Inspection): CheckResult {
  const enforce = on.edges.sshd.tree.text(`${SELINUX}/enforce`)?.trim();
  if (enforce === undefined) return pass('not in use');
  const mode = enforce === '1' ? 'enforcing' : 'permissive';
  const faulty = mode === 'enforcing' ? fail : warn;
  if (!on.isRoot) return skip('needs-root', `${mode}; only root sees denials`);
  // The kernel knows the module by its boolean; semodule(8) writes to its store even to list it.
  const loaded = booleanOf(on, RUN_COMMANDS) !== undefined;
  const denials = recentDenials(on);
  const data = { mode, moduleLoaded: loaded, denials: denials.length };
  const last = denials.at(-1);
  if (last !== undefined) {
    const found = `${mode}; ${counted(denials.length, 'denial')} within a day, the last: ${last}`;
    const about = lookAt('ausearch -m avc -ts today -i', 'what was denied, and to whom');
    return faulty(found, loaded ? about : loadModule(on), data);
  }
  if (!loaded) return withoutModule(on, mode, data);
  const linked = forbiddenLink(on);
  if (linked !== undefined) {
    const found = `${mode}; ${linked} is a link, and the policy starts no command of the host`;
    const remedy = decide(`getsebool ${RUN_COMMANDS}`, 'every helper of this host', {
      command: `setsebool -P ${RUN_COMMANDS} on`,
      changes: "helpers may run the host's own commands, without a domain of their own",
    });
    return faulty(found, remedy, data);
  }
  return pass(`${mode}, the policy module is loaded`, data);
}

/** sshd's domains may then not connect to port 80, unless the boolean says so; of other policies nobody knows. */
function withoutModule(on: Inspection, mode: string, data: Data): CheckResult {
  const missing = `${mode}, the policy module is not loaded`;
  const allowed = booleanOf(on, SSHD_MAY_CONNECT);
  if (allowed === true) return pass(`${missing}, but ${SSHD_MAY_CONNECT} is on`, data);
  if (allowed === undefined || mode !== 'enforcing') return warn(missing, loadModule(on), data);
  return fail(`${missing}: SELinux refuses every login with a pushed key`, loadModule(on), data);
}

function loadModule(on: Inspection): Remedy {
  if (!isThere(on, MODULE_FILE)) {
    if (on.fact(family) === 'deb') return lookAt('semodule -l', 'lists the modules that there are');
    return reinstall(on);
  }
  const folders = '/usr/lib/ec2-instance-connect /etc/ec2-instance-connect';
  return fix(`semodule -i ${MODULE_FILE} && restorecon -RF ${folders}`);
}

/** The value in force of a boolean of the kernel's policy, nothing where the policy has none of the name. */
function booleanOf(on: Inspection, name: string): boolean | undefined {
  // After it comes the value that waits to be committed.
  return on.edges.sshd.tree.text(`${SELINUX}/booleans/${name}`)?.startsWith('1');
}

/** A helper of the chain that leads out of its folder, where the loaded module does not let it. */
function forbiddenLink(on: Inspection): string | undefined {
  if (booleanOf(on, RUN_COMMANDS) !== false) return undefined;
  return helperNames(on.edges.sshd.tree.names(HELPERS_DIRECTORY))
    .map((name) => `${HELPERS_DIRECTORY}/${name}`)
    .find((path) => on.edges.realPath(path)?.startsWith(`${HELPERS_DIRECTORY}/`) === false);
}

/**
 * Who is denied what, by the types of an audit record: our types on either side, or sshd's domains, in which the
 * program runs without the module, on the way to the metadata service. Node gives its threads names of its own, so
 * `comm=` says little; the launcher still has the program's.
 */
const OURS = new RegExp(
  [
    'context=[^:]+:[^:]+:ec2_instance_connect_',
    'scontext=[^:]+:[^:]+:sshd_(?:session_)?t:.*tcontext=[^:]+:[^:]+:http_port_t:',
    'comm="(?:eic_run_authori|ec2-instance-co)',
  ].join('|'),
);

/** What the program does as well without: rings, its control group's limits, the parent's limits and signals. */
const HARMLESS =
  /tclass=anon_inode|tcontext=[^:]+:[^:]+:cgroup_t:|denied\s+\{(?: noatsecure| rlimitinh| siginh)+ \}/;

/** Denials of the last day that the program could miss, from auditd's log. */
function recentDenials(on: Inspection): readonly string[] {
  const since = on.edges.now() - DAY;
  const lines = (on.edges.tail(AUDIT_LOG, TAIL_BYTES) ?? '').split('\n');
  return lines
    .filter((line) => /avc:\s+denied/.test(line) && OURS.test(line) && !HARMLESS.test(line))
    .filter((line) => Number(/msg=audit\((\d+)/.exec(line)?.[1] ?? 0) > since)
    .map((line) => line.slice(line.indexOf('denied')));
}
