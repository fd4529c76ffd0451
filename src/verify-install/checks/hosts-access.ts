import { HOSTS_ALLOW, HOSTS_DENY, hostsAnswer } from '../../system/hosts-access.ts';
import { fail, pass, warn, type Check, type Remedy } from '../check.ts';
import { sshd } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { decide, lookAt } from '../remedies.ts';

/** Since OpenSSH 9.8 a second program deals with the connection, and asks libwrap. */
const SESSION_PROGRAMS = ['/usr/lib/openssh/sshd-session', '/usr/libexec/openssh/sshd-session'];

/** No sshd is larger. */
const MAX_PROGRAM = 8_388_608;

const RULES = `grep -v '^#' ${HOSTS_ALLOW} ${HOSTS_DENY}`;

/** libwrap, where sshd has it, keeps no address out before sshd hears of it. */
export const hostsAccess: Check = {
  id: 'hosts-access',
  group: 'sshd',
  title: 'hosts.allow and hosts.deny',
  dependsOn: ['sshd-present'],
  async run(on) {
    const { tree } = on.edges.sshd;
    const text = (path: string): string => tree.text(path) ?? '';
    const { answer, rule } = hostsAnswer(text(HOSTS_ALLOW), text(HOSTS_DENY), 'sshd');
    if (rule === undefined) return pass('no rule refuses everybody');
    const where = `"${rule.text}" (${rule.path}:${rule.line})`;
    const linked = await usesLibwrap(on);
    if (linked === false) return pass(`${where} does not count: sshd does not use libwrap`);
    const remedy = letIn(rule.path);
    if (linked === undefined) {
      return warn(`${where}, if sshd uses libwrap, which cannot be told here`, remedy);
    }
    return answer === 'refused'
      ? fail(`libwrap refuses every address: ${where}`, remedy)
      : warn(`libwrap lets some addresses in only: ${where}`, lookAt(RULES));
  },
};

/** Whether a program of sshd's names libwrap among its libraries; undefined where none can be read. */
async function usesLibwrap(on: Inspection): Promise<boolean | undefined> {
  const program = (await on.fact(sshd))?.program ?? '/usr/sbin/sshd';
  const bytes = [program, ...SESSION_PROGRAMS].flatMap(
    (path) => on.edges.tail(path, MAX_PROGRAM) ?? [],
  );
  return bytes.length === 0 ? undefined : bytes.some((each) => each.includes('libwrap.so'));
}

function letIn(path: string): Remedy {
  // The first rule decides: a line after one of the same table would not count.
  if (path !== HOSTS_DENY) return lookAt(RULES, 'the first rule that fits decides');
  return decide(RULES, 'everybody who connects to sshd', {
    command: `echo 'sshd: ALL' >> ${HOSTS_ALLOW}`,
    changes:
      'everybody may connect to sshd from everywhere; name addresses instead of ALL if you can',
  });
}
