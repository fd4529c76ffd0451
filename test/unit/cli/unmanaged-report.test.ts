import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { realEdges } from '../../../src/edges.ts';
import { Run } from '../../../src/login/run.ts';
import { UNMANAGED_PATH } from '../../../src/sshd/edges.ts';
import { enable } from '../../../src/sshd/enable.ts';
import { DEB_COMMAND_PATH } from '../../../src/sshd/model/effective.ts';
import { publicFile } from '../../../src/sshd/plan/image.ts';
import { MemoryHost } from '../sshd/memory-host.ts';

class Listened extends Run {
  readonly said = { 1: '', 2: '' };

  override write(descriptor: 1 | 2, text: string | Buffer): void {
    this.said[descriptor] += text.toString();
  }
}

/** What the removal of a package calls, on a host that packages shall leave alone. */
async function removed({ enabled, how }: { enabled: boolean; how: string }): Promise<string> {
  const machine = new MemoryHost(fixture('debian-13'), '10.0p2', [DEB_COMMAND_PATH]);
  if (enabled) enable(machine.edges());
  machine.images.set(UNMANAGED_PATH, publicFile(''));
  const before = machine.snapshot();
  const run = new Listened();
  const edges = { ...realEdges(run), sshd: () => Promise.resolve(machine.edges()) };
  expect(await runProgram(['sshd', 'disable', '--from-package', how], edges)).toBe(0);
  expect(machine.snapshot()).toEqual(before);
  expect(run.said[1]).toContain(UNMANAGED_PATH);
  return run.said[2];
}

describe('a removal that must leave sshd alone', () => {
  it('warns that sshd still names the program, and where', async () => {
    const said = await removed({ enabled: true, how: '--restart' });
    expect(said).toMatch(/ warning: .*:\n {2}\/etc\/ssh\/sshd_config\.d\/90-\S+\.conf:[0-9]+\n/);
    expect(said).toContain(UNMANAGED_PATH);
    expect(said.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('warns of nothing where sshd does not name it', async () => {
    expect(await removed({ enabled: false, how: '--restart' })).toBe('');
  });

  it('warns of nothing where the stock package comes back with a program of that path', async () => {
    expect(await removed({ enabled: true, how: '--give-back' })).toBe('');
  });
});
