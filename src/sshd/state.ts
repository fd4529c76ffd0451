import { JOURNAL_PATH, RECORD_PATH, STATE_DIRECTORY, type SshdEdges } from './edges.ts';
import { overlay, type FileTree } from '../system/file-tree.ts';
import { standing, type Image } from './plan/image.ts';
import {
  formatState,
  parseJournal,
  parseRecord,
  type Journal,
  type WiringRecord,
} from './plan/record.ts';
import { WiringRefusal } from './result.ts';

/** The record of what is wired, or null; throws a WiringRefusal for one that cannot be read. */
export function readRecord(edges: SshdEdges): WiringRecord | null {
  const text = edges.tree.text(RECORD_PATH);
  if (text === undefined) return null;
  const record = parseRecord(text);
  if (record === undefined) throw new WiringRefusal('record-unreadable', RECORD_PATH);
  return record;
}

/** The journal of a run that was interrupted, or null; throws a WiringRefusal likewise. */
export function readJournal(edges: SshdEdges): Journal | null {
  const text = edges.tree.text(JOURNAL_PATH);
  if (text === undefined) return null;
  const journal = parseJournal(text);
  if (journal === undefined) throw new WiringRefusal('journal-unreadable', JOURNAL_PATH);
  return journal;
}

/** Writes the record, or takes it away. */
export function writeRecord(edges: SshdEdges, record: WiringRecord | null): void {
  edges.put(RECORD_PATH, record && privateFile(formatState(record)));
}

/** Writes the journal, or takes it away. */
export function writeJournal(edges: SshdEdges, journal: Journal | null): void {
  edges.put(JOURNAL_PATH, journal && privateFile(formatState(journal)));
}

/** Makes the folder of the state where it is missing. */
export function makeStateDirectory(edges: SshdEdges): void {
  if (edges.image(STATE_DIRECTORY) === null) {
    edges.put(STATE_DIRECTORY, { type: 'directory', mode: 0o755 });
  }
}

/**
 * The host's files as if we had never written any: each file that the record names and that nobody
 * edited since has its earlier content.
 */
export function treeWithoutOurs(edges: SshdEdges, record: WiringRecord | null): FileTree {
  const earlier = new Map<string, string | undefined>();
  for (const change of record?.changes ?? []) {
    const mine = standing(change, edges.image(change.path));
    if (mine?.after?.type !== 'file') continue;
    earlier.set(mine.path, mine.before?.type === 'file' ? mine.before.text : undefined);
  }
  return overlay(edges.tree, earlier);
}

function privateFile(text: string): Image {
  return { type: 'file', text, mode: 0o600, uid: 0, gid: 0 };
}
