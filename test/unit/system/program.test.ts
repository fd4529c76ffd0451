import { describe, expect, it } from 'vitest';
import { runCommand, runCommandSync, runProgram } from '../../../src/system/program.ts';

const sh = (script: string): readonly [string, ...string[]] => ['/bin/sh', '-c', script];
const PLENTY_MS = 20_000;

describe('runProgram', () => {
  it('gives status and both streams, in the root folder, with nothing to read', async () => {
    const end = await runCommand({ argv: sh('cat; pwd; echo err >&2; exit 3') });
    expect(end).toMatchObject({ status: 3, stdout: '/\n', stderr: 'err\n' });
    expect(end).not.toHaveProperty('problem');
  });

  it('gives it the environment that is asked for, and no other', async () => {
    const { stdout } = await runCommand({ argv: ['/usr/bin/env'], environment: { A: 'b' } });
    expect(stdout).toBe('A=b\n');
  });

  it('gives it the words of its standard input', async () => {
    expect(await runCommand({ argv: ['/bin/cat'], stdin: 'words' })).toMatchObject({
      stdout: 'words',
    });
  });

  it('says what cannot be started', async () => {
    const { ending, problem } = await runProgram({ argv: ['/nonexistent'] });
    expect({ ending, problem }).toEqual({
      ending: 'cannot-start',
      problem: 'cannot be started: ENOENT',
    });
  });

  it('kills whatever takes longer than it may, with its children', async () => {
    const end = await runProgram({ argv: sh('sleep 60 & sleep 60'), limitMs: 200 });
    expect(end).toMatchObject({ ending: 'too-late', status: undefined });
  });

  it('ends what prints more than it may', async () => {
    const end = await runProgram({ argv: sh('yes'), maxOutput: 1000, limitMs: PLENTY_MS });
    expect(end).toMatchObject({ ending: 'too-much', status: undefined });
  });

  it('keeps a mebibyte of a stream without a limit, and lets the program end', async () => {
    const end = await runProgram({ argv: sh('head -c 3000000 /dev/zero'), limitMs: PLENTY_MS });
    expect(end).toMatchObject({ ending: 'exited', status: 0 });
    expect(end.stdout).toHaveLength(1_048_576);
  });

  it('tells of a process that escaped and keeps the output open', async () => {
    const escape = `setsid sh -c 'echo x; kill -USR1 '$$'; exec sleep 5' &`;
    const argv = sh(`trap 'exit 0' USR1; ${escape} wait`);
    const end = await runProgram({ argv, limitMs: PLENTY_MS });
    expect(end).toMatchObject({ ending: 'exited', status: 0, leftOpen: true });
    expect(end.stdout.toString()).toBe('x\n');
  });

  it('says what signal ended it', async () => {
    const end = await runProgram({ argv: sh('kill -TERM $$') });
    expect(end).toMatchObject({ ending: 'signalled', problem: 'ended by SIGTERM' });
  });
});

describe('runCommandSync', () => {
  it('gives what runCommand gives', () => {
    const end = runCommandSync({ argv: sh('echo out; echo err >&2; exit 3') });
    expect(end).toMatchObject({ status: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('has no status where nothing could be started', () => {
    expect(runCommandSync({ argv: ['/nonexistent'] })).toMatchObject({
      status: undefined,
      stdout: '',
    });
  });
});
