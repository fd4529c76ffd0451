import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEADLINE_MS } from '../../../src/imds/limits.ts';
import { spentBefore } from '../../../src/login/deadline.ts';
import { runOrThrow } from '../../rig/run.ts';

/** /proc/self/stat of a process that began so many ticks after the machine, as Linux 6.1 writes it. */
const stat = (began: number, name = 'node-MainThread'): string =>
  `123 (${name}) R 1 123 123 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 7 0 ${began} 1 2 3\n`;

describe('spentBefore', () => {
  it.each([
    ['what the process was there before Node', stat(100_000), '1000.20 1800.00\n', 0.05, 150],
    ['nothing where Node began at once', stat(100_000), '1000.05 1800.00\n', 0.05, 0],
    ['nothing where the clocks disagree', stat(100_000), '3.00 4.00\n', 0.05, 0],
    ['a second of an older process', stat(100_000), '2000.00 1800.00\n', 0.05, 1000],
    [
      'the same, whatever the process is called',
      stat(100_000, 'a) R 1 (b'),
      '1000.20 1\n',
      0.05,
      150,
    ],
    ['nothing without the one file', '', '1000.20 1800.00\n', 0.05, 0],
    ['nothing without the other', stat(100_000), '', 0.05, 0],
    ['nothing where a file says something else', 'x', 'y', 0.05, 0],
  ])('is %s', (_, ofProcess, ofMachine, own, expected) => {
    expect(spentBefore(ofProcess, ofMachine, own)).toBeCloseTo(expected, 6);
  });
});

describe('startDeadline', () => {
  it('counts what another program did in the process before this one', async () => {
    const file = join(import.meta.dirname, '../../../src/login/deadline.ts');
    const body = `const { startDeadline } = await import(${JSON.stringify(file)});
      console.log(startDeadline().remaining() + process.uptime() * 1000);`;
    const node = [process.execPath, '--input-type=module', '--eval', body];
    const left = Number(await runOrThrow(['sh', '-c', 'sleep 0.3; exec "$@"', 'sh', ...node]));
    // The kernel's two clocks have steps of 10 ms.
    expect(left).toBeLessThanOrEqual(DEADLINE_MS - 280);
    expect(left).toBeGreaterThanOrEqual(DEADLINE_MS - 1000);
  });
});
