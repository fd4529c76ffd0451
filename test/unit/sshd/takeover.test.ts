import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { adopt } from '../../../src/sshd/adopt.ts';
import { disable } from '../../../src/sshd/disable.ts';
import { RECORD_PATH, REPLACED_STOCK_PATH, UNMANAGED_PATH } from '../../../src/sshd/edges.ts';
import { enable } from '../../../src/sshd/enable.ts';
import { DEB_COMMAND_PATH } from '../../../src/sshd/model/effective.ts';
import { publicFile } from '../../../src/sshd/plan/image.ts';
import { status } from '../../../src/sshd/status.ts';
import { MemoryHost, PowerFailure } from './memory-host.ts';

const FROM_PACKAGE = { fromPackage: true };
const DROP_IN = '/usr/lib/systemd/system/ssh.service.d/ec2-instance-connect.conf';
const MASK = '/etc/systemd/system/ssh.service.d/ec2-instance-connect.conf';
const CONF = '/etc/ssh/sshd_config.d/50-other.conf';
const OPTIONS = `-o "AuthorizedKeysCommand=${DEB_COMMAND_PATH} %%u %%f" -o AuthorizedKeysCommandUser=ec2-instance-connect`;

/** The drop-in as the stock package's script writes it: the unit's line with two options more. */
function stock(more = '', lines = ''): string {
  return `[Service]\n${lines}ExecStart=\nExecStart=/usr/sbin/sshd -D ${more}$SSHD_OPTS ${OPTIONS}\n`;
}

/** Debian 13 where ours has just replaced the stock package, which has left this drop-in. */
function host(dropIn: string | null = stock()): MemoryHost {
  const machine = new MemoryHost(fixture('debian-13'), '10.0p2', [
    DEB_COMMAND_PATH,
    '/usr/bin/other',
  ]);
  machine.images.set('/var/lib/ec2-instance-connect', { type: 'directory', mode: 0o755 });
  machine.images.set(REPLACED_STOCK_PATH, publicFile(''));
  machine.images.set('/usr/lib/systemd/system/ssh.service.d', { type: 'directory', mode: 0o755 });
  if (dropIn !== null) machine.images.set(DROP_IN, publicFile(dropIn));
  return machine;
}

function text(machine: MemoryHost, path: string): string | undefined {
  const image = machine.images.get(path);
  return image?.type === 'file' ? image.text : undefined;
}

