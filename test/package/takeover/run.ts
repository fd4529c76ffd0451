/**
 * The whole matrix of takeovers:
 * `npm run test:takeover [-- --only PATTERN] [--results FILE] [--limit MINUTES] [--jobs N]`.
 * One line a cell. A cell that was right with the same packages is not run again, so a run that was ended goes on
 * where it was. With --jobs, N machines run at once. Ends with status 1 when a cell is wrong.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { packagePath } from '../packages.ts';
import { makeTakeoverRepository } from '../repository.ts';
import { allCells, cellName, type Cell } from './cells.ts';
import { runCell } from './cell.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    results: { type: 'string', default: 'dist/takeover-results' },
    limit: { type: 'string', default: '600' },
    jobs: { type: 'string', default: '1' },
  },
});
// With any other word nothing would run, and that would look as if all were right.
if (!/^[1-9]\d?$/.test(options.jobs)) throw new Error('--jobs must be a number from 1 to 99');

const digest = (['deb', 'rpm'] as const)
  .reduce(
    (hash, family) => hash.update(readFileSync(packagePath(family, 'x64'))),
    createHash('sha256'),
  )
  .digest('hex')
  .slice(0, 12);
const earlier = existsSync(options.results)
  ? readFileSync(options.results, 'utf8').split('\n')
  : [];
const right = new Set(
  earlier.filter((line) => line.startsWith(`${digest} right `)).map((line) => line.split(' ')[2]),
);
const until = Date.now() + Number(options.limit) * 60_000;
const pattern = new RegExp(options.only);
const cells = allCells().filter((cell) => pattern.test(cellName(cell)));
const repository = makeTakeoverRepository();
let [passed, wrong, left] = [0, 0, 0];

async function run(cell: Cell): Promise<void> {
  const name = cellName(cell);
  const begun = Date.now();
  const faults = await runCell(cell, repository.folder);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  const verdict = faults.length === 0 ? 'right' : 'wrong';
  if (verdict === 'right') passed += 1;
  else wrong += 1;
  console.log(
    `${verdict} ${name} ${seconds} s${faults.map((fault) => `\n      ${fault.trim().replaceAll('\n', '\n      ')}`).join('')}`,
  );
  appendFileSync(options.results, `${digest} ${verdict} ${name} ${seconds}\n`);
}

const queue = cells.values();
/** Takes one cell after the other until none is left, beside others that do the same. */
async function runQueue(): Promise<void> {
  for (const cell of queue) {
    if (right.has(cellName(cell))) passed += 1;
    else if (Date.now() > until) left += 1;
    else await run(cell);
  }
}

try {
  await Promise.all(Array.from({ length: Number(options.jobs) }, runQueue));
} finally {
  repository.discard();
}
console.log(`${passed} right, ${wrong} wrong, ${left} not run, of ${cells.length}`);
process.exitCode = wrong === 0 ? 0 : 1;
