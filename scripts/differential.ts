/** Puts random material before the program, openssl and ssh-keygen, and compares: `npm run differential`. */
import { compare, COMPARISONS } from '../test/differential/compare.ts';
import { readOptions, runScript, UsageError } from './options.ts';

const HELP = `usage: npm run differential -- [--count N] [--seed S]

Makes random chains with staples, key lines and signatures, and asks openssl and ssh-keygen about them as well.
Names each class of difference with its reason, and every difference that has none. Needs both programs.

  --count N   cases of each kind (default 500); a hundred take some ten seconds
  --seed S    a whole number; the same seed makes the same cases (default: a new one, printed)

Exit status: 0 where every difference has a reason, 1 where one has none, 2 for bad usage.
`;

const { count, seed } = readOptions(
  HELP,
  { count: { type: 'string', default: '500' }, seed: { type: 'string' } },
  (values) => {
    if (!/^[1-9]\d{0,5}$/.test(values.count)) throw new UsageError('--count must be a number');
    if (values.seed !== undefined && !/^\d{1,10}$/.test(values.seed)) {
      throw new UsageError('--seed must be a whole number');
    }
  },
);

await runScript(() => {
  const start = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
  console.log(`seed ${start}`);
  for (const [name, judge] of Object.entries(COMPARISONS)) {
    const { cases, classes, unexplained } = compare(judge, start, Number(count));
    console.log(`${name}: ${cases} cases`);
    for (const [label, times] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
      console.log(`  ${String(times).padStart(7)}  ${label}`);
    }
    for (const each of unexplained) console.log(`  WITHOUT A REASON  ${each}`);
    if (unexplained.length > 0) process.exitCode = 1;
  }
});
