/** The results as a person reads them. */
import type { Result } from './run-cell.ts';

/** Fits a terminal of 80 columns. */
const WIDTH = 80;

/**
 * One table, a row for each behaviour (of a request) or thing (of the surroundings): what came of most of them, then
 * those that differ, by name.
 * @param results of requests, or of surroundings
 * @param by what the first column names
 */
export function resultTable(
  results: readonly Result[],
  by: 'behaviour' | 'about',
): readonly string[] {
  const rows = [...Map.groupBy(results, (result) => result[by])];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, cells]) =>
    wrapped(name.padEnd(width), outcomes(cells, by === 'about' ? 'behaviour' : 'about')),
  );
}

/** `404: IMDS_STATUS` for all, then `keys: nothing` and the like. */
function outcomes(cells: readonly Result[], of: 'behaviour' | 'about'): readonly string[] {
  const groups = [...Map.groupBy(cells, ({ outcome }) => outcome)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const [most, ...others] = groups;
  const named = (group: (typeof groups)[number] | undefined): string =>
    group === undefined ? '' : `${group[1].map((cell) => cell[of]).join(', ')}: ${group[0]}`;
  if (of === 'behaviour') return groups.map(named);
  return [most?.[0] ?? '', ...others.map(named)];
}

function wrapped(head: string, items: readonly string[]): readonly string[] {
  const lines = [''];
  for (const word of items
    .map((item, index) => (index > 0 ? `; ${item}` : item))
    .join('')
    .split(' ')) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? word : `${last} ${word}`;
    if (head.length + joined.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = joined;
  }
  return lines.map((line, index) => `${index === 0 ? head : ' '.repeat(head.length)}${line}`);
}

/** The last line: how many cells there were, and how many were as documented. */
export function summary(results: readonly Result[], again: number): string {
  const good = results.filter(({ problems }) => problems.length === 0).length;
  const slowest = Math.max(0, ...results.map(({ milliseconds }) => milliseconds));
  const repeated = again === 0 ? '' : `, ${again} asked again`;
  return `${results.length} cells, ${good} as documented${repeated}; the slowest took ${(slowest / 1000).toFixed(1)} s`;
}
