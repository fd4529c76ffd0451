/** Breaks one thing after the other around a login and judges what the installed program does: `npm run faults`. */
import { IMDS_CELLS } from '../test/faults/imds-cells.ts';
import { runImdsCell, runSurrounding, type Result } from '../test/faults/run-cell.ts';
import { SURROUNDINGS } from '../test/faults/surroundings.ts';
import { resultTable, summary } from '../test/faults/table.ts';
import { World } from '../test/faults/world.ts';
import { discard, unpack } from '../test/package/packages.ts';
import { makePrivateDev } from '../test/rig/journal-stand-ins.ts';
import { Rig } from '../test/rig/rig.ts';
import { GATE, install } from './bench/install.ts';
import { machine } from './bench/table.ts';
import { readOptions, runScript } from './options.ts';

const HELP = `usage: npm run faults -- [--only PATTERN]

Calls the installed program as sshd does, for a pushed key, and breaks one thing each
time: a request to the metadata service, the clock, the CA store, the firmware, the
journal, standard output, the limits; or ends it by a signal. Judges what is printed,
exit status and reason in the log, that it takes at most 5.5 s, and that no process,
file or socket is left behind. In a namespace in which the emulator owns the address
of IMDS. Needs root, python3, perl, and the package: npm run build && npm run
package -- --only x64. Takes some ten minutes.

  --only PATTERN   only the cells whose name has these words: "chain", "404",
                   "staples: 404", "SIGTERM"

Exit status: 0 where everything was as documented, 1 where something was not, 2 for
bad usage.
`;
/** On a busy machine a request may take longer than the second that it has: what is slow then is asked again. */
const TRIES = 3;
const SLOW = /IMDS_TIMEOUT|DEADLINE_EXCEEDED|took \d+ ms/;

const { only } = readOptions(HELP, { only: { type: 'string', default: '' } });
const words = only.toLowerCase();
let again = 0;

/** A cell, still to be run. */
interface Planned {
  readonly kind: 'request' | 'surrounding';
  readonly name: string;
  readonly run: (world: World) => Promise<Result>;
}

const planned: readonly Planned[] = [
  ...IMDS_CELLS.map((cell): Planned => ({
    kind: 'request',
    name: `${cell.request}: ${cell.behaviour}`,
    run: (world) => runImdsCell(world, cell),
  })),
  ...SURROUNDINGS.map((cell): Planned => ({
    kind: 'surrounding',
    name: `${cell.about}: ${cell.behaviour}`,
    run: (world) => runSurrounding(world, cell),
  })),
].filter(({ name }) => name.toLowerCase().includes(words));

await runScript(async () => {
  if (planned.length === 0) throw new Error(`no cell has "${only}" in its name`);
  const tree = unpack('deb', 'x64');
  let rig: Rig | undefined;
  const stop = async (): Promise<void> => {
    await rig?.stop();
    discard(tree);
  };
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.once(signal, () => void stop().then(() => process.exit(128 + number)));
  }
  try {
    rig = await Rig.start({ program: 'dist/ec2-instance-connect' });
    await install(rig.namespace, tree);
    await makePrivateDev(rig);
    await runAll(await World.of(rig, GATE));
  } finally {
    await stop();
  }
});

async function runAll(world: World): Promise<void> {
  const results = { request: [] as Result[], surrounding: [] as Result[] };
  for (const [index, cell] of planned.entries()) {
    const result = await runCell(world, cell);
    results[cell.kind].push(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${planned.length}`);
    for (const problem of result.problems) console.error(`\r${cell.name}: ${problem}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  const all = [...results.request, ...results.surrounding];
  show('A request to the metadata service meets', results.request, 'behaviour');
  show('Around it', results.surrounding, 'about');
  console.log(`${machine(new Date())}\n${summary(all, again)}`);
  if (all.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
}

async function runCell(world: World, cell: Planned): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const result = await cell.run(world);
    if (tries === TRIES || !SLOW.test(result.problems.join())) return result;
    again += 1;
  }
}

function show(title: string, results: readonly Result[], by: 'behaviour' | 'about'): void {
  if (results.length > 0) console.log(`${title}\n${resultTable(results, by).join('\n')}\n`);
}
