/** The unpacked package in a rig, as its package would install it. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespace } from '../../test/rig/namespace.ts';
import { runOrThrow } from '../../test/rig/run.ts';
import { PRIVATE_FOLDER } from '../package/program.ts';

/** Where the launcher has the name by which sshd calls it. */
export const GATE = '/run/rig/gate/eic_run_authorized_keys';
/** The same for the program without its launcher. */
export const ALONE = '/run/rig/alone/eic_run_authorized_keys';

/**
 * Puts an unpacked package where it belongs; /usr/lib is a layer of the rig's own from then on.
 * @param tree the folder of `unpack`; it must stay while the rig runs
 */
export async function install(namespace: Namespace, tree: string): Promise<void> {
  const [upper, work] = ['/run/rig/lib/upper', '/run/rig/lib/work'];
  for (const folder of [upper, work, join(GATE, '..'), join(ALONE, '..')]) {
    mkdirSync(namespace.path(folder), { recursive: true });
  }
  const script = `mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=${upper},workdir=${work} /usr/lib
    mkdir ${PRIVATE_FOLDER} && mount --bind "$1${PRIVATE_FOLDER}" ${PRIVATE_FOLDER}`;
  await runOrThrow(namespace.command(['sh', '-euc', script, 'sh', tree]));
  symlinkSync(`${PRIVATE_FOLDER}/launch`, namespace.path(GATE));
  symlinkSync(`${PRIVATE_FOLDER}/ec2-instance-connect`, namespace.path(ALONE));
}
