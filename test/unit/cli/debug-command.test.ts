import { beforeAll, describe, expect, it } from 'vitest';
import { DEBUG_SWITCH } from '../../../src/host/debug-switch.ts';
import { evaluateOn } from '../../support/private-machine.ts';

const FOLDER = DEBUG_SWITCH.replace(/\/debug$/, '');

/** What is called, in this order; what is code is run in between. */
const STEPS = {
  before: 'debug status',
  on: 'debug on',
  whileOn: 'debug status',
  longer: 'debug on --for 2h',
  whileLonger: 'debug status',
  off: 'debug off',
  after: 'debug status',
  offAgain: 'debug off',
  short: 'debug on --for 10',
  long: 'debug on --for 25h',
  none: 'debug on --for 0m',
  alone: 'debug',
  stillOff: 'debug status',
  '(expire)': `fs.writeFileSync('${DEBUG_SWITCH}', 'until=1\\n')`,
  ended: 'debug status',
  removed: 'debug status',
  '(expire again)': `fs.writeFileSync('${DEBUG_SWITCH}', 'until=1\\n')`,
  offEnded: 'debug off',
  '(break)': `fs.writeFileSync('${DEBUG_SWITCH}', '')`,
  broken: 'debug status',
  mending: 'debug off',
  mended: 'debug status',
  '(fill stdout)': `isFull = true`,
  statusUnwritable: 'debug status',
  helpUnwritable: 'debug --help',
  '(drain stdout)': `isFull = false`,
  '(fill)': `fs.mkdirSync('${DEBUG_SWITCH}/folder', { recursive: true })`,
  onFilled: 'debug on',
  offFilled: 'debug off',
  '(open)': `fs.rmSync('${DEBUG_SWITCH}', { recursive: true }); fs.chmodSync('${FOLDER}', 0o777)`,
  onUnsafe: 'debug on',
} as const;

interface End {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

let ends: Readonly<Record<keyof typeof STEPS, End>>;
beforeAll(async () => {
  const body = `
    const fs = await import('node:fs');
    const { runProgram } = await load('cli/program.ts');
    const { realEdges } = await load('edges.ts');
    const { Run } = await load('login/run.ts');
    const { Fault } = await load('verdict/fault.ts');
    const ends = {};
    let isFull = false;
    for (const [name, step] of Object.entries(${JSON.stringify(STEPS)})) {
      if (name.startsWith('(')) { eval(step); continue; }
      const said = { 1: '', 2: '' };
      const run = new Run();
      run.write = (descriptor, text) => {
        if (isFull && descriptor === 1) throw new Fault('OUTPUT_UNWRITABLE', 'stdout is full');
        said[descriptor] += text;
      };
      const status = await runProgram(step.split(' '), realEdges(run));
      ends[name] = { status, stdout: said[1], stderr: said[2] };
    }
    return ends;`;
  const machine = { empty: ['/run'], prepare: ['chmod 755 /run'] };
  ends = (await evaluateOn(machine, body)) as typeof ends;
}, 120_000);

describe('debug', () => {
  it('is off, on for as long as it is told, and off again', () => {
    const { before, on, whileOn, longer, whileLonger, off, after } = ends;
    for (const end of [before, on, whileOn, longer, whileLonger, off, after]) {
      expect(end).toMatchObject({ status: 0, stderr: '' });
    }
    expect([before, off, after].map(({ stdout }) => stdout)).toEqual(['off\n', 'off\n', 'off\n']);
    expect(on.stdout).toMatch(/^on until [-0-9]+ [0-9:]+ UTC \(10 min\): /);
    expect(on.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(whileOn.stdout).toMatch(/^on until .* left\n$/);
    expect(whileLonger.stdout).toMatch(/^on until .*, (2 h|1[12][0-9] min) left\n$/);
  });

  it('says that it was off already, and since when', () => {
    expect(ends.offAgain).toEqual({ status: 0, stdout: 'was already off\n', stderr: '' });
    const stdout = 'was already off: it ended 1970-01-01 00:00 UTC\n';
    expect(ends.offEnded).toEqual({ status: 0, stdout, stderr: '' });
  });

  it('blames standard output, not the switch, where it cannot be written', () => {
    for (const end of [ends.statusUnwritable, ends.helpUnwritable]) {
      expect(end).toEqual({
        status: 1,
        stdout: '',
        stderr: 'ec2-instance-connect: stdout is full\n',
      });
    }
  });

  it('takes away what is over, where root asks, and says when that was', () => {
    expect(ends.ended).toEqual({
      status: 0,
      stdout: 'off: it ended 1970-01-01 00:00 UTC\n',
      stderr: '',
    });
    expect(ends.removed.stdout).toBe('off\n');
  });

  it('says that a file without an end counts as off, exits 1, and takes it away', () => {
    expect(ends.broken).toMatchObject({ status: 1, stdout: '' });
    expect(ends.broken.stderr).toContain(DEBUG_SWITCH);
    expect(ends.mended).toMatchObject({ status: 0, stdout: 'off\n' });
  });

  it('names what keeps it from being set or taken away', () => {
    const { onFilled, offFilled, onUnsafe } = ends;
    for (const end of [onFilled, offFilled, onUnsafe]) {
      expect(end).toMatchObject({ status: 1, stdout: '' });
    }
    expect([onFilled.stderr, offFilled.stderr]).toEqual([
      `ec2-instance-connect: debug on: ${DEBUG_SWITCH}: directory not empty\n`,
      `ec2-instance-connect: debug off: ${DEBUG_SWITCH}: directory not empty\n`,
    ]);
    expect(onUnsafe.stderr).toContain(`${FOLDER} is writable`);
  });

  it('refuses a time of another form or of more than a day, and a call without a verb', () => {
    for (const end of [ends.short, ends.long, ends.none]) {
      expect(end).toMatchObject({ status: 2, stdout: '' });
      expect(end.stderr).toContain('--for: expected 1s to 24h, such as 90s, 10m or 2h, got');
    }
    expect(ends.alone).toMatchObject({ status: 2, stdout: '' });
    expect(ends.stillOff.stdout).toBe('off\n');
  });
});
