import { cpus, release } from 'node:os';

/** What measure.py says of one command: seconds and KiB. */
export interface Measured {
  readonly cpu: readonly number[];
  readonly wall: readonly number[];
  readonly rss: readonly number[];
  readonly anonymous: number;
}

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly measured: Measured;
  /** The bare runs that were made in turn with these. */
  readonly bare: Measured;
  readonly requests: number;
  readonly connections: number;
}

const HEAD = `| case | CPU ms | × bare | wall ms | × bare | requests | connections | peak RSS MiB | anonymous MiB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|`;

/** The table with its machine and date, in Markdown. */
export function benchmarkTable(rows: readonly Row[], date: Date): string {
  const [cpu] = cpus();
  const machine = `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, Linux ${release()}`;
  const day = date.toISOString().slice(0, 10);
  return [HEAD, ...rows.map(line), '', `${machine}; Node ${process.version}; ${day}.`].join('\n');
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
    (median(measured.rss) / 1024).toFixed(0),
    (measured.anonymous / 1024).toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
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

function ratio(values: readonly number[], bare: readonly number[]): string {
  return (median(values) / median(bare)).toFixed(2);
}