describe('a takeover from the stock package', () => {
  it("puts ours in the place of a drop-in that only has the stock package's options", () => {
    const machine = host();
    expect(enable(machine.edges(), FROM_PACKAGE)).toMatchObject({ outcome: 'done' });
    expect(machine.images.has(DROP_IN)).toBe(false);
    expect(machine.images.has('/usr/lib/systemd/system/ssh.service.d')).toBe(false);
    expect(machine.images.has(REPLACED_STOCK_PATH)).toBe(false);
    expect(machine.command()).toBe(`${DEB_COMMAND_PATH} %u %f`);
    expect(enable(machine.edges(), FROM_PACKAGE).outcome).toBe('unchanged');
  });

  it.each([
    [
      'a port and a log level',
      stock('-p 2222 -o LogLevel=VERBOSE '),
      '-p 2222 -o LogLevel=VERBOSE',
    ],
    ['another setting', stock('', 'Nice=5\n'), 'Nice=5'],
  ])('keeps %s that an administrator has written into it', (_, edited, kept) => {
    const machine = host(edited);
    expect(enable(machine.edges(), FROM_PACKAGE).outcome).toBe('done');
    expect(text(machine, DROP_IN)).toContain(kept);
    expect(text(machine, DROP_IN)).not.toContain('AuthorizedKeysCommand');
    expect(disable(machine.edges()).outcome).toBe('done');
    expect(text(machine, DROP_IN)).toContain(kept);
    expect(machine.command()).toBeUndefined();
  });

  it.each([
    [
      'other-command',
      'AuthorizedKeysCommand /usr/bin/other %u\nAuthorizedKeysCommandUser nobody\n',
    ],
    ['command-disabled', 'AuthorizedKeysCommand none\n'],
    ['configuration-invalid', 'AuthorizedKeysCommand /x\n'],
  ])('leaves the old wiring in force where it is refused: %s', (reason, lines) => {
    const machine = host();
    machine.images.set(CONF, publicFile(lines));
    const before = machine.snapshot();
    const edges = machine.edges();
    const run: typeof edges.run = (argv) =>
      reason === 'configuration-invalid' && argv[1] === '-t'
        ? { status: 255, stdout: '', stderr: 'bad words' }
        : edges.run(argv);
    if (reason === 'configuration-invalid') machine.images.delete(CONF);
    const result = enable({ ...edges, run }, FROM_PACKAGE);
    expect(result).toMatchObject({
      outcome: 'refused',
      reason,
      exitCode: 0,
      stillInForce: [DROP_IN],
    });
    if (reason !== 'configuration-invalid') expect(machine.snapshot()).toEqual(before);
    expect(text(machine, DROP_IN)).toBe(stock());
  });

  it('lets the other command, which had no say, run beside ours after adopt', () => {
    const machine = host();
    const lines = 'AuthorizedKeysCommand /usr/bin/other %u\nAuthorizedKeysCommandUser nobody\n';
    machine.images.set(CONF, publicFile(lines));
    expect(adopt(machine.edges()).outcome).toBe('done');
    expect(machine.images.has(DROP_IN)).toBe(false);
    expect(machine.command()).toBe(`${DEB_COMMAND_PATH} %u %f`);
  });

  it('touches nothing where sshd-unmanaged says so', () => {
    const machine = host();
    machine.images.set(UNMANAGED_PATH, publicFile(''));
    const before = machine.snapshot();
    expect(enable(machine.edges(0), FROM_PACKAGE).outcome).toBe('left-alone');
    expect(disable(machine.edges(0), FROM_PACKAGE).outcome).toBe('left-alone');
    expect(machine.snapshot()).toEqual(before);
  });

  it.each([
    [
      'masked',
      (machine: MemoryHost) => machine.images.set(MASK, { type: 'link', target: '/dev/null' }),
    ],
    ['deleted', (machine: MemoryHost) => machine.images.delete(DROP_IN)],
  ])('leaves off what was switched off on purpose: %s', (_, switchOff) => {
    const machine = host();
    switchOff(machine);
    const before = machine.snapshot();
    for (let call = 0; call < 2; call++) {
      const result = enable(machine.edges(), FROM_PACKAGE);
      expect(result).toMatchObject({ outcome: 'left-alone', reason: 'switched-off', exitCode: 0 });
    }
    expect(machine.snapshot()).toEqual(before);
    expect(status(machine.edges())).toMatchObject({ effective: false, switchedOff: true });
    expect(enable(machine.edges()).outcome).toBe('done');
    expect(status(machine.edges())).toMatchObject({ effective: true, switchedOff: false });
  });

  it('has a command in force at every step, wherever the power fails', () => {
    for (const edited of [stock(), stock('-p 2222 ')]) {
      const wanted = host(edited);
      enable(wanted.edges(), FROM_PACKAGE);
      let failures = 0;
      for (let step = 0; ; step++) {
        const machine = host(edited);
        try {
          enable(machine.edges(step), FROM_PACKAGE);
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(PowerFailure);
          failures++;
        }
        expect(machine.command(), `after step ${step}`).toContain(DEB_COMMAND_PATH);
        enable(machine.edges(), FROM_PACKAGE);
        expect(machine.snapshot(), `after step ${step}`).toEqual(wanted.snapshot());
      }
      expect(failures).toBeGreaterThan(4);
    }
  });
});

describe('the way back', () => {
  it('gives the stock package its drop-in again, edits and all', () => {
    const edited = stock('-p 2222 ');
    const machine = host(edited);
    const before = machine.snapshot();
    enable(machine.edges(), FROM_PACKAGE);
    expect(disable(machine.edges(), { fromPackage: true, giveBack: true }).outcome).toBe('done');
    expect(machine.snapshot()).toEqual(before);
  });

  it("leaves what the stock package's script has written by then", () => {
    const machine = host();
    enable(machine.edges(), FROM_PACKAGE);
    machine.images.set(DROP_IN, publicFile(stock('-4 ')));
    disable(machine.edges(), { fromPackage: true, giveBack: true });
    expect(text(machine, DROP_IN)).toBe(stock('-4 '));
  });

  it("takes the stock package's own wiring away with the program that it names", () => {
    const machine = host();
    expect(disable(machine.edges(), FROM_PACKAGE).outcome).toBe('done');
    expect(machine.images.has(DROP_IN)).toBe(false);
    expect(machine.images.has(RECORD_PATH)).toBe(false);
  });
});

