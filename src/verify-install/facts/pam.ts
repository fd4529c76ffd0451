import { readAccountStack, type PamStack } from '../../system/pam.ts';
import type { Inspection } from '../inspection.ts';
import { setting } from './sshd.ts';

/** The modules that sshd has PAM ask about an account; undefined where it does not ask PAM. */
export async function accountStack(on: Inspection): Promise<PamStack | undefined> {
  const usePam = (await setting(on, 'usepam')).value?.toLowerCase();
  return usePam === 'yes' ? readAccountStack(on.edges.sshd.tree, 'sshd') : undefined;
}
