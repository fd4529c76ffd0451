import type { CommandEnd } from '../system/program.ts';

/** The first few of a list, and how many more there are. */
export function listed(items: readonly string[], most = 3): string {
  const more = items.length - most;
  return items.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** A number with its noun, in the singular for 1: `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Permission bits as chmod(1) takes them. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** How a program ended, with the last line that it said. */
export function endOf({ status, problem, stderr, stdout }: CommandEnd): string {
  const said = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
  const how = problem ?? `exit status ${status ?? 'unknown'}`;
  return said === '' ? how : `${how}, ${said}`;
}

/** A length of time in seconds, in the unit that a person would choose. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 120) return `${Math.round(size)} s`;
  if (size < 7200) return `${Math.round(size / 60)} min`;
  if (size < 172_800) return `${Math.round(size / 3600)} h`;
  return `${Math.round(size / 86_400)} days`;
}

/** A point in time as `2026-01-31 12:00 UTC`. */
export function moment(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
