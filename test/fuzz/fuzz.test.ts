import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { fuzz, judge, TARGETS } from './runner.ts';

/** What a case costs differs by a factor of fifty: each target gets less than a second of CPU time. */
const COUNTS: Readonly<Record<string, number>> = {
  served: 250,
  issued: 100,
  store: 200,
  blob: 500,
  host: 200,
};
const COUNT = 1500;
const CORPUS = join(import.meta.dirname, 'corpus');

/** A case that was a finding once, or that is hard for other reasons. */
interface CorpusCase {
  readonly target: string;
  readonly why: string;
  readonly expect: string;
  /** Base64. */
  readonly parts: readonly string[];
}

describe('material that somebody has changed', () => {
  it.each(TARGETS)('is refused, or is what was signed, where it is $name', (target) => {
    // Where OpenSSL is asked too, another release may read more or less: the same cases every time.
    const seed = target.name === 'issued' ? 1 : inject('seed');
    const report = fuzz(target, seed, (cases) => cases < (COUNTS[target.name] ?? COUNT));
    const problems = report.findings.map(({ index, problem }) => `case ${index}: ${problem}`);
    expect(problems, `npm run fuzz -- --target ${target.name} --seed ${seed}`).toEqual([]);
  });

  it.each(TARGETS)('is changed in ways that $name reads and in ways that it does not', (target) => {
    const { classes } = fuzz(target, 1, (cases) => cases < 150);
    expect(classes.size).toBeGreaterThan(target.name === 'dump' ? 0 : 1);
  });
});

describe('the corpus', () => {
  it.each(readdirSync(CORPUS))('%s comes out as it should', (name) => {
    const text = readFileSync(join(CORPUS, name), 'utf8');
    const { target: kind, parts, expect: expected } = JSON.parse(text) as CorpusCase;
    const target = TARGETS.find((each) => each.name === kind);
    if (target === undefined) throw new Error(`expected a target, found ${kind}`);
    const outcome = judge(
      target,
      parts.map((part) => Buffer.from(part, 'base64')),
    );
    expect(outcome).toMatchObject({ class: expected });
    expect(outcome.problem).toBeUndefined();
  });
});
