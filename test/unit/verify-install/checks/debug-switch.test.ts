import { expect, it } from 'vitest';
import { debugSwitch } from '../../../../src/verify-install/checks/debug-switch.ts';
import { inspect, NOW } from '../world.ts';

it('says nothing of note while the switch is off', async () => {
  expect(await inspect(debugSwitch, {})).toEqual({ status: 'pass', found: 'off' });
});

it('says until when every question is logged', async () => {
  const until = NOW + 600;
  const result = await inspect(debugSwitch, { debugSwitch: { state: 'on', until } });
  expect(result).toMatchObject({ status: 'pass', data: { until } });
  expect(result.found).toContain('10 min left');
});

it('warns of a file that is left, or says nothing, and has it taken away', async () => {
  const remedy = { kind: 'fix', command: 'ec2-instance-connect debug off' };
  for (const found of [
    { state: 'ended', until: NOW - 60 },
    { state: 'broken', problem: 'it does not say when it ends' },
  ] as const) {
    expect(await inspect(debugSwitch, { debugSwitch: found })).toMatchObject({
      status: 'warn',
      remedy,
    });
  }
});
