/** One seed for all properties of a run: printed, and taken again where EIC_SEED names it. */
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    seed: number;
  }
}

export default function setup(project: TestProject): void {
  const given = process.env['EIC_SEED'];
  if (given !== undefined && !/^-?\d{1,10}$/.test(given)) {
    throw new Error(`expected a whole number in EIC_SEED, found '${given}'`);
  }
  const seed = given === undefined ? Math.trunc(Math.random() * 0x7fff_ffff) : Number(given);
  // Projects of one run, and its other runs, share it.
  process.env['EIC_SEED'] = String(seed);
  if (given === undefined) console.log(`fast-check's seed is ${seed}; EIC_SEED=${seed} repeats it`);
  project.provide('seed', seed);
}
