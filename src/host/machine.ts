import { readFileSync } from 'node:fs';
import { Fault } from '../verdict/fault.ts';

/** What the machine itself says of being an EC2 instance; Xen does not say which one. */
export type Machine =
  { readonly kind: 'nitro'; readonly instanceId: string } | { readonly kind: 'xen' };

/** Nitro and bare metal put the instance's id here, readable for everybody. */
const ASSET_TAG = '/sys/devices/virtual/dmi/id/board_asset_tag';
/** Xen instances have an id here that begins with `ec2`. */
const HYPERVISOR_ID = '/sys/hypervisor/uuid';

/**
 * Asks the hardware's own description, which nobody on the network can answer for.
 * @returns the machine, or undefined where this is no EC2 instance
 * @throws Fault DMI_UNREADABLE where the description exists and may not be read
 */
export function identifyMachine(): Machine | undefined {
  const tag = readAttribute(ASSET_TAG);
  if (tag !== undefined && /^i-[0-9a-f]{8,32}$/.test(tag))
    return { kind: 'nitro', instanceId: tag };
  return readAttribute(HYPERVISOR_ID)?.startsWith('ec2') === true ? { kind: 'xen' } : undefined;
}

function readAttribute(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Fault('DMI_UNREADABLE', `cannot read ${path}`, { cause: error });
  }
}

/**
 * Tells whether the answers of IMDS are about this machine.
 * @throws Fault IMDS_FOREIGN_INSTANCE where they name another instance
 */
export function requireOwnAnswers(machine: Machine, instanceId: string): void {
  if (machine.kind === 'xen' || machine.instanceId === instanceId) return;
  const detail = `expected the answers of ${machine.instanceId}, got those of ${instanceId}`;
  throw new Fault('IMDS_FOREIGN_INSTANCE', detail);
}