describe('what a package script leaves alone', () => {
  it('our own file that somebody has deleted', () => {
    const machine = host(null);
    machine.images.delete(REPLACED_STOCK_PATH);
    enable(machine.edges());
    machine.images.delete('/etc/ssh/sshd_config.d/90-ec2-instance-connect.conf');
    expect(enable(machine.edges(), FROM_PACKAGE)).toMatchObject({ reason: 'switched-off' });
    expect(enable(machine.edges()).outcome).toBe('done');
  });

  it('an sshd that is not configured yet', () => {
    const machine = host(null);
    machine.images.delete(REPLACED_STOCK_PATH);
    machine.images.delete('/etc/ssh/sshd_config');
    expect(enable(machine.edges(), FROM_PACKAGE)).toMatchObject({ reason: 'sshd-not-configured' });
  });
});

describe('an sshd that was started with our command as an option', () => {
  const LISTENER = {
    pid: 7,
    unit: 'ssh.service',
    configFile: '/etc/ssh/sshd_config',
    options: [
      `AuthorizedKeysCommand=${DEB_COMMAND_PATH} %u %f`,
      'AuthorizedKeysCommandUser=ec2-instance-connect',
    ],
    complete: true,
  };

  function running(): { machine: MemoryHost; edges: ReturnType<MemoryHost['edges']> } {
    const machine = host();
    machine.images.set('/run/systemd/system', { type: 'directory', mode: 0o755 });
    machine.listeners = [LISTENER];
    const edges = machine.edges();
    const run: typeof edges.run = (argv) => {
      if (argv[0] !== 'systemctl') return edges.run(argv);
      if (argv[1] === 'restart') machine.listeners = [{ ...LISTENER, options: [] }];
      const stdout = 'ActiveState=active\nKillMode=process\nTriggeredBy=\nMainPID=7\n';
      return { status: 0, stdout, stderr: '' };
    };
    return { machine, edges: { ...edges, run } };
  }

  it('lets pushed keys in until its restart, which disable and status say', () => {
    const { edges } = running();
    enable(edges, FROM_PACKAGE);
    expect(disable(edges)).toMatchObject({
      outcome: 'failed',
      reason: 'restart-needed',
      exitCode: 1,
    });
    expect(status(edges)).toMatchObject({
      effective: true,
      configured: false,
      starts: [{ running: { restartNeeded: true } }, {}],
      listeners: [{ pid: 7, ours: true, fromOption: true }],
    });
    expect(disable(edges)).toMatchObject({ reason: 'restart-needed' });
    expect(disable(edges, { restart: true })).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(status(edges)).toMatchObject({ effective: false, configured: false });
    expect(disable(edges).outcome).toBe('unchanged');
  });

  it('is restarted for a package only where the policy of the host allows it', () => {
    const { machine, edges } = running();
    machine.images.set('/usr/sbin/policy-rc.d', publicFile(''));
    const run: typeof edges.run = (argv) =>
      argv[0] === '/usr/sbin/policy-rc.d'
        ? { status: 101, stdout: '', stderr: '' }
        : edges.run(argv);
    const result = disable({ ...edges, run }, { fromPackage: true, restart: true });
    expect(result).toMatchObject({ exitCode: 0, activations: [{ state: 'restart-needed' }] });
  });
});

it('refuses where a file system is full, with the words of the system', () => {
  const machine = host();
  const edges = machine.edges();
  const put = (): never => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  const result = enable({ ...edges, put });
  expect(result).toMatchObject({
    outcome: 'refused',
    reason: 'cannot-write',
    stillInForce: [DROP_IN],
  });
});
