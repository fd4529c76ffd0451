/** Mixed logins for a while, and what they leave behind. */
import { Random } from '../../test/fuzz/random.ts';
import { runPhase, type Run } from './phase.ts';
import { mixedKinds, shuffle, type Kind } from './plan.ts';
import { footprint, waitFor, type Footprint } from './processes.ts';

const [LOGINS, BOTS, PARALLEL] = [48, 4, 8] as const;

/** What a soak gave. */
export interface SoakReport {
  readonly logins: number;
  readonly accepted: number;
  readonly wrong: readonly string[];
  /** After the first round of logins, and after the last. */
  readonly before: Footprint;
  readonly after: Footprint;
}

/**
 * Makes rounds of logins until the time is over, two at least; the first one warms up, and is judged as well.
 * @throws the signal's reason when it ends the soak early
 */
export async function soak(run: Run, seconds: number, random: Random): Promise<SoakReport> {
  const { instance, progress } = run;
  const measure = (): Footprint => footprint(instance.rig.namespace, instance.helperUid);
  const end = performance.now() + seconds * 1000;
  const total = { logins: 0, accepted: 0, wrong: [] as string[] };
  let before: Footprint | undefined;
  await instance.useSshd('gate');
  do {
    before ??= total.logins > 0 ? measure() : undefined;
    const kinds = roundOf(random);
    const left = Math.max((end - performance.now()) / 1000, 0).toFixed(0);
    progress.begin(`soak, ${left} s left, ${total.logins} logins before`, kinds.length);
    const { logins, accepted, wrong } = await runPhase(run, kinds, PARALLEL);
    progress.end(wrong.length);
    total.logins += logins;
    total.accepted += accepted;
    total.wrong.push(...wrong);
  } while (before === undefined || performance.now() < end);
  const first = before;
  // What ends shortly behind a login may do so.
  await waitFor(() => growth(first, measure()).length === 0);
  return { ...total, before: first, after: measure() };
}

function roundOf(random: Random): readonly Kind[] {
  const bots = Array.from({ length: BOTS }, (): Kind => 'bots');
  return shuffle([...mixedKinds(LOGINS, 'gate', random), ...bots], random);
}

const NAMES: Readonly<Record<keyof Footprint, string>> = {
  processes: 'processes',
  openFiles: 'open files',
  sockets: 'sockets',
  temporaryFiles: 'temporary files',
};

/** What is more after than before, a line each. */
export function growth(before: Footprint, after: Footprint): readonly string[] {
  const names = Object.keys(NAMES) as (keyof Footprint)[];
  return names
    .filter((name) => after[name] > before[name])
    .map((name) => `${NAMES[name]}: ${before[name]} before, ${after[name]} after`);
}

/** The report for people. */
export function soakText({ logins, accepted, wrong, before, after }: SoakReport): string {
  const names = Object.keys(NAMES) as (keyof Footprint)[];
  const figures = names.map((name) => `${NAMES[name]}: ${before[name]} -> ${after[name]}`);
  const lines = [
    `${logins} logins; ${accepted} pushed keys were accepted, each of them in the log`,
    `${wrong.length} wrong answers or lines of the log`,
    `after the first ${LOGINS + BOTS} logins and at the end: ${figures.join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}
