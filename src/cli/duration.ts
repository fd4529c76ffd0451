import { UsageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * A length of time as `30m`, `2h` or `3d`.
 * @param option whose value it is, for the message
 * @returns seconds
 * @throws UsageError for anything else
 */
export function parseDuration(option: string, text: string): number {
  const [, number, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit ?? ''] ?? NaN);
  if (Number.isFinite(seconds)) return seconds;
  throw new UsageError(`${option}: expected a time such as 30m, 2h or 3d, got "${text}"`);
}
