/** The plot of where the time of a login goes, as SVG text. */
import { escapeText } from '../svg.ts';

/** One part of a login and how long it takes, in milliseconds. */
export interface Part {
  readonly name: 'gate' | 'node' | 'questions' | 'proof';
  readonly ms: number;
}

/** One bar. */
export interface Bar {
  readonly name: string;
  readonly parts: readonly Part[];
}

const LEGEND: Readonly<Record<Part['name'], readonly [colour: string, text: string]>> = {
  gate: ['#2a9d8f', 'launcher: start, two questions'],
  node: ['#9aa5b1', 'Node starts'],
  questions: ['#457b9d', 'program: two questions'],
  proof: ['#e09f3e', 'documents, proof, log'],
};

const [WIDTH, LEFT, RIGHT, TOP, STEP, BAR] = [760, 250, 60, 56, 34, 22];

/**
 * Draws the bars.
 * @param note where and when it was measured, a line
 */
export function plot(bars: readonly Bar[], note: string): string {
  const longest = Math.max(...bars.map(total));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const height = TOP + bars.length * STEP + 34;
  const rows = bars.map((bar, index) => row(bar, TOP + index * STEP, scale));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    '<title>Where the time of a login goes</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="20" font-size="15" fill="#1b1b1b">Where the time of a login goes (wall, ms)</text>`,
    legend(),
    ...rows,
    `<text x="12" y="${height - 12}" font-size="11" fill="#555555">${escapeText(note)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function total({ parts }: Bar): number {
  return parts.reduce((sum, { ms }) => sum + ms, 0);
}

function row(bar: Bar, top: number, scale: number): string {
  let x = LEFT;
  const blocks = bar.parts.map(({ name, ms }) => {
    const width = Math.max(ms * scale, 1);
    const block = `<rect x="${fixed(x)}" y="${top}" width="${fixed(width)}" height="${BAR}" fill="${LEGEND[name][0]}"/>`;
    x += width;
    return block;
  });
  const middle = top + 16;
  const label = `<text x="${LEFT - 8}" y="${middle}" text-anchor="end" fill="#1b1b1b">${escapeText(bar.name)}</text>`;
  const sum = `<text x="${fixed(x + 6)}" y="${middle}" fill="#1b1b1b">${total(bar).toFixed(1)}</text>`;
  return [label, ...blocks, sum].join('\n');
}

function legend(): string {
  let x = 12;
  const entries = Object.values(LEGEND).map(([colour, text]) => {
    const entry = `<rect x="${x}" y="31" width="11" height="11" fill="${colour}"/><text x="${x + 16}" y="41" font-size="12" fill="#1b1b1b">${text}</text>`;
    x += 34 + text.length * 6.1;
    return entry;
  });
  return entries.join('\n');
}

function fixed(value: number): string {
  return value.toFixed(1);
}
