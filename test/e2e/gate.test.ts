/** What the gate decides, shown by a script in the program's place that says whether it was started. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { HELPERS_DIRECTORY } from '../../src/helpers/names.ts';
import { Launcher, LAUNCHER_PATH } from '../rig/launcher.ts';
import { runOrThrow } from '../rig/run.ts';
import { BAD_KEYS } from '../vectors/key-bad.ts';
import { GOOD_KEYS } from '../vectors/key-good.ts';
import { FLOODS_AND_SILENCE, KEYS, MALFORMED, on, STATUSES, status } from './imds-faults.ts';
import { makePushedKey, useRig } from './login-rig.ts';

const rig = useRig();
const path = (inside: string): string => rig().namespace.path(inside);

const DEBUG_SWITCH = '/run/ec2-instance-connect/debug';
const ASSET_TAG = '/sys/devices/virtual/dmi/id/board_asset_tag';
const SHA256 = `SHA256:${'A'.repeat(43)}`;

let launcher: Launcher;
beforeAll(async () => {
  launcher = await Launcher.install(rig());
  launcher.useScript('echo aside');
});

/** `nobody`: it ended there. `aside`: the program was started. */
async function decision(...args: readonly string[]): Promise<string> {
  const result = await rig().runHelper(args, { path: LAUNCHER_PATH });
  expect(result).toMatchObject({ status: 0, stderr: '' });
  return result.stdout === '' ? 'nobody' : result.stdout.trim();
}

/** On a busy machine the answer may take longer than the gate waits. */
const expectNobody = (...args: readonly string[]): Promise<void> =>
  vi.waitFor(async () => {
    expect(await decision(...args)).toBe('nobody');
  }, 20_000);

const requests = async (): Promise<number> => (await rig().emulator.counters()).imds.requests;

describe('where nobody has pushed a key', () => {
  it.each([[['alice']], [['root', SHA256]], [['a-b_c.d', `MD5${':0f'.repeat(16)}`]]])(
    'it says so for %j, with two requests on one connection',
    async (args) => {
      await makePushedKey(rig(), 'bob');
      await vi.waitFor(async () => {
        await rig().emulator.resetCounters();
        await expectNobody(...args);
        const { requests: count, connections } = (await rig().emulator.counters()).imds;
        expect({ count, connections }).toEqual({ count: 2, connections: 1 });
      }, 20_000);
    },
  );

  it('it says so again when the minute of a key is over', async () => {
    await makePushedKey(rig());
    expect(await decision('alice')).toBe('aside');
    await rig().emulator.setClockOffset(61);
    await expectNobody('alice');
  });

  it('it says so on a Xen guest', async () => {
    rig().setFirmware({ hypervisorUuid: 'ec2e1916-9099-7caf-fd21-012345abcdef' });
    await expectNobody('alice');
  });

  it('it says so beside a folder for helpers that is empty', async () => {
    mkdirSync(path(HELPERS_DIRECTORY), { recursive: true });
    await expectNobody('alice');
  });
});

it("has the kernel end sshd's call after eight seconds, whatever becomes of the program", async () => {
  const timer = 'import signal; print(signal.getitimer(signal.ITIMER_REAL)[0])';
  launcher.useScript(`exec python3 -c '${timer}'`);
  const left = async (...args: readonly string[]): Promise<number> =>
    Number((await rig().runHelper(args, { path: LAUNCHER_PATH })).stdout);
  try {
    const seconds = await left('a.b@corp');
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(8);
    // A person's call may take as long as the person likes.
    expect(await left('a.b@corp', '--explain')).toBe(0);
  } finally {
    launcher.useScript('echo aside');
  }
});

