import { fail, pass, type Check, type Remedy } from '../check.ts';
import { answered, greeting, greetingIpv6 } from '../facts/imds.ts';
import type { Inspection } from '../inspection.ts';
import { decide, fix, lookAt } from '../remedies.ts';

const ADDRESS = '169.254.169.254';

/** The instance metadata service answers at all. */
export const imdsReachable: Check = {
  id: 'imds-reachable',
  group: 'imds',
  title: 'IMDS answers',
  dependsOn: ['instance'],
  needs: ['instance'],
  async run(on) {
    const answer = await on.fact(greeting);
    if (answer.ok && answer.status === 403) {
      return fail(
        'IMDS says that it is disabled (403)',
        modifyOptions(
          on,
          '--http-endpoint enabled',
          'every process on this instance can reach IMDS again',
        ),
      );
    }
    const status = answer.ok && answer.status === 401 ? '401 without a token, as it should' : '';
    if (answer.ok) {
      return answered(`${ADDRESS} answers (${status || answer.status})`, answer.late);
    }
    const ipv6 = await on.fact(greetingIpv6);
    if (ipv6.ok && answer.code !== 'TIMEOUT') {
      return pass(`${ADDRESS}: ${answer.code}; the IPv6 endpoint answers instead`);
    }
    return fail(`no answer from ${ADDRESS}: ${answer.code}`, await routeOrFirewall(on));
  },
};

/** The remedy that is typed where the AWS CLI has rights, not necessarily here. */
export function modifyOptions(on: Inspection, option: string, changes: string): Remedy {
  const machine = on.edges.machine();
  const id = machine?.kind === 'nitro' ? machine.instanceId : 'INSTANCE';
  const shown = `aws ec2 describe-instances --instance-ids ${id} --query Reservations[].Instances[].MetadataOptions`;
  const call = ['aws ec2 modify-instance-metadata-options --instance-id', id, option];
  return {
    ...decide(shown, 'every process of this instance', { command: call.join(' '), changes }),
    note: 'run both where the AWS CLI has permission to change this instance',
  };
}

/** A rule of a firewall that names IMDS is shown; without one, a route may be missing. */
async function routeOrFirewall(on: Inspection): Promise<Remedy> {
  const rules = await blockingRules(on);
  const [first] = rules;
  if (first !== undefined) {
    return decide('iptables -S OUTPUT', 'everybody whom the rule keeps from IMDS', {
      command: first.replace(/^-A/, 'iptables -D'),
      changes: 'everybody whom this rule stopped can reach IMDS, credentials included',
    });
  }
  const route = await on.edges.run({ argv: ['ip', 'route', 'get', ADDRESS] });
  const device = await on.edges.run({ argv: ['ip', '-o', 'route', 'show', 'default'] });
  const name = /\bdev (\S+)/.exec(device.stdout)?.[1];
  const routed = route.status === 0 && !/^(unreachable|prohibit|blackhole)/.test(route.stdout);
  if (routed || name === undefined) {
    return lookAt(
      `ip route get ${ADDRESS}; iptables -S OUTPUT; nft list ruleset`,
      'find the rule or route that blocks it',
    );
  }
  return fix(`ip route replace ${ADDRESS}/32 dev ${name}`);
}

/** The rules of iptables(8) for outgoing packets that drop what goes to IMDS. */
export async function blockingRules(on: Inspection): Promise<readonly string[]> {
  if (!on.isRoot) return [];
  const { stdout } = await on.edges.run({ argv: ['iptables', '-S', 'OUTPUT'] });
  return stdout
    .split('\n')
    .filter((rule) => rule.includes(ADDRESS) && /-j (DROP|REJECT)/.test(rule));
}
