import { pass, warn, type Check } from '../check.ts';
import { greeting } from '../facts/imds.ts';
import { lookAt } from '../remedies.ts';

const VARIABLE = /^\s*(?:export\s+)?((?:https?|all)_proxy)=/im;
const FILES = [
  '/etc/environment',
  '/etc/profile.d/proxy.sh',
  '/etc/sysconfig/sshd',
  '/etc/default/ssh',
];

/** Nobody stands between the program and IMDS. */
export const imdsProxy: Check = {
  id: 'imds-proxy',
  group: 'imds',
  title: 'no proxy',
  dependsOn: ['imds-reachable'],
  needs: ['instance'],
  async run(on) {
    const answer = await on.fact(greeting);
    if (answer.ok && answer.via !== undefined) {
      const command = 'iptables -t nat -S | grep 169.254.169.254';
      const remedy = lookAt(
        command,
        'find the rule that redirects the connections and exempt them',
      );
      return warn(`a proxy answers in place of IMDS: ${answer.via}`, remedy);
    }
    const named = FILES.filter((path) => VARIABLE.test(on.edges.sshd.tree.text(path) ?? ''));
    if (named.length === 0) return pass('none');
    return pass(`a proxy is set in ${named.join(', ')}; this program ignores it`);
  },
};
