import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The roots that `build.sh` makes: Debian 11, 12 and 13. */
export type RootName = 'bullseye' | 'bookworm' | 'trixie';

/** How a command ended: exit status (128 + signal number when killed) and what it wrote. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a machine is booted with. */
export interface MachineOptions {
  readonly root: RootName;
  /** The id that the machine's DMI names; without it the machine has no DMI. */
  readonly instanceId?: string;
  /** Further arguments of systemd-nspawn, such as `--bind-ro=FROM:TO`. */
  readonly nspawn?: readonly string[];
  /** Commands run in the new network namespace before boot, such as `ip addr add`. */
  readonly network?: readonly (readonly string[])[];
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BOOT_LIMIT_MS = 60_000;
let booted = 0;

/** Where the absolute folder of a root is; builds the root first where it is missing. */
export async function testRoot(name: RootName): Promise<string> {
  const built = await command([`${HERE}build.sh`, name]);
  if (built.status !== 0) throw new Error(`cannot build root ${name}: ${built.stderr}`);
  return built.stdout.trim();
}

/**
 * Runs a command on this machine and collects its output (at most 16 MiB); never throws for a
 * status other than 0.
 */
export function command(argv: readonly string[], input?: string): Promise<CommandResult> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = execFile(file, args, { maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ status: code, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined).end(input ?? '');
  });
}

/** A Debian that really booted (systemd, journald, logind, sshd) over an unchanged root. */
export class Machine {
  /** The network namespace that it lives in; `lo` is up, nothing else is. */
  readonly netns: string;
  /** Process id, on this side, of the machine's init. */
  readonly leader: number;
  readonly #process: ChildProcess;

  private constructor(netns: string, leader: number, process: ChildProcess) {
    this.netns = netns;
    this.leader = leader;
    this.#process = process;
  }

  /** Boots a machine and waits until systemd says that it runs (a failed unit does not matter). */
  static async boot(options: MachineOptions): Promise<Machine> {
    const root = await testRoot(options.root);
    booted += 1;
    const name = `eic-${options.root}-${process.pid}-${Date.now() % 100_000}-${booted}`;
    await must(['ip', 'netns', 'add', name]);
    await must(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
    for (const argv of options.network ?? []) await must(['ip', 'netns', 'exec', name, ...argv]);
    const id = options.instanceId === undefined ? [] : ['-i', options.instanceId];
    const args = [...id, name, root, name, ...(options.nspawn ?? [])];
    const child = spawn(`${HERE}boot.sh`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    try {
      const leader = await findInit(child);
      const machine = new Machine(name, leader, child);
      await machine.#booted();
      return machine;
    } catch (error) {
      await Machine.#end(child, name);
      throw new Error(`${name} did not boot: ${Buffer.concat(output).toString()}`, {
        cause: error,
      });
    }
  }

  /** Runs a command inside as root, with a clean environment; `input` goes to its stdin. */
  run(argv: readonly string[], input?: string): Promise<CommandResult> {
    const enter = ['nsenter', '-t', String(this.leader), '-m', '-u', '-i', '-n', '-p', '-r', '-w'];
    const env = ['/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'];
    return command([...enter, ...env, ...argv], input);
  }

  /** Runs a shell script inside and demands status 0; returns its stdout. */
  async sh(script: string): Promise<string> {
    const result = await this.run(['/bin/sh', '-eu', '-c', script]);
    if (result.status !== 0) {
      throw new Error(`status ${result.status} of: ${script}\n${result.stdout}${result.stderr}`);
    }
    return result.stdout;
  }

  /** Runs a command of this side in the machine's network: ssh clients, servers, probes. */
  outside(argv: readonly string[], input?: string): Promise<CommandResult> {
    return command(['ip', 'netns', 'exec', this.netns, ...argv], input);
  }

  /** Where a file of the machine is seen from this side; not for absolute symbolic links. */
  path(inside: string): string {
    return `/proc/${this.leader}/root${inside}`;
  }

  /** Stops the machine and takes away its namespace and control group. */
  async stop(): Promise<void> {
    await Machine.#end(this.#process, this.netns);
  }

  async #booted(): Promise<void> {
    await poll(async () => {
      const state = await this.run(['systemctl', 'is-system-running', '--wait']);
      return /^(running|degraded)$/m.test(state.stdout);
    });
  }

  static async #end(child: ChildProcess, netns: string): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await command(['ip', 'netns', 'delete', netns]);
  }
}

async function must(argv: readonly string[]): Promise<void> {
  const result = await command(argv);
  if (result.status !== 0) throw new Error(`${argv.join(' ')}: ${result.stderr}`);
}

// Neither the container's init nor its bus can announce itself to a process outside of it.
async function poll(ready: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + BOOT_LIMIT_MS;
  while (!(await ready())) {
    if (Date.now() > limit) throw new Error(`not ready after ${BOOT_LIMIT_MS} ms`);
    await delay(50);
  }
}

/** The descendant of the boot script that is process 1 of its own process namespace. */
async function findInit(child: ChildProcess): Promise<number> {
  let found: number | undefined;
  await poll(() => {
    if (child.exitCode !== null) throw new Error(`ended with status ${child.exitCode}`);
    found = child.pid === undefined ? undefined : descendants(child.pid).find(isInit);
    return Promise.resolve(found !== undefined);
  });
  return found ?? 0;
}

function descendants(pid: number): number[] {
  const children = procFile(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return children.map(Number).flatMap((each) => [each, ...descendants(each)]);
}

function isInit(pid: number): boolean {
  return /^NSpid:(\t\d+)+\t1$/m.test(procFile(`/proc/${pid}/status`));
}

// A process may end between being listed and being read.
function procFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
