/** What gate and program can touch while they wait for the metadata service. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it, vi } from 'vitest';
import { HELPER_USER } from '../rig/accounts.ts';
import { Launcher, LAUNCHER_PATH } from '../rig/launcher.ts';
import { HELPER_PATH } from '../rig/sshd.ts';
import { hang, on } from './imds-faults.ts';
import { useRig } from './login-rig.ts';
import { viewProcess, type ProcessView } from './process-view.ts';

const PROGRAM_FILE = '/opt/aws/bin/ec2-instance-connect';
const rig = useRig();

beforeAll(async () => {
  await Launcher.install(rig());
});

/** Starts a command as sshd does; its process id is the command's own. */
function start(path: string): ChildProcess {
  const [command, ...args] = rig().namespace.command(
    rig().helperCommand(['alice'], undefined, path),
  );
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Looks at the command while its first request hangs. The gate waits for 150 ms only: where it has gone on, again. */
async function viewWaiting(path: string, file: string): Promise<ProcessView> {
  for (;;) {
    await rig().emulator.setFaults([on('*', hang)]);
    await rig().emulator.resetCounters();
    const child = start(path);
    const ended = once(child, 'close');
    const pid = child.pid ?? 0;
    await vi.waitUntil(async () => (await rig().emulator.counters()).imds.requests > 0, 10_000);
    child.kill('SIGSTOP');
    // A signal takes its time to arrive: only what has stopped stands still.
    await vi.waitUntil(
      () => /^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
      10_000,
    );
    const view = viewProcess(pid);
    child.kill('SIGKILL');
    await ended;
    if (view.exe === file && view.descriptors.some((kind) => kind.startsWith('tcp'))) return view;
  }
}

/** What both have in common: no privilege, no way to one, and nobody but the metadata service to talk to. */
function expectHarmless(view: ProcessView): void {
  const passwd = readFileSync(rig().namespace.path('/etc/passwd'), 'utf8');
  const id = new RegExp(`^${HELPER_USER}:x:(\\d+):`, 'm').exec(passwd)?.[1] ?? '';
  expect(view).toMatchObject({
    cwd: '/',
    uids: [id, id, id, id],
    gids: [id, id, id, id],
    groups: '',
    capabilities: Array.from({ length: 4 }, () => '0000000000000000'),
    environment: ['USER', 'LOGNAME', 'HOME', 'PATH', 'LANG'],
    writableAndExecutable: [],
    catchesSigusr1: false,
  });
  expect(view.descriptors.filter((kind) => kind.startsWith('tcp'))).toEqual([
    'tcp to 169.254.169.254:80',
  ]);
  // A pipe may be the test's own; no other file is open, and no other socket.
  const others = view.descriptors.filter(
    (kind) => !/^(?:tcp|pipe|anon_inode|\/dev\/null)/.test(kind),
  );
  expect(others).toEqual([]);
}

/** The files whose code it can run, without the kernel's own pages. */
function codeOf({ executable }: ProcessView): readonly string[] {
  return executable.map((each) => each.split(' ')[1] ?? '').filter((file) => !file.startsWith('['));
}

it('the gate has one socket, one thread, and no code but its own', async () => {
  const view = await viewWaiting(LAUNCHER_PATH, LAUNCHER_PATH);
  expectHarmless(view);
  expect(view.threads).toHaveLength(1);
  expect(codeOf(view)).toEqual([LAUNCHER_PATH]);
});

it('the program has one socket, no file, and no code but what is in its files', async () => {
  const view = await viewWaiting(HELPER_PATH, PROGRAM_FILE);
  expectHarmless(view);
  const libraries = codeOf(view).filter((file) => file !== PROGRAM_FILE);
  expect(libraries.filter((file) => !/^\/usr\/lib\/\S+\.so[.0-9]*$/.test(file))).toEqual([]);
});
