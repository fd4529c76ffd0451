/** Logs in through a real sshd, thousands of times, and judges every answer: `npm run load`. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Random } from '../test/fuzz/random.ts';
import { discard, packagePath, unpack } from '../test/package/packages.ts';
import { machine } from './bench/table.ts';
import { commandOf, HELP, readRequest, type Request } from './load/command-line.ts';
import { Instance } from './load/instance.ts';
import { runPhase, type Run } from './load/phase.ts';
import { KINDS, mixedKinds, SSHDS, type Kind, type SshdName } from './load/plan.ts';
import { plot } from './load/plot.ts';
import { Progress } from './load/progress.ts';
import { growth, soak, soakText } from './load/soak.ts';
import { KIND_NAMES, loadTables, rowsOf, SSHD_NAMES, type Phase } from './load/table.ts';
import { putBetweenMarks } from './marks.ts';
import { readOptions, runScript } from './options.ts';

const [PAGE, PLOT] = ['docs/assurance.md', 'docs/load.svg'] as const;
/** As many lines as anybody reads at once. */
const MAX_LINES = 20;

const newSeed = Math.floor(Math.random() * 2 ** 31);
const options = readOptions(
  HELP,
  {
    logins: { type: 'string' },
    at: { type: 'string' },
    bots: { type: 'string' },
    seed: { type: 'string' },
    soak: { type: 'string' },
    write: { type: 'boolean' },
  },
  (values) => readRequest(values, newSeed),
);

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupt.abort(128 + constants.signals[name]);
  });
}

await runScript(async () => {
  const request = readRequest(options, newSeed);
  if (process.getuid?.() !== 0) throw new Error('expected root, which namespaces need');
  packagePath('deb', 'x64');
  const progress = new Progress(process.stderr);
  progress.line(`seed ${request.seed}; starting sshd and the emulator in a namespace`);
  try {
    await inInstance((instance) =>
      doRequest({ instance, progress, signal: interrupt.signal }, request),
    );
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    progress.line('load: interrupted; everything is stopped and removed');
    process.exitCode = Number(interrupt.signal.reason);
  }
});

/** Does something with an instance, and removes it whatever becomes of that. */
async function inInstance(work: (instance: Instance) => Promise<void>): Promise<void> {
  const tree = unpack('deb', 'x64');
  try {
    const instance = await Instance.start(tree);
    try {
      interrupt.signal.throwIfAborted();
      const interrupted = once(interrupt.signal, 'abort').then(() => {
        interrupt.signal.throwIfAborted();
      });
      await Promise.race([work(instance), interrupted]);
    } finally {
      await instance.rig.stop();
    }
  } finally {
    discard(tree);
  }
}

async function doRequest(run: Run, request: Request): Promise<void> {
  const random = new Random(request.seed);
  if (request.task === 'load') return load(run, request, random);
  const report = await soak(run, request.seconds, random);
  process.stdout.write(soakText(report));
  tellWrong([...report.wrong, ...growth(report.before, report.after)]);
}

async function load(
  run: Run,
  request: Extract<Request, { task: 'load' }>,
  random: Random,
): Promise<void> {
  const { logins, levels, bots, write } = request;
  const phases: Phase[] = [];
  const alone = new Map<SshdName, ReadonlyMap<Kind, number>>();
  for (const sshd of SSHDS) alone.set(sshd, await requestsAlone(run, sshd));
  // In turn, so that what else the machine does meanwhile falls on each of them.
  for (const parallel of levels) {
    for (const sshd of SSHDS) {
      const kinds = mixedKinds(logins, sshd, random);
      phases.push(await phase(run, { sshd, crowd: 'logins', parallel }, kinds));
    }
  }
  for (const sshd of bots > 0 ? SSHDS : []) {
    for (const crowd of botsOf(sshd)) {
      const kinds = Array.from({ length: bots }, () => crowd);
      phases.push(await phase(run, { sshd, crowd, parallel: bots }, kinds));
    }
  }
  const date = new Date();
  const tables = loadTables(phases, alone, date);
  process.stdout.write(`\n${tables}\n`);
  tellWrong(phases.flatMap(({ outcome }) => outcome.wrong));
  if (write && process.exitCode === undefined) {
    writePage(`${tables}\n\n\`${commandOf(request)}\``);
    writeFileSync(PLOT, plot(rowsOf(phases), machine(date)));
  }
}

/** Whether somebody has a pushed key is asked by a command alone. */
function botsOf(sshd: SshdName): readonly ('bots' | 'bots-pushed')[] {
  return sshd === 'none' ? ['bots'] : ['bots', 'bots-pushed'];
}

async function phase(
  run: Run,
  about: Omit<Phase, 'outcome'>,
  kinds: readonly Kind[],
): Promise<Phase> {
  const { sshd, crowd, parallel } = about;
  await run.instance.useSshd(sshd);
  const who = crowd === 'logins' ? 'logins' : KIND_NAMES[crowd];
  run.progress.begin(`${SSHD_NAMES[sshd]}: ${who}, ${parallel} in parallel`, kinds.length);
  const outcome = await runPhase(run, kinds, parallel);
  run.progress.end(outcome.wrong.length);
  return { ...about, outcome };
}

/** What one login of each kind asks of IMDS; a wrong answer ends the script, for nothing was under load. */
async function requestsAlone(run: Run, sshd: SshdName): Promise<ReadonlyMap<Kind, number>> {
  await run.instance.useSshd(sshd);
  const kinds: readonly Kind[] = sshd === 'none' ? ['ordinary', 'refused'] : KINDS;
  const counted = new Map<Kind, number>();
  for (const kind of [...kinds, ...botsOf(sshd)]) {
    const { requests, wrong } = await runPhase(run, [kind], 1);
    if (wrong.length > 0) throw new Error(`${sshd}: one login alone: ${wrong.join('; ')}`);
    counted.set(kind, requests);
  }
  return counted;
}

function tellWrong(wrong: readonly string[]): void {
  if (wrong.length === 0) return;
  const more = wrong.length - MAX_LINES;
  const lines = [...wrong.slice(0, MAX_LINES), ...(more > 0 ? [`and ${more} more`] : [])];
  process.stderr.write(`load: what was wrong:\n${lines.map((line) => `  ${line}\n`).join('')}`);
  process.exitCode = 1;
}

function writePage(tables: string): void {
  const image = `![Wall time of a login under load](load.svg)`;
  writeFileSync(PAGE, putBetweenMarks(readFileSync(PAGE, 'utf8'), 'load', `${tables}\n\n${image}`));
}
