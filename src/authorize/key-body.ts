import { decodeBase64 } from '../encoding/base64.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict/refusal.ts';

/** One `#Name=value` line of an entry. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** One entry of the body, taken apart but not yet believed. */
export interface Entry {
  readonly fields: readonly Field[];
  /** The public key line, without its line break. */
  readonly keyLine: string;
  /** The bytes under the signature: every `#` line and the key line, each ended by `\n`. */
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
}

/** An entry of the body with its place, counted from 1. */
export interface PlacedEntry {
  readonly place: number;
  readonly entry: Verdict<Entry, 'entry-malformed'>;
}

/** More well-formed entries than a body has room for, so that no pushed key is ever beyond it. */
export const MAX_ENTRIES = 4096;
/** An entry has four fields today; the rest is room for what may come. */
const MAX_FIELDS = 64;
const FIELD = /^#([A-Za-z][A-Za-z0-9_.-]{0,63})=(.*)$/;
/** An RSA signature is as long as its modulus: 2048 to 16384 bits. */
const MIN_SIGNATURE = 256;
const MAX_SIGNATURE = 2048;

/**
 * Takes the body of `active-keys/<user>/` apart into its entries, which a blank line separates. One
 * malformed entry does not touch the others. The body's size is bounded by whoever fetched it.
 * @param body the bytes as served; read one byte a character, so that the signed bytes stay exact
 * @returns the entries in their order, at most MAX_ENTRIES and a malformed one that stands for all that
 * is behind them; an entry is `entry-malformed` unless it is field lines, one key line and a base64
 * signature, in this order and with nothing else
 */
export function parseKeyBody(body: Buffer): readonly PlacedEntry[] {
  const entries: PlacedEntry[] = [];
  // One more for the empty text that line breaks in front make, and one to see that there are more.
  for (const text of body.toString('latin1').split(/\n{2,}/, MAX_ENTRIES + 2)) {
    const lines = text.split('\n').filter((line) => line !== '');
    if (lines.length === 0) continue;
    const isOneTooMany = entries.length === MAX_ENTRIES;
    const entry = isOneTooMany ? malformed('more entries than are read') : parseEntry(lines);
    entries.push({ place: entries.length + 1, entry });
    if (isOneTooMany) break;
  }
  return entries;
}

function parseEntry(lines: readonly string[]): Verdict<Entry, 'entry-malformed'> {
  if (lines.some((line) => line.includes('\r'))) return malformed('a carriage return in a line');
  const keyIndex = lines.findIndex((line) => !line.startsWith('#'));
  const keyLine = lines[keyIndex];
  if (keyLine === undefined) return malformed('no key line');
  const fields = parseFields(lines.slice(0, keyIndex));
  if (fields === undefined) return malformed('a field line is not "#Name=value"');
  const signature = parseSignature(lines.slice(keyIndex + 1));
  if (signature === undefined) return malformed('no signature in canonical base64 after the key');
  const signedText = lines
    .slice(0, keyIndex + 1)
    .map((line) => `${line}\n`)
    .join('');
  return accept({ fields, keyLine, signedBytes: Buffer.from(signedText, 'latin1'), signature });
}

function malformed(detail: string): Refusal<'entry-malformed'> {
  return refuse('entry-malformed', detail);
}

function parseFields(lines: readonly string[]): readonly Field[] | undefined {
  if (lines.length > MAX_FIELDS) return undefined;
  const fields: Field[] = [];
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    fields.push({ name, value });
  }
  return fields;
}

function parseSignature(lines: readonly string[]): Buffer | undefined {
  const signature = decodeBase64(lines.join(''));
  if (signature === undefined) return undefined;
  const isOfRsa = signature.length >= MIN_SIGNATURE && signature.length <= MAX_SIGNATURE;
  return isOfRsa ? signature : undefined;
}
