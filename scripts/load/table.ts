/** What the load gave, in Markdown. Pure but for the name of the machine. */
import { machine } from '../bench/table.ts';
import type { Outcome } from './phase.ts';
import { SSHDS, type Kind, type SshdName } from './plan.ts';
import { percentile } from './statistics.ts';

/** A phase and where it ran. */
export interface Phase {
  readonly sshd: SshdName;
  /** Bots are a phase of their own. */
  readonly crowd: 'logins' | 'bots' | 'bots-pushed';
  readonly parallel: number;
  readonly outcome: Outcome;
}

/** How many requests one login of a kind makes when it is alone. */
export type RequestsAlone = ReadonlyMap<SshdName, ReadonlyMap<Kind, number>>;

/** How each kind of login is called. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  pushed: 'pushed key',
  ordinary: 'authorized_keys',
  refused: 'refused',
  bots: 'bot, six keys',
  'bots-pushed': 'bot, six keys, for a user with a pushed key',
};

/** How each sshd is called. */
export const SSHD_NAMES: Readonly<Record<SshdName, string>> = {
  none: 'no command',
  gate: 'as installed',
  program: 'program alone',
};

/** One line of the first table, and one group of bars of the plot. */
export interface Row {
  readonly parallel: number;
  readonly kind: Kind;
  readonly wall: ReadonlyMap<SshdName, readonly number[]>;
}

/** The wall times of all phases, by how many came in parallel and kind. */
export function rowsOf(phases: readonly Phase[]): readonly Row[] {
  const rows = new Map<
    string,
    { parallel: number; kind: Kind; wall: Map<SshdName, readonly number[]> }
  >();
  const order = Object.keys(KIND_NAMES) as Kind[];
  for (const { sshd, parallel, outcome } of phases) {
    for (const [kind, seconds] of outcome.wall) {
      const name = `${parallel} ${kind}`;
      const row = rows.get(name) ?? {
        parallel,
        kind,
        wall: new Map<SshdName, readonly number[]>(),
      };
      row.wall.set(sshd, seconds);
      rows.set(name, row);
    }
  }
  return [...rows.values()].toSorted(
    (a, b) => a.parallel - b.parallel || order.indexOf(a.kind) - order.indexOf(b.kind),
  );
}

/** The three tables, what was found, and the machine. */
export function loadTables(phases: readonly Phase[], alone: RequestsAlone, date: Date): string {
  const names = SSHDS.map((name) => SSHD_NAMES[name]);
  const first = [`| in parallel | login | ${names.join(' | ')} |`, '|--:|---|--:|--:|--:|'];
  const second = [
    `| in parallel | logins | CPU ms per login | peak memory MiB | IMDS requests per login |`,
    '|--:|---|--:|--:|--:|',
  ];
  const third = [`| login | ${names.join(' | ')} |`, '|---|--:|--:|--:|'];
  const kinds = (Object.keys(KIND_NAMES) as Kind[]).filter((kind) =>
    SSHDS.some((name) => alone.get(name)?.has(kind)),
  );
  const groups = Map.groupBy(phases, ({ parallel, crowd }) => `${parallel} ${crowd}`);
  return [
    'Wall time of a login in ms, p50 / p95 / p99:',
    '',
    ...first,
    ...rowsOf(phases).map(wallLine),
    '',
    `What the instance spends, ${names.join(' / ')}:`,
    '',
    ...second,
    ...Array.from(groups.values(), costLine),
    '',
    'What one login asks of IMDS when no other runs, requests:',
    '',
    ...third,
    ...kinds.map((kind) => requestsLine(kind, alone)),
    '',
    verdict(phases),
    '',
    machine(date),
  ].join('\n');
}

function wallLine({ parallel, kind, wall }: Row): string {
  const cells = SSHDS.map((name) => {
    const values = wall.get(name);
    if (values === undefined) return '–';
    return [50, 95, 99].map((percent) => milliseconds(percentile(values, percent))).join(' / ');
  });
  return `| ${[parallel, KIND_NAMES[kind], ...cells].join(' | ')} |`;
}

function costLine(phases: readonly Phase[]): string {
  const [one] = phases;
  if (one === undefined) throw new Error('expected a phase');
  const each = (figure: (outcome: Outcome) => string): string =>
    SSHDS.map((name) => {
      const phase = phases.find(({ sshd }) => sshd === name);
      return phase === undefined ? '–' : figure(phase.outcome);
    }).join(' / ');
  const cells = [
    one.parallel,
    one.crowd === 'logins' ? `${one.outcome.logins}, a third of each` : KIND_NAMES[one.crowd],
    each(({ cpu, logins }) => milliseconds(cpu / logins)),
    each(({ memory }) => Math.max(memory / 1024, 0).toFixed(0)),
    each(({ requests, logins }) => (requests / logins).toFixed(1)),
  ];
  return `| ${cells.join(' | ')} |`;
}

function requestsLine(kind: Kind, alone: RequestsAlone): string {
  const cells = SSHDS.map((name) => alone.get(name)?.get(kind) ?? '–');
  return `| ${[KIND_NAMES[kind], ...cells].join(' | ')} |`;
}

/** How many logins were made, and how many of them, or of the lines of the log, were wrong. */
export function verdict(phases: readonly Phase[]): string {
  const sum = (figure: (phase: Phase) => number): string =>
    phases.reduce((total, phase) => total + figure(phase), 0).toLocaleString('en');
  const [logins, wrong, accepted] = [
    sum(({ outcome }) => outcome.logins),
    sum(({ outcome }) => outcome.wrong.length),
    sum(({ outcome }) => outcome.accepted),
  ];
  return `${logins} logins, ${wrong} wrong answers or lines of the log; ${accepted} pushed keys were accepted.`;
}

function milliseconds(seconds: number): string {
  const value = seconds * 1000;
  return value.toFixed(value < 10 ? 1 : 0);
}
