import type { Change, Image } from './image.ts';

/** How sshd was made to run our command. */
export type WiringKind = 'configuration-file' | 'unit-drop-in' | 'main-file';

/** What enable or adopt wrote, so that disable can take away exactly that. */
export interface WiringRecord {
  readonly format: 1;
  readonly id: string;
  readonly mode: 'enable' | 'adopt';
  readonly kinds: readonly WiringKind[];
  readonly changes: readonly Change[];
  /** The stock package's wiring that ours took the place of; only a downgrade brings it back. */
  readonly replaced?: readonly Change[];
}

/** A transaction that has begun: written before its first change, removed after its last. */
export interface Journal {
  readonly format: 1;
  readonly action: 'enable' | 'adopt' | 'disable';
  readonly changes: readonly Change[];
  readonly recordBefore: WiringRecord | null;
  readonly recordAfter: WiringRecord | null;
}

/** More than these files can ever hold: the images of a few configuration files. */
const MAX_LENGTH = 16 << 20;

/** The text of a record or a journal. */
export function formatState(state: WiringRecord | Journal): string {
  // Escapes keep the file ASCII, whatever the images hold.
  const json = JSON.stringify(state, null, 1);
  return `${json.replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** Reads a record; undefined for anything that formatState did not write. */
export function parseRecord(text: string): WiringRecord | undefined {
  const value = parseJson(text);
  return isRecord(value) ? value : undefined;
}

/** Reads a journal; undefined for anything that formatState did not write. */
export function parseJournal(text: string): Journal | undefined {
  const value = parseJson(text);
  return isObject(value) &&
    value['format'] === 1 &&
    ['enable', 'adopt', 'disable'].includes(String(value['action'])) &&
    isChanges(value['changes']) &&
    isRecordOrNull(value['recordBefore']) &&
    isRecordOrNull(value['recordAfter'])
    ? (value as unknown as Journal)
    : undefined;
}

/**
 * Whether a transaction had reached its end when it was interrupted: the record is written last, so
 * the record on disk says it.
 */
export function isCommitted(journal: Journal, onDisk: WiringRecord | null): boolean {
  return onDisk?.id === journal.recordAfter?.id;
}

function parseJson(text: string): unknown {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRecord(value: unknown): value is WiringRecord {
  return (
    isObject(value) &&
    value['format'] === 1 &&
    typeof value['id'] === 'string' &&
    ['enable', 'adopt'].includes(String(value['mode'])) &&
    Array.isArray(value['kinds']) &&
    isChanges(value['changes']) &&
    (value['replaced'] === undefined || isChanges(value['replaced']))
  );
}

function isRecordOrNull(value: unknown): boolean {
  return value === null || isRecord(value);
}

function isChanges(value: unknown): value is readonly Change[] {
  return (
    Array.isArray(value) &&
    value.every(
      (change) =>
        isObject(change) &&
        typeof change['path'] === 'string' &&
        change['path'].startsWith('/') &&
        isImageOrNull(change['before']) &&
        isImageOrNull(change['after']) &&
        ['string', 'undefined'].includes(typeof change['block']),
    )
  );
}

function isImageOrNull(value: unknown): value is Image | null {
  if (value === null) return true;
  if (!isObject(value)) return false;
  if (value['type'] === 'link') return typeof value['target'] === 'string';
  if (value['type'] === 'directory') return isNumber(value['mode']);
  return (
    value['type'] === 'file' &&
    typeof value['text'] === 'string' &&
    [value['mode'], value['uid'], value['gid']].every(isNumber)
  );
}

function isNumber(value: unknown): boolean {
  return Number.isSafeInteger(value);
}
