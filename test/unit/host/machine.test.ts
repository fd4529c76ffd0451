import { describe, expect, it } from 'vitest';
import { requireOwnAnswers } from '../../../src/host/machine.ts';
import { faultOf } from '../../support/faults.ts';
import {
  ASSET_TAG,
  evaluateOn,
  INSTANCE_ID as ID,
  type PrivateMachine,
} from '../../support/private-machine.ts';

const HYPERVISOR = '/sys/hypervisor/uuid';

const identify = (machine: Omit<PrivateMachine, 'empty'>): Promise<unknown> =>
  evaluateOn(
    { empty: ['/sys'], ...machine },
    `return (await load('host/machine.ts')).identifyMachine();`,
  );

describe('identifyMachine', () => {
  it.each([
    ['a Nitro instance', { [ASSET_TAG]: `${ID}\n` }, { kind: 'nitro', instanceId: ID }],
    [
      'a Nitro instance with a short id',
      { [ASSET_TAG]: 'i-01234567\n' },
      { kind: 'nitro', instanceId: 'i-01234567' },
    ],
    ['a Xen instance', { [HYPERVISOR]: 'ec2a1b2c-0000-4000-8000-000000000001\n' }, { kind: 'xen' }],
    [
      'a Xen instance with a tag that says nothing',
      { [ASSET_TAG]: '\n', [HYPERVISOR]: 'ec2a1b2c-0000-4000-8000-000000000001\n' },
      { kind: 'xen' },
    ],
    [
      'an instance with both',
      { [ASSET_TAG]: `${ID}\n`, [HYPERVISOR]: 'ec2a1b2c-0000-4000-8000-000000000001\n' },
      { kind: 'nitro', instanceId: ID },
    ],
  ])('knows %s', async (_, files, machine) => {
    expect(await identify({ files })).toEqual(machine);
  });

  it.each([
    ['a machine that says nothing', {}],
    ['a machine with a tag of another maker', { [ASSET_TAG]: 'Not Specified\n' }],
    ['a managed node outside of EC2', { [ASSET_TAG]: 'mi-0123456789abcdef0\n' }],
    ['a tag with more than an id', { [ASSET_TAG]: `${ID} x\n` }],
    ['a tag in upper case', { [ASSET_TAG]: `${ID.toUpperCase()}\n` }],
    ['a Xen guest elsewhere', { [HYPERVISOR]: '01234567-0000-4000-8000-000000000001\n' }],
  ])('says of %s that it is no instance', async (_, files) => {
    expect(await identify({ files })).toBeNull();
  });

  it('says so where the description cannot be read, instead of calling it no instance', async () => {
    const prepare = [`mkdir -p ${ASSET_TAG}`];
    expect(await identify({ prepare })).toEqual({ thrown: 'DMI_UNREADABLE' });
  });
});

describe('requireOwnAnswers', () => {
  it('lets the answers of this machine pass', () => {
    expect(() => {
      requireOwnAnswers({ kind: 'nitro', instanceId: ID }, ID);
    }).not.toThrow();
  });

  it('refuses the answers of another machine', async () => {
    const machine = { kind: 'nitro', instanceId: ID } as const;
    for (const other of ['i-0fedcba9876543210', ID.slice(0, -1), `${ID}0`, '']) {
      const fault = await faultOf(() => {
        requireOwnAnswers(machine, other);
      });
      expect(fault.code).toBe('IMDS_FOREIGN_INSTANCE');
    }
  });

  it('takes any answer on Xen, which does not say which instance it is', () => {
    expect(() => {
      requireOwnAnswers({ kind: 'xen' }, ID);
    }).not.toThrow();
  });
});
