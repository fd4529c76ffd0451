/** The plot of the load as SVG: light, or dark where the reader's screen is. Pure. */
import { escapeText } from '../svg.ts';
import { SSHDS, type SshdName } from './plan.ts';
import { percentile } from './statistics.ts';
import { KIND_NAMES, SSHD_NAMES, type Row } from './table.ts';

const [WIDTH, LEFT, RIGHT, TOP, BAR, GAP, HEAD] = [760, 270, 124, 64, 13, 8, 30] as const;

const STYLE = `
  text { font-family: system-ui, sans-serif; font-size: 12px; fill: #1b1f24; }
  .title { font-size: 15px; }
  .head { font-weight: 600; }
  .note { font-size: 11px; fill: #57606a; }
  .paper { fill: #ffffff; }
  .none { fill: #9aa5b1; }
  .gate { fill: #2a9d8f; }
  .program { fill: #e09f3e; }
  .whisker { stroke: #1b1f24; fill: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
    .paper { fill: #0d1117; }
    .whisker { stroke: #e6edf3; }
  }`;

/**
 * Draws a group of bars for each row, and a scale of its own for each number of logins in parallel: a bar ends at the
 * median, its line at the 95th percentile.
 * @param rows in the table's order
 * @param note where and when it was measured, a line
 */
export function plot(rows: readonly Row[], note: string): string {
  let y: number = TOP;
  const parts: string[] = [];
  for (const [parallel, panel] of Map.groupBy(rows, (row) => row.parallel)) {
    const longest = Math.max(...panel.flatMap(({ wall }) => [...wall.values()].map(p95)));
    parts.push(`<text x="12" y="${y + 16}" class="head">${parallel} in parallel</text>`);
    y += HEAD;
    for (const row of panel) {
      parts.push(group(row, y, (WIDTH - LEFT - RIGHT) / longest));
      y += row.wall.size * BAR + GAP;
    }
  }
  const height = y + 30;
  const title = 'Wall time of a login in ms: median, with a line to the 95th percentile';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${title}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${WIDTH}" height="${height}" class="paper"/>`,
    `<text x="12" y="22" class="title">${title}</text>`,
    ...SSHDS.map(legendEntry),
    ...parts,
    `<text x="12" y="${height - 10}" class="note">${escapeText(note)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function p95(seconds: readonly number[]): number {
  return percentile(seconds, 95);
}

function legendEntry(name: SshdName, index: number): string {
  const x = 12 + index * 130;
  return [
    `<rect x="${x}" y="36" width="11" height="11" class="${name}"/>`,
    `<text x="${x + 16}" y="46">${SSHD_NAMES[name]}</text>`,
  ].join('\n');
}

function group({ kind, wall }: Row, top: number, scale: number): string {
  const bars = SSHDS.filter((name) => wall.has(name)).map((name, index) =>
    bar(name, wall.get(name) ?? [], top + index * BAR, scale),
  );
  const middle = top + (bars.length * BAR) / 2 + 3;
  const label = `<text x="${LEFT - 8}" y="${fixed(middle)}" text-anchor="end">${KIND_NAMES[kind]}</text>`;
  return [label, ...bars].join('\n');
}

function bar(name: SshdName, seconds: readonly number[], top: number, scale: number): string {
  const median = percentile(seconds, 50);
  const [width, end] = [Math.max(median * scale, 1), LEFT + p95(seconds) * scale];
  const y = top + (BAR - 2) / 2;
  const words = `${(median * 1000).toFixed(0)} / ${(p95(seconds) * 1000).toFixed(0)}`;
  return [
    `<rect x="${LEFT}" y="${top}" width="${fixed(width)}" height="${BAR - 2}" class="${name}"/>`,
    `<path d="M${fixed(LEFT + width)} ${y}H${fixed(end)}M${fixed(end)} ${top + 2}v${BAR - 6}" class="whisker"/>`,
    `<text x="${fixed(end + 6)}" y="${top + 10}">${words}</text>`,
  ].join('\n');
}

function fixed(value: number): string {
  return value.toFixed(1);
}
