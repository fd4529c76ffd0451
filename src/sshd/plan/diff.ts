/** Lines of context around a change, as diff -u has them. */
const CONTEXT = 3;

/** Beyond this many lines on a side a change is shown as all lines out, all lines in. */
const MAX_COMPARED = 4000;

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * A unified diff of two texts; `/dev/null` stands for a file that is not there.
 *
 * @param before the old text, or undefined where the file is made
 * @param after the new text, or undefined where the file is taken away
 * @returns the diff with its header, or an empty text when both are equal
 */
export function unifiedDiff(
  path: string,
  before: string | undefined,
  after: string | undefined,
): string {
  if (before === after) return '';
  const edits = editScript(toLines(before), toLines(after));
  const header = [
    `--- ${before === undefined ? '/dev/null' : path}`,
    `+++ ${after === undefined ? '/dev/null' : path}`,
  ];
  return [...header, ...hunks(edits)].map((line) => `${line}\n`).join('');
}

// A line that has no line break at its end is another line than one that has; diff(1) says so too.
function toLines(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') return lines.slice(0, -1);
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}\n\\ No newline at end of file`];
}

function editScript(a: readonly string[], b: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const middle = compare(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (text: string): Edit => ({ sign: ' ', text });
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
}

/** The longest common subsequence decides which lines stay. */
function compare(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const out = a.map((text): Edit => ({ sign: '-', text }));
  const into = b.map((text): Edit => ({ sign: '+', text }));
  if (a.length === 0 || b.length === 0 || a.length > MAX_COMPARED || b.length > MAX_COMPARED) {
    return [...out, ...into];
  }
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const down = common[(i + 1) * width + j] ?? 0;
      const right = common[i * width + j + 1] ?? 0;
      const both = (common[(i + 1) * width + j + 1] ?? 0) + 1;
      common[i * width + j] = a[i] === b[j] ? both : Math.max(down, right);
    }
  }
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const down = common[(i + 1) * width + j] ?? 0;
    const right = common[i * width + j + 1] ?? 0;
    if (a[i] === b[j]) {
      edits.push({ sign: ' ', text: a[i++] ?? '' });
      j++;
    } else edits.push(...(down >= right ? out.slice(i, ++i) : into.slice(j, ++j)));
  }
  return [...edits, ...out.slice(i), ...into.slice(j)];
}

function hunks(edits: readonly Edit[]): readonly string[] {
  const changed = edits.flatMap((edit, index) => (edit.sign === ' ' ? [] : [index]));
  const lines: string[] = [];
  for (let first = 0; first < changed.length;) {
    let last = first;
    while ((changed[last + 1] ?? Infinity) - (changed[last] ?? 0) <= 2 * CONTEXT) last++;
    const from = Math.max(0, (changed[first] ?? 0) - CONTEXT);
    const to = Math.min(edits.length, (changed[last] ?? 0) + CONTEXT + 1);
    const range = (sign: '-' | '+'): string => {
      const skipped = edits.slice(0, from).filter((edit) => edit.sign !== flip(sign)).length;
      const count = edits.slice(from, to).filter((edit) => edit.sign !== flip(sign)).length;
      return `${sign}${count === 0 ? skipped : skipped + 1}${count === 1 ? '' : `,${count}`}`;
    };
    lines.push(`@@ ${range('-')} ${range('+')} @@`);
    lines.push(...edits.slice(from, to).map(({ sign, text }) => sign + text));
    first = last + 1;
  }
  return lines;
}

function flip(sign: '-' | '+'): '-' | '+' {
  return sign === '-' ? '+' : '-';
}
