import { chmodSync, lstatSync, mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readPathFacts } from '../system/files.ts';
import { replaceFile } from '../system/replace-file.ts';
import { DEBUG_SWITCH, debugSwitchText, unsafeOrLinked } from './debug-switch.ts';

/** Everybody may read it: the program, which runs as a user of its own, has to. */
const MODE = { folder: 0o755, file: 0o644 } as const;

/**
 * Sets the switch; root alone can. What is at its place is replaced.
 * @param until Unix seconds
 * @returns why it was not set, where its folder is not safe; undefined where it was
 * @throws an error with a `code` as node:fs does
 */
export function setDebugSwitch(until: number, path: string = DEBUG_SWITCH): string | undefined {
  const folder = dirname(path);
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(folder);
    chmodSync(folder, MODE.folder);
  }
  const problem = unsafeOrLinked(readPathFacts(folder));
  if (problem !== undefined) return problem;
  // A file or a link at its place is replaced as it stands.
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmdirSync(path);
  const bytes = Buffer.from(debugSwitchText(until));
  replaceFile(path, { bytes, mode: MODE.file }, `${path}.${process.pid}`);
  return undefined;
}

/**
 * Takes away what is at the switch's place: a file, a link, an empty folder; never what a link leads to.
 * @throws an error with a `code` as node:fs does
 */
export function clearDebugSwitch(path: string = DEBUG_SWITCH): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) rmdirSync(path);
  else rmSync(path, { force: true });
}
