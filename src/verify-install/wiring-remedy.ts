import { adopt } from '../sshd/adopt.ts';
import type { SshdEdges } from '../sshd/edges.ts';
import { enable } from '../sshd/enable.ts';
import type { WiringResult } from '../sshd/result.ts';
import type { Fix, Look } from './check.ts';
import type { Inspection } from './inspection.ts';
import { fix, lookAt } from './remedies.ts';

/** The commands that make sshd run ours. */
const WIRING: Readonly<Record<'enable' | 'adopt', typeof enable>> = { enable, adopt };

/** A command that makes sshd run ours, as a person types it. */
export function wiringCommand(name: keyof typeof WIRING): string {
  return `ec2-instance-connect sshd ${name}`;
}

/**
 * What a wiring command would do now, by its own judgement; it may run the other command, as `adopt`
 * does, and changes nothing. Only root's answer means anything.
 * @param edges the host, or the host with some of its files changed
 */
export function wiringTrial(name: keyof typeof WIRING, edges: SshdEdges): WiringResult {
  return WIRING[name](edges, { dryRun: true });
}

/**
 * A wiring command as a fix where it would do its work, and otherwise why it would not.
 * @param note of the fix
 */
export function wiringRemedy(on: Inspection, name: keyof typeof WIRING, note?: string): Fix | Look {
  const command = wiringCommand(name);
  if (!on.isRoot) return lookAt(`${command} --dry-run`, 'it says whether it would do it');
  const { outcome, conflicts, detail = '' } = wiringTrial(name, on.edges.sshd);
  if (outcome === 'done') return fix(command, note);
  if (outcome !== 'refused') {
    return lookAt('ec2-instance-connect sshd status', `${command} would change nothing`);
  }
  if (conflicts.length > 0) {
    const tried = `${wiringCommand('enable')} --dry-run`;
    return lookAt(tried, `it refuses, and prints lines that keep both: ${detail}`);
  }
  return lookAt(`${command} --dry-run`, `it refuses until this is put right: ${detail}`);
}
