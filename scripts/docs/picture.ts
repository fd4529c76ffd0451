/** The picture of a login as SVG, from its text source: light, or dark where the reader's screen is. Pure. */
import { escapeText } from '../svg.ts';

interface Box {
  readonly title: string;
  readonly does: string;
  readonly checks: string;
}

const [WIDTH, BOX, HEIGHT, GAP, TOP] = [860, 250, 92, 36, 50] as const;
const PER_ROW = 3;

const STYLE = `
  text { font-family: system-ui, sans-serif; fill: #1b1f24; }
  .title { font-size: 17px; font-weight: 600; }
  .does { font-size: 13px; }
  .checks { font-size: 12px; fill: #0550ae; }
  .box { fill: #f6f8fa; stroke: #8c959f; }
  .own { fill: #ddf4ff; stroke: #0969da; stroke-width: 2; }
  .arrow { stroke: #57606a; stroke-width: 2; fill: none; }
  .head { fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .checks { fill: #79c0ff; }
    .box { fill: #161b22; stroke: #6e7681; }
    .own { fill: #0c2d6b; stroke: #58a6ff; }
    .arrow { stroke: #9198a1; }
    .head { fill: #9198a1; }
  }`;

/**
 * Draws the boxes in rows, joined by arrows in their order.
 * @param source one box a line, three parts between `|`; lines that begin with `#` are comments
 * @throws Error for a line of another form
 */
export function drawPicture(source: string): string {
  const boxes = source.split('\n').flatMap(parseBox);
  const rows = Math.ceil(boxes.length / PER_ROW);
  const height = TOP + rows * HEIGHT + (rows - 1) * GAP + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escapeText(boxes.map(({ title }) => title).join(', then '))}</title>`,
    `<style>${STYLE}\n</style>`,
    '<text x="18" y="30" class="does">A pushed key on its way to a login, and what is checked where</text>',
    ...boxes.map((box, index) => drawBox(box, placeOf(index))),
    ...boxes.slice(1).map((_, index) => drawArrow(placeOf(index), placeOf(index + 1))),
    '</svg>',
    '',
  ].join('\n');
}

function parseBox(line: string): readonly Box[] {
  if (line.trim() === '' || line.startsWith('#')) return [];
  const [title, does, checks, ...more] = line.split('|').map((part) => part.trim());
  if (title === undefined || does === undefined || checks === undefined || more.length > 0) {
    throw new Error(`expected "title | what it does | what is checked", found "${line}"`);
  }
  return [{ title, does, checks }];
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function placeOf(index: number): Place {
  const column = index % PER_ROW;
  const row = Math.floor(index / PER_ROW);
  return { x: 18 + column * (BOX + GAP), y: TOP + row * (HEIGHT + GAP) };
}

function drawBox({ title, does, checks }: Box, { x, y }: Place): string {
  const kind = title === 'this program' ? 'box own' : 'box';
  const lines = breakLine(checks, 38).map(
    (text, index) =>
      `<text x="${x + 14}" y="${y + 68 + index * 15}" class="checks">${escapeText(text)}</text>`,
  );
  return [
    `<rect x="${x}" y="${y}" width="${BOX}" height="${HEIGHT}" rx="8" class="${kind}"/>`,
    `<text x="${x + 14}" y="${y + 26}" class="title">${escapeText(title)}</text>`,
    `<text x="${x + 14}" y="${y + 46}" class="does">${escapeText(does)}</text>`,
    ...lines,
  ].join('\n');
}

/** To the right in a row; at its end down and back to the first column. */
function drawArrow(from: Place, to: Place): string {
  const end = { x: to.x - 2, y: to.y + HEIGHT / 2 };
  if (from.y === to.y) {
    const start = { x: from.x + BOX, y: end.y };
    return `<path d="M${start.x} ${start.y}H${end.x - 8}" class="arrow"/>${head(end, 'right')}`;
  }
  const below = { x: to.x + BOX / 2, y: to.y - 2 };
  const middle = from.y + HEIGHT + GAP / 2;
  const path = `M${from.x + BOX / 2} ${from.y + HEIGHT}V${middle}H${below.x}V${below.y - 8}`;
  return `<path d="${path}" class="arrow"/>${head(below, 'down')}`;
}

function head({ x, y }: Place, direction: 'right' | 'down'): string {
  const points =
    direction === 'right'
      ? `${x},${y} ${x - 9},${y - 5} ${x - 9},${y + 5}`
      : `${x},${y} ${x - 5},${y - 9} ${x + 5},${y - 9}`;
  return `<polygon points="${points}" class="head"/>`;
}

function breakLine(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
