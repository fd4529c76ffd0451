import { cpus, release } from 'node:os';

/** What measure.py says of one command: seconds and KiB. */
export interface Measured {
  readonly cpu: readonly number[];
  readonly wall: readonly number[];
  /** The largest resident set. */
  readonly peak: number;
  readonly anonymous: number;
}

/** One line of the first table. */
export interface Row {
  readonly name: string;
  readonly measured: Measured;
  /** The bare runs that were made in turn with these. */
  readonly bare: Measured;
  readonly requests: number;
  readonly connections: number;
}

/** What crowd.py says: seconds and KiB. */
export interface Crowd {
  readonly name: string;
  readonly atOnce: number;
  readonly seconds: number;
  readonly wall: readonly number[];
  readonly wrong: number;
  readonly memory: number;
}

const HEAD = `| case | CPU ms | × bare | wall ms | × bare | requests | connections | peak RSS MiB | anonymous MiB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|`;

const CROWD_HEAD = `| at once | calls a second | median ms | wrong | memory in use MiB |
|---|--:|--:|--:|--:|`;

/** Both tables with their machine and date, in Markdown. */
export function benchmarkTables(
  rows: readonly Row[],
  crowds: readonly Crowd[],
  date: Date,
): string {
  const first = [HEAD, ...rows.map(line)];
  const second = [CROWD_HEAD, ...crowds.map(crowdLine)];
  return [...first, '', ...second, '', machine(date)].join('\n');
}

/** Where and when, in a line. */
export function machine(date: Date): string {
  const [cpu] = cpus();
  const name = `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, Linux ${release()}`;
  return `${name}; Node ${process.version}; ${date.toISOString().slice(0, 10)}.`;
}

function line({ name, measured, bare, requests, connections }: Row): string {
  const cells = [
    name,
    milliseconds(measured.cpu),
    ratio(measured.cpu, bare.cpu),
    milliseconds(measured.wall),
    ratio(measured.wall, bare.wall),
    String(requests),
    String(connections),
    mebibytes(measured.peak),
    mebibytes(measured.anonymous),
  ];
  return `| ${cells.join(' | ')} |`;
}

function crowdLine({ name, atOnce, seconds, wall, wrong, memory }: Crowd): string {
  const rate = (wall.length / seconds).toFixed(0);
  const cells = [`${atOnce} × ${name}`, rate, milliseconds(wall), String(wrong)];
  return `| ${[...cells, mebibytes(Math.max(memory, 0))].join(' | ')} |`;
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  return (low + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

function milliseconds(seconds: readonly number[]): string {
  return (median(seconds) * 1000).toFixed(1);
}

function mebibytes(kibibytes: number): string {
  const value = kibibytes / 1024;
  return value > 0 && value < 0.1 ? '< 0.1' : value.toFixed(value < 10 ? 1 : 0);
}

function ratio(values: readonly number[], bare: readonly number[]): string {
  return (median(values) / median(bare)).toFixed(2);
}
