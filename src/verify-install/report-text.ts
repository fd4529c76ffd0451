import { GROUPS, type Status } from './check.ts';
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

/**
 * The report for a person: a heading for each group, a mark and a line for each check, the remedy
 * below what is wrong, and a sentence at the end.
 * @param colour whether the reader is a terminal that may have colours
 */
export function renderReport(report: Report, colour: boolean): string {
  const width = Math.max(...report.checks.map(({ title }) => title.length));
  const lines = [headline(report)];
  for (const group of groupsOfReport(report)) {
    lines.push('', paint(GROUPS[group], '1', colour));
    for (const check of report.checks.filter((each) => each.group === group)) {
      lines.push(...checkLines(check, width, colour));
    }
  }
  return [...lines, '', ...closing(report), ''].join('\n');
}

function headline({ program, host, run }: Report): string {
  const instance = host.instanceId === undefined ? '' : `, ${host.instanceId}`;
  const user = run.user === undefined ? '' : `, login user ${run.user}`;
  return `${program.name} ${program.version} on ${host.system}${instance}${user}`;
}

function checkLines(check: ReportedCheck, width: number, colour: boolean): readonly string[] {
  const { status, title, found, remedy, because } = check;
  const mark = paint(MARKS[status], COLOURS[status], colour);
  const why = because === 'needs-root' ? `${found}: call it with sudo` : found;
  const line = `  ${mark}  ${title.padEnd(width)}  ${why}`;
  if (remedy === undefined) return [line];
  const indent = ' '.repeat(width + 10);
  const note = remedy.note === undefined ? [] : [`${indent}(${remedy.note})`];
  return [line, `${indent}-> ${paint(remedy.command, '1', colour)}`, ...note];
}

/** What it comes to, what was left out, and where to begin. */
function closing({ summary, checks, run }: Report): readonly string[] {
  const { healthy, fail, warn, skip, pass } = summary;
  const warnings = warn === 0 ? '' : `, ${counted(warn, 'warning')}`;
  const lines = healthy
    ? [`All ${pass + warn} checks passed${warnings}. ${leftOut(skip, run)}`.trim()]
    : [`${counted(fail, 'check')} failed${warnings}. ${leftOut(skip, run)}`.trim()];
  const first = checks.find(({ status }) => status === 'fail');
  if (first !== undefined) {
    lines.push(`Begin with "${first.title}": type the command below it, then look again.`);
  }
  return lines;
}

function leftOut(skip: number, { root, offline }: Report['run']): string {
  if (skip === 0) return '';
  const reasons = [
    ...(root ? [] : ['root sees more']),
    ...(offline ? ['--offline was given'] : []),
  ];
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  return `${counted(skip, 'check')} left out${why}.`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function paint(text: string, code: string, colour: boolean): string {
  return colour ? `\x1b[${code}m${text}\x1b[0m` : text;
}
