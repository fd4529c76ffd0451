/** Where the demo writes, and what it may use there. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** Whether a line can be written over, as a progress bar needs. */
  readonly live: boolean;
  /** Characters beyond ASCII. */
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan';

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 };
const INDENT = '   ';

/** Describes standard output; no colour where it is not a terminal or NO_COLOR is set (no-color.org). */
export function standardTerminal(): Terminal {
  const { stdout, env } = process;
  const live = stdout.isTTY && env['TERM'] !== 'dumb';
  const noColor = (env['NO_COLOR'] ?? '') !== '';
  // The first that is set and not empty decides (locale(7)).
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(Boolean) ?? '';
  return {
    write: (text) => stdout.write(text),
    colour: live && !noColor,
    live,
    unicode: /utf-?8/i.test(locale),
    width: Math.min(stdout.columns || 80, 100),
  };
}

/** Numbered steps, what was done in each, what was seen, and a summary that tells the truth. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #steps: { title: string; ok: boolean; checks: number }[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Whether every check so far has held. */
  get ok(): boolean {
    return this.#steps.every((step) => step.ok);
  }

  /** A line at the left edge. */
  headline(text: string): void {
    this.#line(this.#paint('bold', text));
  }

  /** Begins the next step. */
  step(title: string): void {
    this.#steps.push({ title, ok: true, checks: 0 });
    this.#line('');
    const number = String(this.#steps.length).padStart(2);
    this.#line(`${this.#paint('cyan', number)} ${this.#paint('bold', title)}`);
  }

  /** Says something about the step, wrapped. */
  note(text: string): void {
    for (const line of wrap(text, this.#terminal.width - INDENT.length)) {
      this.#line(`${INDENT}${line}`);
    }
  }

  /** A command as it can be typed or pasted, broken between its words where it is too long. */
  command(...words: readonly string[]): void {
    const [first = '', ...more] = wrapWords(words, this.#terminal.width - INDENT.length - 6);
    const lines = [`${this.#paint('dim', '$')} ${first}`, ...more.map((line) => `    ${line}`)];
    this.#line(lines.map((line) => `${INDENT}${line}`).join(' \\\n'));
  }

  /** Names and values, one a line; a long value goes on below itself. */
  fields(pairs: Readonly<Record<string, string>>): void {
    const column = Math.max(...Object.keys(pairs).map((name) => name.length));
    const room = this.#terminal.width - INDENT.length - column - 4;
    for (const [name, value] of Object.entries(pairs)) {
      for (const [index, line] of wrap(value, room).entries()) {
        const label = (index === 0 ? name : '').padEnd(column);
        this.#line(`${INDENT}  ${this.#paint('dim', label)}  ${line}`);
      }
    }
  }

  /** States what should be so and whether it is; `found` is shown when it is not. */
  check(holds: boolean, statement: string, found = ''): void {
    const step = this.#steps.at(-1);
    if (step !== undefined) {
      step.checks += 1;
      step.ok &&= holds;
    }
    this.#line(`${INDENT}${this.#mark(holds)} ${statement}`);
    if (!holds && found !== '') this.note(`found: ${found.trim()}`);
  }

  /** Draws a bar that fills from 0 to 1, over the last one; only where it can move. */
  progress(fraction: number, text: string): void {
    if (!this.#terminal.live) return;
    const cells = 30;
    const full = Math.round(Math.min(Math.max(fraction, 0), 1) * cells);
    const [on, off] = this.#terminal.unicode ? ['█', '░'] : ['#', '.'];
    const bar = `${this.#paint('cyan', on.repeat(full))}${off.repeat(cells - full)}`;
    this.#terminal.write(`\r\u001b[K${INDENT}${bar} ${text}`);
  }

  /** Takes the bar away. */
  endProgress(): void {
    if (this.#terminal.live) this.#terminal.write('\r\u001b[K');
  }

  /** Every step with its outcome, and how many went as stated. */
  summary(): void {
    this.#line('');
    this.headline('Summary');
    for (const [index, { title, ok }] of this.#steps.entries()) {
      this.#line(`${INDENT}${this.#mark(ok)} ${String(index + 1).padStart(2)} ${title}`);
    }
    const checks = this.#steps.reduce((sum, step) => sum + step.checks, 0);
    const failed = this.#steps.filter((step) => !step.ok).length;
    this.#line('');
    this.#line(
      failed === 0
        ? this.#paint('green', `all ${this.#steps.length} steps as stated, ${checks} checks`)
        : this.#paint('red', `${failed} of ${this.#steps.length} steps not as stated`),
    );
  }

  #mark(ok: boolean): string {
    const [yes, no] = this.#terminal.unicode ? ['✓', '✗'] : ['ok', 'NO'];
    return ok ? this.#paint('green', yes) : this.#paint('red', no);
  }

  #paint(style: Style, text: string): string {
    return this.#terminal.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }

  #line(text: string): void {
    this.#terminal.write(`${text}\n`);
  }
}

/** Breaks text at spaces so that no line is wider than `width`, unless a single word is. */
export function wrap(text: string, width: number): readonly string[] {
  return wrapWords(text.split(' '), width);
}

function wrapWords(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
