import type { Instance } from './config.ts';
import { findInstances, STATES, type Ec2Error, type Parameters } from './ec2-instances.ts';
import type { Call } from './iam/request-context.ts';
import { element, list, type Xml } from './xml.ts';

/**
 * DescribeInstanceStatus of the EC2 API Reference: answers what the response holds, or an error. Only
 * running instances are told of unless `IncludeAllInstances` is true.
 */
export function describeInstanceStatus(parameters: Parameters, call: Call): Xml | Ec2Error {
  const more = ['IncludeAllInstances'];
  const found = findInstances(parameters, 'ec2:DescribeInstanceStatus', call, more);
  if ('code' in found) return found;
  const all = parameters.get('IncludeAllInstances') === 'true';
  const wanted = found.filter(({ state }) => all || STATES[state][1] === 'running');
  return list('instanceStatusSet', wanted.map(describe));
}

const REACHABILITY = { ok: 'passed', impaired: 'failed', 'not-applicable': undefined } as const;

function describe({ instanceId, availabilityZone, state }: Instance): readonly Xml[] {
  const [code, name] = STATES[state];
  const host = name === 'running' ? 'ok' : 'not-applicable';
  return [
    element('instanceId', instanceId),
    element('availabilityZone', availabilityZone),
    element('instanceState', [element('code', String(code)), element('name', name)]),
    element('systemStatus', check(host)),
    // Whom the connect service cannot reach fails the check of the instance, not that of its host.
    element('instanceStatus', check(state === 'unavailable' ? 'impaired' : host)),
  ];
}

function check(status: keyof typeof REACHABILITY): readonly Xml[] {
  const reachability = REACHABILITY[status];
  const detail = [element('name', 'reachability'), element('status', reachability ?? '')];
  return [element('status', status), list('details', reachability === undefined ? [] : [detail])];
}
