import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { renderResult, renderStatus } from '../../../src/cli/sshd-report.ts';
import { adopt } from '../../../src/sshd/adopt.ts';
import { disable } from '../../../src/sshd/disable.ts';
import type { SshdEdges } from '../../../src/sshd/edges.ts';
import { enable } from '../../../src/sshd/enable.ts';
import { DEB_COMMAND_PATH, ownCommand } from '../../../src/sshd/model/effective.ts';
import { publicFile } from '../../../src/sshd/plan/image.ts';
import type { Listener } from '../../../src/sshd/plan/listener.ts';
import { status } from '../../../src/sshd/status.ts';
import { MEMORY_NOW, MemoryHost } from './memory-host.ts';

const FOLDER = '/etc/ssh/sshd_config.d';
const MAIN = '/etc/ssh/sshd_config';
const PID_FILE = '/run/sshd.pid';
const READ = MEMORY_NOW - 1000;

const LISTENER: Listener = {
  pid: 7,
  unit: 'ssh.service',
  configFile: MAIN,
  options: [],
  complete: true,
};

interface Running {
  readonly machine: MemoryHost;
  readonly edges: SshdEdges;
  readonly reloads: string[];
}

/** Debian 12 with our command in its files, and a running sshd that read them at READ. */
function running(): Running {
  const machine = new MemoryHost(fixture('debian-12'), '9.2p1', [DEB_COMMAND_PATH]);
  machine.images.set('/run/systemd/system', { type: 'directory', mode: 0o755 });
  enable(machine.edges());
  machine.listeners = [LISTENER];
  machine.images.set(PID_FILE, publicFile('7\n'));
  machine.times.set(PID_FILE, { mtime: READ, ctime: READ });
  const reloads: string[] = [];
  const edges = machine.edges();
  const run: SshdEdges['run'] = (argv) => {
    if (argv[0] !== 'systemctl') return edges.run(argv);
    if (argv[1] === 'is-active') return { status: 3, stdout: '', stderr: '' };
    if (argv[1] !== 'show') {
      reloads.push(argv.slice(1).join(' '));
      machine.times.set(PID_FILE, { mtime: MEMORY_NOW, ctime: MEMORY_NOW });
    }
    const stdout = 'ActiveState=active\nKillMode=process\nTriggeredBy=\nMainPID=7\n';
    return { status: 0, stdout, stderr: '' };
  };
  return { machine, edges: { ...edges, run }, reloads };
}

/** A file of the folder, for instance one with another command, is deleted after the reading. */
function deleteOne({ machine }: Running): void {
  machine.times.set(FOLDER, { mtime: READ + 10, ctime: READ + 10 });
}

const RELOADED = { outcome: 'unchanged', exitCode: 0, activations: [{ state: 'reloaded' }] };

describe('a configuration that changed after the running sshd had read it', () => {
  it.each([
    ['enable', enable],
    ['adopt', adopt],
  ] as const)('is read again at %s, which had nothing to write', (_, command) => {
    const host = running();
    expect(command(host.edges)).toMatchObject({ outcome: 'unchanged', activations: [] });
    deleteOne(host);
    expect(command(host.edges)).toMatchObject({ ...RELOADED, readBefore: [FOLDER] });
    expect(host.reloads).toEqual(['reload -- ssh.service']);
    expect(command(host.edges)).toMatchObject({ outcome: 'unchanged', activations: [] });
  });

  it('is read again at disable, where somebody has removed our lines by hand', () => {
    const host = running();
    disable(host.edges);
    host.reloads.length = 0;
    host.machine.times.set(PID_FILE, { mtime: READ, ctime: READ });
    expect(disable(host.edges)).toMatchObject({ outcome: 'unchanged', activations: [] });
    deleteOne(host);
    expect(disable(host.edges)).toMatchObject({ ...RELOADED, readBefore: [FOLDER] });
    expect(host.reloads).toEqual(['reload -- ssh.service']);
  });

  it('is not read again by a dry run, which says what is to come', () => {
    const host = running();
    deleteOne(host);
    const result = enable(host.edges, { dryRun: true });
    expect(result).toMatchObject({ outcome: 'unchanged', readBefore: [FOLDER], activations: [] });
    expect(host.reloads).toEqual([]);
    const { stdout } = renderResult(result, ownCommand(DEB_COMMAND_PATH));
    expect(stdout).toContain(`  ${FOLDER}\nsshd would be reloaded\n`);
  });

  it('is not effective before that, and status says so and what to do', () => {
    const host = running();
    expect(status(host.edges)).toMatchObject({ effective: true, reloadNeeded: false });
    deleteOne(host);
    const found = status(host.edges);
    expect(found).toMatchObject({
      ...{ effective: false, configured: true, reloadNeeded: true },
      listeners: [{ readAt: READ, changed: [FOLDER], perhapsChanged: [] }],
    });
    expect(found.starts[0]?.running?.reloadNeeded).toBe(true);
    const text = renderStatus(found);
    expect(text).toContain(`  ${FOLDER}\naccepted after: ec2-instance-connect sshd enable\n`);
    expect(Math.max(...text.split('\n', 4).map((line) => line.length))).toBeLessThanOrEqual(80);
    enable(host.edges);
    expect(status(host.edges)).toMatchObject({ effective: true, reloadNeeded: false });
  });

  it('says nothing about a command that is an option, but to the users of Match blocks', () => {
    const host = running();
    deleteOne(host);
    const command = `AuthorizedKeysCommand=${DEB_COMMAND_PATH} %u %f`;
    host.machine.listeners = [{ ...LISTENER, options: [command] }];
    expect(status(host.edges)).toMatchObject({ effective: true, reloadNeeded: false });
    expect(status(host.edges, 'root')).toMatchObject({ effective: false, reloadNeeded: true });
  });

  it.each([
    ['a new time of its content', { mtime: READ + 10, ctime: READ + 10 }],
    ['an old file that was moved there', { mtime: READ - 99, ctime: READ + 10 }],
  ])('is known by %s', (_, times) => {
    const host = running();
    host.machine.times.set(MAIN, times);
    expect(status(host.edges)).toMatchObject({
      effective: false,
      listeners: [{ changed: [MAIN] }],
    });
  });

  it.each([
    [
      'without a pid file, where a reload leaves no trace',
      ({ images }: MemoryHost) => images.delete(PID_FILE),
    ],
    [
      'where the clock was set forward since',
      ({ images }: MemoryHost) => images.set('/proc/stat', publicFile(`btime ${READ + 5}\n`)),
    ],
    [
      'where the change is in the future',
      ({ times }: MemoryHost) =>
        times.set(FOLDER, { mtime: MEMORY_NOW + 10, ctime: MEMORY_NOW + 10 }),
    ],
  ])('is perhaps changed %s: effective stays, and enable reloads', (_, change) => {
    const host = running();
    deleteOne(host);
    const stat = `7 (sshd) S 1 7 7 0 -1 4194560 ${'0 '.repeat(12)}500 0 0`;
    host.machine.images.set('/proc/7/stat', publicFile(stat));
    host.machine.images.set('/proc/stat', publicFile(`btime ${READ - 6}\n`));
    change(host.machine);
    expect(status(host.edges)).toMatchObject({
      ...{ effective: true, reloadNeeded: false },
      listeners: [{ changed: [], perhapsChanged: [FOLDER] }],
    });
    expect(enable(host.edges)).toMatchObject({ ...RELOADED, readBefore: [FOLDER] });
  });
});
