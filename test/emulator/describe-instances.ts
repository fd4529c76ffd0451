import type { Instance } from './config.ts';
import { findInstances, STATES, type Ec2Error, type Parameters } from './ec2-instances.ts';
import type { Call } from './iam/request-context.ts';
import { element, list, type Xml } from './xml.ts';

/** DescribeInstances of the EC2 API Reference: answers what the response holds, or an error. */
export function describeInstances(parameters: Parameters, call: Call): Xml | Ec2Error {
  const found = findInstances(parameters, 'ec2:DescribeInstances', call);
  if ('code' in found) return found;
  const reservations = found.map((instance) => [
    element('reservationId', instance.instanceId.replace(/^i-/, 'r-')),
    element('ownerId', call.config.accountId),
    element('groupSet', []),
    list('instancesSet', [describe(instance)]),
  ]);
  return list('reservationSet', reservations);
}

function describe(instance: Instance): readonly Xml[] {
  const { publicIp, ipv6, platform, vpcId, subnetId } = instance;
  const [code, state] = STATES[instance.state];
  const optional = (name: string, value: string | undefined): readonly Xml[] =>
    value === undefined ? [] : [element(name, value)];
  return [
    element('instanceId', instance.instanceId),
    element('instanceType', 't3.micro'),
    element('instanceState', [element('code', String(code)), element('name', state)]),
    element('placement', [
      element('availabilityZone', instance.availabilityZone),
      element('tenancy', 'default'),
    ]),
    element('privateDnsName', instance.dnsName),
    element('dnsName', publicIp === undefined ? '' : instance.dnsName),
    element('privateIpAddress', instance.privateIp),
    ...optional('ipAddress', publicIp),
    ...optional('ipv6Address', ipv6),
    element('vpcId', vpcId),
    element('subnetId', subnetId),
    list('networkInterfaceSet', [networkInterface(instance)]),
    ...optional('platform', platform),
    element('platformDetails', platform === 'windows' ? 'Windows' : 'Linux/UNIX'),
    element('architecture', process.arch === 'arm64' ? 'arm64' : 'x86_64'),
    list(
      'tagSet',
      Object.entries(instance.tags).map(([key, value]) => [
        element('key', key),
        element('value', value),
      ]),
    ),
  ];
}

function networkInterface(instance: Instance): readonly Xml[] {
  const { ipv6, vpcId, subnetId, privateIp } = instance;
  return [
    element('networkInterfaceId', instance.instanceId.replace(/^i-/, 'eni-')),
    element('vpcId', vpcId),
    element('subnetId', subnetId),
    element('privateIpAddress', privateIp),
    list('ipv6AddressesSet', ipv6 === undefined ? [] : [[element('ipv6Address', ipv6)]]),
  ];
}
