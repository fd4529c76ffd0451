import { pass, type Check } from '../check.ts';
import { greeting, greetingIpv6 } from '../facts/imds.ts';

/** Whether the IPv6 endpoint is there; it is off by default, and nothing needs it. */
export const imdsIpv6: Check = {
  id: 'imds-ipv6',
  group: 'imds',
  title: 'IPv6 endpoint',
  dependsOn: ['imds-reachable'],
  needs: ['instance'],
  async run(on) {
    const ipv6 = await on.fact(greetingIpv6);
    const ipv4 = await on.fact(greeting);
    const use = ipv4.ok ? 'IPv4 is used' : 'it is used';
    const found = ipv6.ok ? 'answers' : `no answer, and none is needed (${ipv6.code})`;
    return pass(`${found}; ${use}`, { answers: ipv6.ok });
  },
};
