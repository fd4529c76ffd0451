import { expect, it } from 'vitest';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { activate } from '../../../src/sshd/activate.ts';
import { DEB_COMMAND_PATH, ownCommand } from '../../../src/sshd/model/effective.ts';
import { readModel } from '../../../src/sshd/model/model.ts';
import { publicFile, type Change } from '../../../src/sshd/plan/image.ts';
import type { Listener } from '../../../src/sshd/plan/listener.ts';
import { MemoryHost } from './memory-host.ts';

const CONFIG: Change = {
  path: '/etc/ssh/sshd_config.d/x.conf',
  before: null,
  after: publicFile(''),
};
const DROP_IN: Change = { ...CONFIG, path: '/etc/systemd/system/ssh.service.d/x.conf' };

const LISTENER: Listener = {
  pid: 7,
  unit: 'ssh.service',
  configFile: '/etc/ssh/sshd_config',
  options: [],
  complete: true,
};
const WITH_OPTIONS: Listener = {
  ...LISTENER,
  options: [`AuthorizedKeysCommand=${DEB_COMMAND_PATH} %u %f`, 'AuthorizedKeysCommandUser=x'],
};

interface World {
  readonly state?: string;
  readonly killMode?: string;
  readonly socket?: boolean;
  /** A word of the systemctl call that fails. */
  readonly fails?: string;
  /** What listens; without it, it cannot be seen. */
  readonly listeners?: readonly Listener[];
  /** `sshd -t` has no host key. */
  readonly noHostKeys?: boolean;
  readonly restart?: boolean;
  /** It ends at the reload. */
  readonly ends?: boolean;
}

/** What becomes of ssh.service, and which calls of systemctl changed something. */
function run(change: Change, world: World): { state: string | undefined; calls: string[] } {
  const machine = new MemoryHost(fixture('debian-12'), '9.2p1', [DEB_COMMAND_PATH]);
  machine.images.set('/run/systemd/system', { type: 'directory', mode: 0o755 });
  const { state = 'active', killMode = 'process', socket = false, fails } = world;
  const { noHostKeys = false, restart = false, ends = false } = world;
  machine.listeners = world.listeners ?? [];
  const calls: string[] = [];
  const edges: ReturnType<MemoryHost['edges']> = {
    ...machine.edges(),
    watchListener: () => () => !ends,
    run: ([, verb = '']) => {
      const stdout = `ActiveState=${state}\nKillMode=${killMode}\nTriggeredBy=ssh.socket\n`;
      if (verb === 'show') return { status: 0, stdout, stderr: '' };
      if (verb === 'is-active') return { status: socket ? 0 : 3, stdout: '', stderr: '' };
      if (verb === '-t') {
        return { status: noHostKeys ? 1 : 0, stdout: '', stderr: 'no hostkeys available' };
      }
      calls.push(verb);
      return { status: verb === fails ? 1 : 0, stdout: '', stderr: 'words' };
    },
  };
  const activating = {
    edges,
    own: ownCommand(DEB_COMMAND_PATH),
    version: undefined,
    restart,
    fromPackage: false,
  };
  const [first] = activate(activating, readModel(edges.tree, undefined).starts, [change]);
  return { state: first?.state, calls };
}

it.each([
  ['is reloaded', CONFIG, {}, 'reloaded', ['reload']],
  ['is left alone when it does not run', CONFIG, { state: 'inactive' }, 'not-running', []],
  ['needs a restart for its options', DROP_IN, {}, 'restart-needed', ['daemon-reload']],
  ['is stopped for the next connection', CONFIG, { socket: true }, 'next-connection', ['stop']],
  [
    'is stopped for its options too when a socket starts it',
    DROP_IN,
    { socket: true },
    'next-connection',
    ['daemon-reload', 'stop'],
  ],
  [
    'is not stopped where that would end sessions',
    CONFIG,
    { socket: true, killMode: 'control-group' },
    'restart-needed',
    [],
  ],
  [
    'is not reloaded where it would end for want of a host key',
    CONFIG,
    { noHostKeys: true },
    'reload-failed',
    [],
  ],
  [
    'that ends at the reload is started again',
    CONFIG,
    { listeners: [LISTENER], ends: true },
    'reload-failed',
    ['reload', 'restart'],
  ],
  [
    'needs a restart to lose an option that no file has',
    CONFIG,
    { listeners: [WITH_OPTIONS] },
    'restart-needed',
    [],
  ],
  [
    'is restarted for it on demand',
    CONFIG,
    { listeners: [WITH_OPTIONS], restart: true },
    'restarted',
    ['restart'],
  ],
  [
    'is not restarted where that would end sessions',
    CONFIG,
    { listeners: [WITH_OPTIONS], restart: true, killMode: 'control-group' },
    'restart-needed',
    [],
  ],
  ['may refuse a reload', CONFIG, { fails: 'reload' }, 'reload-failed', ['reload']],
  [
    'is left alone when systemd does not read its units',
    DROP_IN,
    { fails: 'daemon-reload' },
    'reload-failed',
    ['daemon-reload'],
  ],
] as const)('a service %s', (_, change, world, state, calls) => {
  expect(run(change, world)).toEqual({ state, calls });
});
