/**
 * A percentile by the nearest rank: the smallest value that is not below so many percent of them.
 * @param percent above 0, up to 100
 * @returns NaN where there is no value
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? NaN;
}
