import { UsageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What an option takes. */
interface DurationLimits {
  /** In words, for the message. */
  readonly expected: string;
  /** In seconds. */
  readonly longest: number;
}

/**
 * A length of time as `30m`, `2h` or `3d`.
 * @param option whose value it is, for the message
 * @param limits without them as long a time as can be written
 * @returns seconds
 * @throws UsageError for anything else
 */
export function parseDuration(
  option: string,
  text: string,
  limits: DurationLimits = { expected: 'a time such as 30m, 2h or 3d', longest: Infinity },
): number {
  const [, number, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit ?? ''] ?? NaN);
  if (seconds <= limits.longest) return seconds;
  throw new UsageError(`${option}: expected ${limits.expected}, got "${text}"`);
}
