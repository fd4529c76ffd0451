import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { discard, unpack } from '../test/package/packages.ts';
import { Rig } from '../test/rig/rig.ts';
import { runOrThrow } from '../test/rig/run.ts';
import type { SshKey } from '../test/rig/ssh-key.ts';
import { ALONE, GATE, install } from './bench/install.ts';
import { plot, type Bar, type Part } from './bench/plot.ts';
import {
  benchmarkTables,
  machine,
  median,
  type Crowd,
  type Measured,
  type Row,
} from './bench/table.ts';
import { putBetweenMarks } from './marks.ts';

const HELP = `usage: npm run bench -- [--runs N] [--write]

Measures the installed program (npm run build && npm run package -- --only x64), behind its launcher and alone,
against bare "node -e 0" of the same Node, in turn, in a namespace in which the emulator owns the address of IMDS.
Needs root and python3.

  --runs N   measured runs of each case (default 40); the crowds make eight times as many calls
  --write    put the tables into docs/costs.md and the plot into docs/login-time.svg
`;
const PAGE = 'docs/costs.md';
const PLOT = 'docs/login-time.svg';
const LATENCY_MS = 20;
/** Seconds above the 60 of a pushed key; the program believes 300 more. */
const LONGER_LIFE = 230;
const AT_ONCE = 32;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const runs = Number(values.runs);
if (values.help === true || !Number.isInteger(runs) || runs < 1) {
  process.stdout.write(HELP);
  process.exit(values.help === true ? 0 : 2);
}

/** The name of each command in the table, and its words. */
type Commands = Readonly<Record<string, readonly [string, ...string[]]>>;

const [NOBODY, ACCEPTED, REFUSED] = ['nobody pushed a key', 'accepted, 5 keys', 'refused: expired'];
const alone = (name: string): string => `${name}; program alone`;
const BARE = 'bare `node -e 0`';

const tree = unpack('deb', 'x64');
const rig = await Rig.start({ program: 'dist/ec2-instance-connect' });
try {
  await install(rig.namespace, tree);
  const keys = await Promise.all(Array.from({ length: 5 }, () => rig.makeKey()));
  const rows = await measureAll(keys);
  const crowds = await measureCrowds(keys);
  const date = new Date();
  const tables = benchmarkTables(rows, crowds, date);
  process.stdout.write(`${tables}\n`);
  if (values.write === true) {
    putIntoPage(tables);
    writeFileSync(PLOT, plot(bars(rows), `Medians and their differences. ${machine(date)}`));
  }
} finally {
  await rig.stop();
  discard(tree);
}

async function measureAll(keys: readonly SshKey[]): Promise<readonly Row[]> {
  const offered = keys[2]?.fingerprint ?? '';
  const nobody: Commands = { [NOBODY]: [GATE, 'bob', offered] };
  const accepted: Commands = { [ACCEPTED]: [GATE, 'alice', offered] };
  const refused: Commands = { [REFUSED]: [GATE, 'alice', offered] };
  const behind = `, IMDS takes ${LATENCY_MS} ms`;
  const slow: Commands = {
    [NOBODY + behind]: [GATE, 'bob', offered],
    [ACCEPTED + behind]: [GATE, 'alice', offered],
  };
  await serve(keys);
  const good = await measure({ ...both(nobody), ...both(accepted) });
  await serve(keys, -2 * LONGER_LIFE);
  const bad = await measure(both(refused));
  await serve(keys);
  const action = { kind: 'delay', ms: LATENCY_MS } as const;
  await rig.emulator.setFaults([{ service: 'imds', path: '*', action }]);
  // The first row is that of bare Node.
  return [...good, ...bad.slice(1), ...(await measure(slow)).slice(1)];
}

/** Each command behind the launcher, and the same with the program alone. */
function both(commands: Commands): Commands {
  const pairs = Object.entries(commands).flatMap(([name, words]) => {
    const rest = words.slice(1);
    return [[name, words] as const, [alone(name), [ALONE, ...rest]] as const];
  });
  return Object.fromEntries(pairs);
}

