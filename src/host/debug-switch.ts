import { lstatSync } from 'node:fs';
import { readPathFacts, readSmallText } from '../system/files.ts';
import { unsafeReason, type PathFacts } from '../system/path-safety.ts';

/**
 * While it is there the launcher leaves every question to the program (packaging/launcher/gate.h), and while its time
 * lasts the program writes a line for each. /run is gone with the next boot, whatever happens.
 */
export const DEBUG_SWITCH = '/run/ec2-instance-connect/debug';

/** The longest time that the switch can be set for, in seconds: forgotten, it ends within a day. */
export const LONGEST_DEBUG = 86_400;

/** What the switch says; `until` in Unix seconds. A broken one counts as none. */
export type DebugSwitch =
  | { readonly state: 'off' }
  | { readonly state: 'on' | 'ended'; readonly until: number }
  | { readonly state: 'broken'; readonly problem: string };

/** No text of ours is longer. */
const MAX_TEXT = 64;

/**
 * Reads the switch. Never throws: no login depends on it.
 * @param now Unix seconds
 * @param path where it is; absolute
 */
export function readDebugSwitch(now: number, path: string = DEBUG_SWITCH): DebugSwitch {
  try {
    // The everyday case costs one system call.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return { state: 'off' };
    const problem = wayProblem(readPathFacts(path));
    if (problem !== undefined) return { state: 'broken', problem };
    return judgeDebugSwitch(readSmallText(path, MAX_TEXT) ?? '', now);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { state: 'broken', problem: `${path} cannot be read (${code ?? String(error)})` };
  }
}

/** What is wrong with the way to the switch: it is a file of root's, and there is no link on the way. */
export function wayProblem(way: readonly PathFacts[]): string | undefined {
  const [first] = way;
  if (first?.kind !== 'file') return `${first?.path ?? 'it'} is not a regular file`;
  return unsafeOrLinked(way);
}

/** What others could change about a way, or the link that is on it. */
export function unsafeOrLinked(way: readonly PathFacts[]): string | undefined {
  const link = way.find(({ kind }) => kind === 'link');
  return link === undefined ? unsafeReason(way) : `${link.path} is a symbolic link`;
}

/** The text of a switch that lasts until this time, in Unix seconds. */
export function debugSwitchText(until: number): string {
  return `until=${until}\n`;
}

/**
 * What a switch's text says at this time. An end that lies further away than one can be set to is none: then the clock
 * was another when it was set.
 */
export function judgeDebugSwitch(text: string, now: number): DebugSwitch {
  const until = Number(/^until=([1-9][0-9]{0,11})\n$/.exec(text)?.[1]);
  if (Number.isNaN(until)) return { state: 'broken', problem: 'it does not say when it ends' };
  if (until > now + LONGEST_DEBUG) {
    return { state: 'broken', problem: 'it ends more than a day from now' };
  }
  return { state: now < until ? 'on' : 'ended', until };
}