describe('without a question, it steps aside', () => {
  it.each([
    [[]],
    [['']],
    [['alice', 'SHA256:short']],
    [['alice', '']],
    [['alice', SHA256, 'ssh-ed25519']],
    [['--help', SHA256]],
    [['a.b@corp']],
    [['host$']],
    [['../bob']],
    [['.']],
    [['a b']],
    [['ünï']],
    [[`a${'b'.repeat(32)}`]],
  ])('for a call with %j', async (args) => {
    expect(await decision(...args)).toBe('aside');
    expect(await requests()).toBe(0);
  });

  it.each(['helper', 'README', '.hidden', 'helper.args'])(
    'where there is a %s among the helpers',
    async (name) => {
      mkdirSync(path(HELPERS_DIRECTORY), { recursive: true });
      writeFileSync(path(`${HELPERS_DIRECTORY}/${name}`), '');
      expect(await decision('alice')).toBe('aside');
      rmSync(path(`${HELPERS_DIRECTORY}/${name}`));
      expect(await requests()).toBe(0);
    },
  );

  it('where the helpers are not a folder, or cannot be seen', async () => {
    rmSync(path(HELPERS_DIRECTORY), { recursive: true, force: true });
    mkdirSync(path('/etc/ec2-instance-connect'), { recursive: true });
    writeFileSync(path(HELPERS_DIRECTORY), '');
    expect(await decision('alice')).toBe('aside');
    rmSync(path(HELPERS_DIRECTORY));
    mkdirSync(path(HELPERS_DIRECTORY));
    chmodSync(path(HELPERS_DIRECTORY), 0o700);
    expect(await decision('alice')).toBe('aside');
    chmodSync(path(HELPERS_DIRECTORY), 0o755);
    expect(await requests()).toBe(0);
  });

  it('while the administrator is debugging', async () => {
    mkdirSync(path(DEBUG_SWITCH), { recursive: true });
    expect(await decision('alice')).toBe('aside');
    rmSync(path(DEBUG_SWITCH), { recursive: true });
    expect(await requests()).toBe(0);
    await expectNobody('alice');
  });

  it('where the machine is no instance, might be none, or may not be asked', async () => {
    rig().setFirmware({});
    expect(await decision('alice')).toBe('aside');
    rig().setFirmware({ assetTag: 'Default string', hypervisorUuid: '00000000-not-of-amazon' });
    expect(await decision('alice')).toBe('aside');
    rig().setFirmware({ assetTag: 'i-0123456789ABCDEF0' });
    expect(await decision('alice')).toBe('aside');
    rig().setFirmware({ assetTag: rig().account.instanceId });
    chmodSync(path(ASSET_TAG), 0o400);
    expect(await decision('alice')).toBe('aside');
    chmodSync(path(ASSET_TAG), 0o444);
    expect(await requests()).toBe(0);
  });
});

describe('without a plain no, it steps aside', () => {
  it('where a key was pushed, the offered one or another', async () => {
    const key = await makePushedKey(rig());
    for (const args of [[], [key.fingerprint], [SHA256]]) {
      expect(await decision('alice', ...args)).toBe('aside');
    }
  });

  it('for every blob of the vectors', async () => {
    for (const { entry, title } of [...GOOD_KEYS, ...BAD_KEYS]) {
      await rig().emulator.setFaults([on(KEYS, { kind: 'answer', status: 200, body: entry })]);
      expect([title, await decision('alice')]).toEqual([title, 'aside']);
    }
  }, 120_000);

  it.each([...FLOODS_AND_SILENCE.map(([title, , rule]) => [title, rule] as const)])(
    'where IMDS %s',
    async (_, rule) => {
      await makePushedKey(rig());
      await rig().emulator.setFaults([rule]);
      expect(await decision('alice')).toBe('aside');
    },
  );

  it.each(STATUSES)('where %s answers %i', async (of, code) => {
    await rig().emulator.setFaults([on(of, status(code))]);
    expect(await decision('alice')).toBe('aside');
  });

  it('for an answer that is malformed, where it reads it', async () => {
    await makePushedKey(rig());
    for (const [of, text] of MALFORMED) {
      await rig().emulator.setFaults([on(of, { kind: 'answer', status: 200, body: text })]);
      expect([of, text, await decision('alice')]).toEqual([of, text, 'aside']);
    }
  });

  it('where IMDS refuses, has no address, or is slower than the gate waits', async () => {
    await rig().emulator.setFaults([on('*', { kind: 'delay', ms: 200 })]);
    expect(await decision('alice')).toBe('aside');
    // Each is quick, both together are not.
    await rig().emulator.setFaults([on('*', { kind: 'delay', ms: 90 })]);
    expect(await decision('alice')).toBe('aside');
    await rig().setImdsAddress('ipv4', false);
    expect(await decision('alice')).toBe('aside');
    await rig().setImdsAddress('ipv4', true);
    await rig().stopEmulator();
    try {
      expect(await decision('alice')).toBe('aside');
    } finally {
      await rig().startEmulator();
    }
  });

  it.each(['unreachable', 'prohibit', 'blackhole'])('where the route is %s', async (type) => {
    await rig().setImdsAddress('ipv4', false);
    const route = (verb: string): Promise<string> => {
      const command = ['ip', 'route', verb, type, '169.254.169.254/32'] as const;
      return runOrThrow(rig().namespace.command(command));
    };
    await route('add');
    try {
      expect(await decision('alice')).toBe('aside');
    } finally {
      await route('delete');
    }
  });
});
