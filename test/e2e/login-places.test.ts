import { expect, it } from 'vitest';
import type { AccountOptions } from '../rig/account.ts';
import type { Rig } from '../rig/rig.ts';
import { ask, authorizedKeys, makePushedKey, startRig, useRig } from './login-rig.ts';

const rig = useRig();

async function expectLogin(machine: Rig): Promise<void> {
  const key = await makePushedKey(machine);
  expect(await machine.login('alice', key)).toMatchObject({ ok: true, stdout: 'alice\n' });
}

const missing = { kind: 'answer', status: 404, body: '' } as const;

it.each<Partial<AccountOptions>>([
  { region: 'us-west-2', availabilityZone: 'us-west-2-lax-1a' },
  { region: 'us-east-1', availabilityZone: 'us-east-1-wl1-bos-wlz-1' },
  { region: 'us-gov-west-1', availabilityZone: 'us-gov-west-1a' },
  { region: 'cn-north-1', availabilityZone: 'cn-north-1b', domain: 'amazonaws.com.cn' },
  { region: 'us-iso-east-1', availabilityZone: 'us-iso-east-1a', domain: 'c2s.ic.gov' },
  { region: 'eusc-de-east-1', availabilityZone: 'eusc-de-east-1a', domain: 'amazonaws.eu' },
])('lets a key in at $availabilityZone', async (account) => {
  const machine = await startRig({ account });
  try {
    await expectLogin(machine);
    // Instances whose IMDS does not know the region yet: it is read out of the zone's name.
    const path = '*/placement/region';
    await machine.emulator.setFaults([{ service: 'imds', path, action: missing }]);
    const key = await makePushedKey(machine, 'bob');
    expect(await ask(machine, 'bob')).toMatchObject({ status: 0, stdout: authorizedKeys(key) });
  } finally {
    await machine.stop();
  }
});

it('lets a key in on an instance that is old enough for a short id', async () => {
  const machine = await startRig({ account: { instanceId: 'i-01234567' } });
  try {
    await expectLogin(machine);
  } finally {
    await machine.stop();
  }
});

it('lets a key in on a Xen machine, whose firmware does not say which one it is', async () => {
  rig().setFirmware({ hypervisorUuid: 'ec2e1916-9099-7caf-fd21-012345abcdef' });
  await expectLogin(rig());
  rig().setFirmware({ assetTag: 'Not Specified', hypervisorUuid: 'ec2e1916-9099-7caf-fd21-01' });
  await expectLogin(rig());
});

it('lets a key in where IMDS has an IPv6 address only', async () => {
  await rig().setImdsAddress('ipv4', false);
  await expectLogin(rig());
});

it('lets a key in where IMDS has an IPv4 address only', async () => {
  await rig().setImdsAddress('ipv6', false);
  await expectLogin(rig());
});

it('asks the IPv6 address nothing where the IPv4 address answers with an error', async () => {
  const key = await makePushedKey(rig());
  const action = { kind: 'answer', status: 500, body: '' } as const;
  await rig().emulator.setFaults([{ service: 'imds', path: '*/api/token', count: 1, action }]);
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject({ status: 1, stdout: '' });
  expect((await rig().emulator.counters()).imds.requests).toBe(1);
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject({ stdout: authorizedKeys(key) });
});
