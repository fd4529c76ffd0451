import type { SshdEdges } from './edges.ts';
import { inverse, sameImage, standing, type Change } from './plan/image.ts';
import { isCommitted, type Journal } from './plan/record.ts';
import { WiringRefusal } from './result.ts';
import { readJournal, readRecord, writeJournal, writeRecord } from './state.ts';

/**
 * Carries a journal out: the journal first, then each change, then `finish` (ask sshd, reload it),
 * then the record, then the journal goes. Every change is atomic and every state between two of them
 * is one that sshd accepts, so that a crash anywhere leaves a working sshd and a journal that the
 * next run takes back (`recover`).
 *
 * @param finish throws a WiringRefusal to have every change taken back
 */
export function carryOut<T>(edges: SshdEdges, journal: Journal, finish: () => T): T {
  refuseUnsafe(edges, journal.changes);
  writeJournal(edges, journal);
  let result: T;
  try {
    for (const change of journal.changes) make(edges, change);
    result = finish();
  } catch (error) {
    takeBack(edges, journal.changes);
    writeJournal(edges, null);
    throw error;
  }
  writeRecord(edges, journal.recordAfter);
  writeJournal(edges, null);
  return result;
}

/**
 * Takes back what an interrupted run did.
 *
 * @param activate tells sshd, which the interrupted run may have told of its changes already
 * @returns the changes that were taken back, or undefined where no run was interrupted
 */
export function recover(
  edges: SshdEdges,
  activate: (changes: readonly Change[]) => void,
): readonly Change[] | undefined {
  const journal = readJournal(edges);
  if (journal === null) return undefined;
  if (isCommitted(journal, readRecord(edges))) {
    writeJournal(edges, null);
    return undefined;
  }
  takeBack(edges, journal.changes);
  activate(journal.changes);
  writeJournal(edges, null);
  return journal.changes;
}

/** Which changes can be taken back now (see `standing`), and which cannot: edited since. */
export function untouched(
  edges: SshdEdges,
  changes: readonly Change[],
): { readonly ours: readonly Change[]; readonly edited: readonly Change[] } {
  const ours: Change[] = [];
  const edited: Change[] = [];
  for (const change of changes) {
    const now = edges.image(change.path);
    const mine = standing(change, now);
    if (mine !== undefined) ours.push(mine);
    else if (!sameImage(now, change.before)) edited.push(change);
  }
  return { ours, edited };
}

function make(edges: SshdEdges, change: Change): void {
  if (!sameImage(edges.image(change.path), change.before)) {
    throw new WiringRefusal('path-taken', `${change.path} has changed while this ran`);
  }
  edges.put(change.path, change.after);
}

function takeBack(edges: SshdEdges, changes: readonly Change[]): void {
  for (const { path, after } of inverse(untouched(edges, changes).ours)) edges.put(path, after);
}

// A folder that is made by the same journal has nothing to judge yet; its parent has.
function refuseUnsafe(edges: SshdEdges, changes: readonly Change[]): void {
  const made = changes.filter(({ after }) => after?.type === 'directory').map(({ path }) => path);
  for (const { path } of changes) {
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    const unsafe = made.includes(folder) ? undefined : edges.unsafeFolder(folder);
    if (unsafe !== undefined) throw new WiringRefusal('folder-unsafe', unsafe);
  }
}
