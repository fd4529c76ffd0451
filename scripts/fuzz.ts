/** Changes valid material at random for a while and judges what the program makes of it: `npm run fuzz`. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fuzz, TARGETS, type Finding, type Report } from '../test/fuzz/runner.ts';
import { readOptions, runScript, UsageError } from './options.ts';

const HELP = `usage: npm run fuzz -- [--seconds N] [--target T] [--seed S]

Makes valid material, changes it in ways that know its form, puts it before the program's own functions and
demands that nothing comes out but declared refusals and what was signed; that no case takes more than 100 ms of
CPU time where a login waits for it (1 s where an administrator's command does), and that none makes heap and
buffers grow by more than 64 MiB.

  --seconds N   how long, over all targets (default 60)
  --target T    one of them alone:
                ${TARGETS.map(({ name }) => name).join(', ')}
  --seed S      a whole number; the same seed makes the same cases (default: a new one, printed)

A finding is written to test/fuzz/corpus/ and stays there as a test once it is mended.
Exit status: 0 without findings, 1 with some, 2 for bad usage.
`;
/** More findings of one target than anybody reads at once. */
const MAX_FINDINGS = 5;

const { seconds, target, seed } = readOptions(
  HELP,
  {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    seed: { type: 'string' },
  },
  (values) => {
    if (!/^[1-9]\d{0,5}$/.test(values.seconds)) throw new UsageError('--seconds must be a number');
    if (values.seed !== undefined && !/^\d{1,10}$/.test(values.seed)) {
      throw new UsageError('--seed must be a whole number');
    }
    const names = TARGETS.map(({ name }) => name);
    if (values.target !== undefined && !names.includes(values.target)) {
      throw new UsageError(`--target must be one of ${names.join(', ')}`);
    }
  },
);

/** Writes a finding where the tests take it up: whoever mends it puts the class in that it should have. */
function keep({ target: kind, problem, parts }: Finding): string {
  const base64 = parts.map((part) => part.toString('base64'));
  const digest = createHash('sha256').update(base64.join('\n')).digest('hex').slice(0, 12);
  const path = `test/fuzz/corpus/${kind}-${digest}.json`;
  const content = { target: kind, why: problem, expect: 'refused', parts: base64 };
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

function tell({ target: name, cases, classes, findings, slowest }: Report): void {
  console.log(`${name}: ${cases} cases, the slowest ${slowest.toFixed(1)} ms of CPU time`);
  for (const [label, count] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`  ${String(count).padStart(8)}  ${label}`);
  }
  for (const finding of findings) {
    console.log(
      `  FINDING  case ${finding.index}: ${finding.problem}\n           ${keep(finding)}`,
    );
  }
}

await runScript(() => {
  const chosen = TARGETS.filter(({ name }) => target === undefined || target === name);
  const start = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
  console.log(`seed ${start}`);
  let [cases, found] = [0, 0];
  for (const each of chosen) {
    const end = Date.now() + (Number(seconds) * 1000) / chosen.length;
    // What is compiled on first use is nobody's cost.
    fuzz(each, start + 1, (count) => count < 20);
    const report = fuzz(each, start, () => Date.now() < end, 'measured');
    const findings = report.findings.slice(0, MAX_FINDINGS);
    tell({ ...report, findings });
    cases += report.cases;
    found += report.findings.length;
  }
  console.log(`${cases} cases, ${found} findings; npm run fuzz -- --seed ${start} repeats them`);
  if (found > 0) process.exitCode = 1;
});
