import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { Rig } from '../rig/rig.ts';
import { run, runOrThrow, type Command } from '../rig/run.ts';

// Stands where the program under test would: it prints no key.
const program = '/bin/true';
const rigs: Rig[] = [];
const held: number[] = [];

async function startRig(options: Partial<Parameters<typeof Rig.start>[0]> = {}): Promise<Rig> {
  const rig = await Rig.start({ program, ...options });
  rigs.push(rig);
  return rig;
}

afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.stop()));
  held.splice(0).forEach(closeSync);
});

/** The command line of a process of its own that runs a script with `Rig` in scope. */
function ownerOf(script: string): Command {
  const module = JSON.stringify(join(import.meta.dirname, '../rig/rig.ts'));
  const source = `import { Rig } from ${module};\n${script}`;
  return [process.execPath, '--input-type=module-typescript', '-e', source];
}

/** The processes that are in a network namespace, by its link in /proc. */
function inhabitants(namespace: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && networkOf(pid) === namespace);
}

function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    // It has just ended.
    return undefined;
  }
}

/** Likewise, and keeps it for the test: the kernel gives the number of one that has gone to the next. */
function holdNetwork(pid: string): string {
  held.push(openSync(`/proc/${pid}/ns/net`, 'r'));
  return networkOf(pid) ?? '';
}

const MACHINE_FILES = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/etc/hosts',
  '/proc/self/mounts',
];
/** But for the names of network namespaces, which other tests make at the same time and a rig does not. */
const machine = (): string[] =>
  MACHINE_FILES.map((file) =>
    readFileSync(file, 'utf8').replace(/^\S+ \/run\/netns\S* .*\n/gm, ''),
  );

it('changes nothing on the machine and leaves no process behind', async () => {
  const before = machine();
  const rig = await startRig();
  const network = holdNetwork(String(rig.namespace.pid));
  expect(inhabitants(network).length).toBeGreaterThanOrEqual(3);
  expect(readFileSync(rig.namespace.path('/etc/passwd'), 'utf8')).toContain('alice');
  expect(machine()).toEqual(before);
  await rig.stop();
  await rig.stop();
  expect(inhabitants(network)).toEqual([]);
  expect(machine()).toEqual(before);
});

it('ends with its owner, even when nobody can clean up', async () => {
  const [node, ...args] = ownerOf(`const rig = await Rig.start({ program: '/bin/true' });
    console.log(rig.namespace.pid);`);
  const owner = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [pid] = (await once(owner.stdout.setEncoding('utf8'), 'data')) as [string];
  const network = holdNetwork(pid.trim());
  expect(inhabitants(network).length).toBeGreaterThanOrEqual(3);
  owner.kill('SIGKILL');
  await vi.waitFor(() => {
    expect(inhabitants(network)).toEqual([]);
  }, 10_000);
});

it('does not disturb another rig', async () => {
  const other = 'i-0aaaaaaaaaaaaaaaa';
  const [one, two] = await Promise.all([startRig(), startRig({ account: { instanceId: other } })]);
  const tag = '/sys/devices/virtual/dmi/id/board_asset_tag';
  const read = (rig: Rig): Promise<string> =>
    runOrThrow(rig.namespace.command(['cat', tag])).then((text) => text.trim());
  expect([await read(one), await read(two)]).toEqual([one.account.instanceId, other]);
  const key = await one.makeKey();
  await one.pushKey('alice', key);
  expect([one.cloudTrail().length, two.cloudTrail().length]).toEqual([1, 0]);
});

it('rejects with the words of the piece that does not start, and leaves nothing', async () => {
  const before = machine();
  const broken = startRig({ sshd: { config: ['NoSuchOption yes'] } });
  await expect(broken).rejects.toThrow(/sshd.*NoSuchOption/s);
  await expect(startRig({ program: '/no/such/program' })).rejects.toThrow(/\/no\/such\/program/);
  expect(machine()).toEqual(before);
});

it('does not keep its owner from ending when it does not start', async () => {
  const options = "{ program: '/bin/true', sshd: { config: ['NoSuchOption yes'] } }";
  const script = `await Rig.start(${options}).catch(() => console.log('rejected'));`;
  expect(await run(ownerOf(script), { timeout: 30_000 })).toMatchObject({
    status: 0,
    stdout: 'rejected\n',
  });
});

it('can take the firmware and the addresses of the metadata service away', async () => {
  const rig = await startRig();
  const tag = rig.namespace.path('/sys/devices/virtual/dmi/id/board_asset_tag');
  rig.setFirmware({ hypervisorUuid: 'ec2e1916-9099-7caf-fd21-012345abcdef' });
  expect(existsSync(tag)).toBe(false);
  expect(readFileSync(rig.namespace.path('/sys/hypervisor/uuid'), 'utf8')).toMatch(/^ec2/);
  const addresses = (): Promise<string> =>
    runOrThrow(rig.namespace.command(['ip', '-brief', 'address', 'show', 'lo']));
  await rig.setImdsAddress('ipv4', false);
  expect(await addresses()).not.toContain('169.254.169.254');
  await rig.reset();
  expect(await addresses()).toContain('169.254.169.254');
  expect(existsSync(tag)).toBe(true);
});
