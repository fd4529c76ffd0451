import { GROUPS, type Remedy, type Status } from './check.ts';
import { counted } from './phrases.ts';
import { wrap } from './wrap.ts';
import { groupsOfReport, type Report, type ReportedCheck } from './report.ts';

const MARKS: Readonly<Record<Status, string>> = {
  pass: ' ok ',
  warn: 'warn',
  fail: 'FAIL',
  skip: 'skip',
};

/** SGR parameters (ECMA-48): green, yellow, bold red, faint. */
const COLOURS: Readonly<Record<Status, string>> = {
  pass: '32',
  warn: '33',
  fail: '1;31',
  skip: '2',
};

/** How wide a report is at most, and at least: what is narrower breaks every line. */
const WIDTHS = { most: 100, least: 60 } as const;

/** How the reader sees the report. */
export interface Screen {
  /** Whether it is a terminal that may have colours. */
  readonly colour: boolean;
  /** Columns; 80 without. */
  readonly columns?: number | undefined;
}

/**
 * The report for a person: a heading for each group, a mark and a line for each check, what it comes
 * to, and then each failure again with what to do, in the order in which to do it. Sentences are
 * broken at the screen's width; a command is one line, however long, so that it can be pasted.
 */
export function renderReport(report: Report, screen: Screen): string {
  const page = new Page(screen);
  const width = Math.max(...report.checks.map(({ title }) => title.length));
  page.text(headline(report));
  for (const group of groupsOfReport(report)) {
    page.blank();
    page.heading(GROUPS[group]);
    for (const check of report.checks.filter((each) => each.group === group)) {
      page.check(check, width);
      if (check.status === 'warn' && check.remedy !== undefined) page.remedy(check.remedy, 8);
    }
  }
  page.blank();
  page.text(summary(report));
  const failures = report.checks.filter(({ status }) => status === 'fail');
  if (failures.length > 0) toDo(page, failures);
  return page.toString();
}

function toDo(page: Page, failures: readonly ReportedCheck[]): void {
  page.blank();
  page.heading('To do, in this order');
  for (const [index, { title, found, remedy }] of failures.entries()) {
    page.text(`${String(index + 1).padStart(2)}. ${title}: ${found}`, 4);
    if (remedy !== undefined) page.remedy(remedy, 4);
  }
  page.text('Then run verify-install again.');
}

/** Lines of a report, one below the other. */
class Page {
  readonly #lines: string[] = [];
  readonly #colour: boolean;
  readonly #columns: number;

  constructor({ colour, columns = 80 }: Screen) {
    this.#colour = colour;
    this.#columns = Math.min(Math.max(columns, WIDTHS.least), WIDTHS.most);
  }

  blank(): void {
    this.#lines.push('');
  }

  heading(text: string): void {
    this.#lines.push(this.#paint(text, '1'));
  }

  /** @param hanging how far the lines after the first are indented */
  text(text: string, hanging = 0): void {
    const lead = /^ */.exec(text)?.[0] ?? '';
    const [first = '', ...rest] = wrap(text.trimStart(), this.#columns - hanging);
    this.#lines.push(lead + first, ...rest.map((line) => ' '.repeat(hanging) + line));
  }

  check({ status, title, found, because }: ReportedCheck, width: number): void {
    const mark = this.#paint(MARKS[status], COLOURS[status]);
    const why = because === 'needs-root' ? `${found}: run with sudo` : found;
    const indent = width + 10;
    const [first = '', ...rest] = wrap(why, this.#columns - indent);
    this.#lines.push(`  ${mark}  ${title.padEnd(width)}  ${first}`);
    this.#lines.push(...rest.map((line) => ' '.repeat(indent) + line));
  }

  remedy(remedy: Remedy, indent: number): void {
    const say = (text: string): void => {
      this.text(' '.repeat(indent) + text, indent);
    };
    const run = (command: string): void => {
      this.#lines.push(' '.repeat(indent + 2) + this.#paint(command, '1'));
    };
    const note = remedy.note === undefined ? '' : ` (${remedy.note})`;
    if (remedy.kind === 'fix') say(`fix${note}:`);
    if (remedy.kind === 'look') say(`look${note}:`);
    if (remedy.kind === 'decision') {
      say(`your decision${note}: a rule of this host, which concerns ${remedy.concerns}; see it:`);
    }
    run(remedy.command);
    for (const { command, changes } of remedy.kind === 'decision' ? remedy.choices : []) {
      say(`choice: ${changes}:`);
      run(command);
    }
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #paint(text: string, code: string): string {
    return this.#colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

function headline({ program, host, run }: Report): string {
  const instance = host.instanceId === undefined ? '' : `, ${host.instanceId}`;
  const user = run.user === undefined ? '' : `, login user ${run.user}`;
  return `${program.name} ${program.version} on ${host.system}${instance}${user}`;
}

/** What it comes to, and what was left out. */
function summary({ summary: counts, run }: Report): string {
  const { healthy, fail, warn, skip, pass } = counts;
  const parts = [
    ...(healthy ? [] : [`${counted(fail, 'check')} failed`]),
    `${counted(pass, 'check')} passed`,
    ...(warn === 0 ? [] : [counted(warn, 'warning')]),
    ...(skip === 0 ? [] : [`${skip} left out${reasons(run)}`]),
  ];
  return `${parts.join(', ')}.`;
}

function reasons({ root, offline }: Report['run']): string {
  const why = [...(root ? [] : ['root sees more']), ...(offline ? ['--offline was given'] : [])];
  return why.length === 0 ? '' : ` (${why.join(', ')})`;
}
