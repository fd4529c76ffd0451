import { readFileSync } from 'node:fs';
import type { Deadline } from '../imds/client.ts';
import { DEADLINE_MS } from '../imds/limits.ts';

/** In these the kernel says when a process began, on every architecture (USER_HZ; proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/**
 * The most that counts as spent before Node began, in milliseconds: the launcher's 150, and a slow start. A script that
 * ran for longer in the same process before it executed the launcher shall not cost a login all of its time.
 */
const MOST_BEFORE_MS = 1000;

/**
 * The deadline of this run. It counts from when the kernel started the process, so that the launcher's question is part
 * of it: executing another program changes nothing of that, and no argument, variable or file of the caller's says it.
 * A caller can only make the process older, and the time shorter.
 */
export function startDeadline(): Deadline {
  const before = spentBefore(text('/proc/self/stat'), text('/proc/uptime'), process.uptime());
  return { remaining: () => DEADLINE_MS - before - process.uptime() * 1000 };
}

/**
 * How long the process had been there when Node began in it.
 * @param stat `/proc/self/stat`: the 22nd field is when the process began, in ticks since the machine did
 * @param uptime `/proc/uptime`: seconds since the machine began (proc_uptime(5))
 * @param own seconds since Node began
 * @returns milliseconds, from 0 to 1000; 0 where the texts do not say it
 */
export function spentBefore(stat: string, uptime: string, own: number): number {
  // The second field is a name, and may hold spaces and parentheses.
  const began = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) / TICKS_PER_SECOND;
  const age = Number.parseFloat(uptime) - began;
  const before = (age - own) * 1000;
  return Number.isFinite(before) ? Math.min(Math.max(before, 0), MOST_BEFORE_MS) : 0;
}

/** A root without /proc has neither file. */
function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
