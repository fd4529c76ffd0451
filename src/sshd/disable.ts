import { activate } from './activate.ts';
import { runCommand, type WiringContext, type WiringOptions } from './context.ts';
import { RECORD_PATH, type SshdEdges } from './edges.ts';
import { readModel } from './model/model.ts';
import { hostStarts } from './plan/conflicts.ts';
import { inverse, type Change } from './plan/image.ts';
import type { WiringRecord } from './plan/record.ts';
import { describeChanges } from './report.ts';
import { WiringRefusal, type WiringResult } from './result.ts';
import { checkConfiguration } from './sshd-program.ts';
import { runningStatus } from './status.ts';
import { carryOut, untouched } from './transaction.ts';

/**
 * `sshd disable`: takes away exactly what enable or adopt wrote, by the record that they kept. A
 * file that was edited since is left alone and named; the command then fails, and the record keeps
 * the file. A configuration that sshd refused before is no reason to keep our part in it.
 *
 * Where options of a unit had to win over the adopted command's, the running sshd has ours until its
 * service is restarted; the adopted helper stays in the chain until then.
 */
export function disable(edges: SshdEdges, options: WiringOptions = {}): WiringResult {
  return runCommand(edges, 'disable', options, (context) => {
    const { record } = context;
    if (record === null) return {};
    const { ours, edited } = untouched(edges, record.changes);
    const needed = neededUntilRestart(context, ours);
    const changes = inverse(ours.filter((change) => !needed.includes(change)));
    const kept = [...needed, ...edited];
    const recordAfter = kept.length === 0 ? null : { ...record, id: edges.newId(), changes: kept };
    const done = changes.length > 0 || kept.length === 0;
    const result: Partial<WiringResult> = {
      outcome: 'done',
      changes: describeChanges(changes),
      ...(done && takeAway(context, changes, recordAfter)),
    };
    if (edited.length > 0) return { ...result, ...editedSince(edited) };
    return needed.length === 0 ? result : { ...result, outcome: 'failed', reason: 'restart-first' };
  });
}

function editedSince(edited: readonly Change[]): Partial<WiringResult> {
  const leftAlone = edited.map(({ path }) => path);
  return { outcome: 'failed', reason: 'edited-since', detail: leftAlone.join(', '), leftAlone };
}

/** The adopted helper's files, as long as a service runs that was started before its drop-in went. */
function neededUntilRestart(
  { edges, record, starts }: WiringContext,
  ours: readonly Change[],
): readonly Change[] {
  if (record?.mode !== 'adopt' || !record.kinds.includes('unit-drop-in')) return [];
  const dropInStands = ours.some(({ path }) => path.startsWith('/etc/systemd/'));
  const changedAgo = edges.age(RECORD_PATH) ?? 0;
  const hasOurs = starts.some((start) => {
    if (start.unit === undefined || start.unit.name.includes('@')) return false;
    const running = runningStatus(edges, start.unit.name);
    if (running === undefined || running.mainPid === 0 || running.sockets.length > 0) return false;
    // It has our options when it started after the drop-in came and before it went.
    return dropInStands ? !running.restartNeeded : running.startedAgo > changedAgo;
  });
  return hasOurs ? ours.filter(({ path }) => path.startsWith('/etc/ec2-instance-connect')) : [];
}

function takeAway(
  context: WiringContext,
  changes: readonly Change[],
  recordAfter: WiringRecord | null,
): Partial<WiringResult> {
  const { edges, version, record, starts } = context;
  if (context.dryRun) return {};
  const accepted = starts.every((start) => checkConfiguration(edges, start).ok);
  const journal = {
    format: 1,
    action: 'disable',
    changes,
    recordBefore: record,
    recordAfter,
  } as const;
  const activations = carryOut(edges, journal, () => {
    const after = hostStarts(readModel(edges.tree, version));
    for (const start of accepted ? after : []) {
      const check = checkConfiguration(edges, start);
      if (!check.ok) throw new WiringRefusal('configuration-rejected', check.words);
    }
    return activate(edges, after, changes);
  });
  const failed = activations.find(({ state }) => state === 'reload-failed');
  return failed === undefined
    ? { activations }
    : { outcome: 'failed', reason: 'reload-failed', detail: failed.words ?? '', activations };
}