/**
 * Has IMDS hold these keys for alice for as long as the program believes it, which is longer than they live in fact:
 * measuring takes its time. The offset is added to their expiry, in seconds.
 */
async function serve(keys: readonly SshKey[], expiryOffset = 0): Promise<void> {
  const { instanceId } = rig.account;
  await rig.reset();
  await rig.emulator.setMaterial({ expiryOffset });
  const pushedAt = Math.floor(Date.now() / 1000) + LONGER_LIFE;
  await rig.emulator.pushKeys(
    keys.map(({ publicKey }) => ({ instanceId, osUser: 'alice', publicKey, pushedAt })),
  );
}

async function measure(commands: Commands): Promise<readonly Row[]> {
  const counted = new Map<string, { requests: number; connections: number }>();
  for (const [name, words] of Object.entries(commands)) {
    await rig.emulator.resetCounters();
    await runOrThrow(rig.namespace.command(words));
    counted.set(name, (await rig.emulator.counters()).imds);
  }
  process.stderr.write(`measuring: ${Object.keys(commands).join(' | ')}\n`);
  const all = { [BARE]: [process.execPath, '-e', '0'], ...commands };
  const measured = (await python('measure.py', { runs, commands: all })) as Record<
    string,
    Measured
  >;
  const bare = measured[BARE];
  if (bare === undefined) throw new Error('expected bare runs, found none');
  return Object.entries(measured).map(([name, each]) => {
    const { requests = 0, connections = 0 } = counted.get(name) ?? {};
    return { name, measured: each, bare, requests, connections };
  });
}

async function measureCrowds(keys: readonly SshKey[]): Promise<readonly Crowd[]> {
  const third = keys[2];
  const line = `${third?.publicKey.split(' ', 2).join(' ') ?? ''}\n`;
  const asked = [third?.fingerprint ?? ''];
  const cases = [
    [NOBODY, [GATE, 'bob', ...asked], ''],
    [alone(NOBODY), [ALONE, 'bob', ...asked], ''],
    [ACCEPTED, [GATE, 'alice', ...asked], line],
  ] as const;
  const crowds: Crowd[] = [];
  for (const [name, argv, stdout] of cases) {
    await serve(keys);
    process.stderr.write(`measuring: ${AT_ONCE} at once, ${name}\n`);
    const order = { calls: runs * 8, atOnce: AT_ONCE, argv, stdout };
    const found = (await python('crowd.py', order)) as Omit<Crowd, 'name' | 'atOnce'>;
    crowds.push({ name, atOnce: AT_ONCE, ...found });
  }
  return crowds;
}

async function python(script: string, order: unknown): Promise<unknown> {
  const command = ['/usr/bin/python3', join(import.meta.dirname, 'bench', script)] as const;
  const options = { input: JSON.stringify(order), timeout: 900_000 };
  return JSON.parse(await runOrThrow(rig.namespace.command([...command]), options));
}

/** What each part of a login takes, as differences of the medians. */
function bars(rows: readonly Row[]): readonly Bar[] {
  const wall = (name: string): number =>
    median(rows.find((row) => row.name === name)?.measured.wall ?? []) * 1000;
  const ms = (name: Part['name'], value: number): Part => ({ name, ms: Math.max(value, 0) });
  const gate = ms('gate', wall(NOBODY));
  const start = [ms('node', wall(BARE)), ms('questions', wall(alone(NOBODY)) - wall(BARE))];
  const rest = (name: string): Part => ms('proof', wall(alone(name)) - wall(alone(NOBODY)));
  return [
    { name: NOBODY, parts: [gate] },
    { name: alone(NOBODY), parts: start },
    { name: ACCEPTED, parts: [gate, ...start, rest(ACCEPTED)] },
    { name: alone(ACCEPTED), parts: [...start, rest(ACCEPTED)] },
    { name: REFUSED, parts: [gate, ...start, rest(REFUSED)] },
  ];
}

function putIntoPage(tables: string): void {
  const image = `![Where the time of a login goes](${basename(PLOT)})`;
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, putBetweenMarks(page, 'benchmark', `${tables}\n\n${image}`));
}
