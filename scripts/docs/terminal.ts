/** A recorded terminal session as SVG: light, or dark where the reader's screen is. Pure. */
import { escapeText } from '../svg.ts';

const [COLUMN, ROW, MARGIN] = [7.8, 17, 16] as const;
/** A recording is made at this width; longer lines are a mistake. */
const COLUMNS = 80;

const STYLE = `
  .screen { fill: #f6f8fa; stroke: #8c959f; }
  text { font: 13px ui-monospace, monospace; fill: #1b1f24; white-space: pre; }
  .bold { font-weight: 600; }
  .dim { fill: #6e7781; }
  .red { fill: #cf222e; }
  .green { fill: #1a7f37; }
  .cyan { fill: #0550ae; }
  @media (prefers-color-scheme: dark) {
    .screen { fill: #161b22; stroke: #6e7681; }
    text { fill: #e6edf3; }
    .dim { fill: #9198a1; }
    .red { fill: #ff7b72; }
    .green { fill: #3fb950; }
    .cyan { fill: #79c0ff; }
  }`;

/** Select Graphic Rendition (ECMA-48 8.3.117): those that the demo uses. */
const CLASSES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  36: 'cyan',
};

/**
 * Draws what is left on the screen when a session has ended: of a line that was written over, the last state.
 * @param recording as script(1) writes it, with the codes of colours
 * @param title for those who do not see it
 * @throws Error for a line that is wider than the screen, and for a code that has no place here
 */
export function drawTerminal(recording: string, title: string): string {
  const lines = recording.trimEnd().split('\n').map(lastState);
  const width = MARGIN * 2 + Math.ceil(COLUMNS * COLUMN);
  const height = MARGIN * 2 + lines.length * ROW;
  const texts = lines.flatMap((line, index) =>
    line === ''
      ? []
      : [`<text x="${MARGIN}" y="${MARGIN + 13 + index * ROW}">${spansOf(line)}</text>`],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" xml:space="preserve">`,
    `<title>${escapeText(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" class="screen"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}

function lastState(line: string): string {
  const states = line.replace(/\r$/, '').split(/\r\u001b\[K/);
  return (states.at(-1) ?? '').trimEnd();
}

function spansOf(line: string): string {
  let style: string | undefined;
  let columns = 0;
  const spans = line.split(/\u001b\[(\d*)m/).map((part, index) => {
    if (index % 2 === 1) {
      style = CLASSES[part];
      if (style === undefined && !['', '0', '22', '39'].includes(part)) {
        throw new Error(`expected a code of ${Object.keys(CLASSES).join(', ')}, found ${part}`);
      }
      return '';
    }
    columns += Array.from(part).length;
    const text = escapeText(part);
    return style === undefined || text === '' ? text : `<tspan class="${style}">${text}</tspan>`;
  });
  if (columns > COLUMNS || spans.join('').includes('\u001b')) {
    throw new Error(`expected at most ${COLUMNS} columns of text, found ${JSON.stringify(line)}`);
  }
  return spans.join('');
}
