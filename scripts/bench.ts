import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rig } from '../test/rig/rig.ts';
import { runOrThrow } from '../test/rig/run.ts';
import { HELPER_PATH } from '../test/rig/sshd.ts';
import { benchmarkTable, type Measured, type Row } from './bench/table.ts';

const HELP = `usage: npm run bench -- [--runs N] [--write]

Measures the compiled program (npm run build) against bare "node -e 0" of the same Node, in turn, in a
namespace in which the emulator owns the address of IMDS. Needs root and python3.

  --runs N   measured runs of each case (default 40)
  --write    put the table into README.md
`;
const MARKS = ['<!-- benchmark -->', '<!-- end of benchmark -->'] as const;
const LATENCY_MS = 20;
const USER = 'alice';

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

/** One login to measure, and what IMDS holds for it. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** Added to the 60 seconds of a pushed key. */
  readonly expiryOffset?: number;
}

const rig = await Rig.start({ program: 'dist/ec2-instance-connect' });
try {
  const rows = await measureAll(rig);
  const table = benchmarkTable(rows, new Date());
  process.stdout.write(`${table}\n`);
  if (values.write === true) putIntoReadme(table);
} finally {
  await rig.stop();
}

async function measureAll(rig: Rig): Promise<readonly Row[]> {
  const keys = await Promise.all(Array.from({ length: 5 }, () => rig.makeKey()));
  const [, , third] = keys;
  const unknown = await rig.makeKey();
  if (third === undefined) throw new Error('no key');
  const cases: readonly Case[] = [
    { name: 'nobody pushed a key', args: ['bob', third.fingerprint] },
    { name: 'accepted, 5 keys in the blob', args: [USER, third.fingerprint] },
    { name: 'another key offered, 5 keys in the blob', args: [USER, unknown.fingerprint] },
    { name: 'refused: expired', args: [USER, third.fingerprint], expiryOffset: -120 },
  ];
  const rows: Row[] = [];
  for (const delay of [0, LATENCY_MS]) {
    const action = { kind: 'delay', ms: delay } as const;
    for (const { name, args, expiryOffset = 290 } of cases) {
      await rig.reset();
      await rig.emulator.setMaterial({ expiryOffset });
      await rig.emulator.pushKeys(
        keys.map(({ publicKey }) => ({
          instanceId: rig.account.instanceId,
          osUser: USER,
          publicKey,
        })),
      );
      if (delay > 0) await rig.emulator.setFaults([{ service: 'imds', path: '*', action }]);
      const label = delay > 0 ? `${name}, IMDS takes ${delay} ms` : name;
      process.stderr.write(`measuring: ${label}\n`);
      rows.push({ name: label, ...(await measure(rig, args)) });
    }
  }
  return rows;
}

async function measure(rig: Rig, args: readonly string[]): Promise<Omit<Row, 'name'>> {
  const helper = [HELPER_PATH, ...args];
  await rig.emulator.resetCounters();
  await rig.runHelper(args);
  const { requests, connections } = (await rig.emulator.counters()).imds;
  const script = join(import.meta.dirname, 'bench/measure.py');
  const commands = { bare: [process.execPath, '-e', '0'], helper };
  const output = await runOrThrow(rig.namespace.command(['/usr/bin/python3', script]), {
    input: JSON.stringify({ runs, commands }),
    timeout: 600_000,
  });
  const measured = JSON.parse(output) as Record<keyof typeof commands, Measured>;
  return { measured: measured.helper, bare: measured.bare, requests, connections };
}

function putIntoReadme(table: string): void {
  const readme = readFileSync('README.md', 'utf8');
  const [before, rest] = readme.split(MARKS[0]);
  const [, after] = rest?.split(MARKS[1]) ?? [];
  if (before === undefined || after === undefined) throw new Error('README.md has no marks');
  writeFileSync('README.md', [before, MARKS[0], `\n\n${table}\n\n`, MARKS[1], after].join(''));
}
