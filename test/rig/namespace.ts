import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runOrThrow, type Command } from './run.ts';

/** What `Namespace.open` needs to know. */
export interface NamespaceOptions {
  /** The program under test on this machine; installed as /opt/aws/bin/ec2-instance-connect. */
  readonly program: string;
  /** The instance's own IPv4 addresses, on lo. */
  readonly addresses: readonly string[];
}

/** A process that runs inside until it is stopped. */
export interface Service {
  /** Its process id inside. */
  readonly pid: number;
  /** The line of stdout or stderr by which it said that it was ready. */
  readonly readyLine: string;
  /** Everything that it wrote since, stdout and stderr alike. */
  readonly lines: readonly string[];
  /** Ends it with SIGTERM and waits until it is gone. Does nothing the second time. */
  readonly stop: () => Promise<void>;
}

/**
 * A network, mount and PID namespace with a private view of the machine (see holder.sh). It lives until
 * `close`, or until this process ends in whatever way: then every process inside ends with it, and no
 * namespace, mount or file remains.
 */
export class Namespace {
  readonly #holder: ChildProcessWithoutNullStreams;
  /** The holder in the /proc of this machine. */
  readonly pid: number;

  private constructor(holder: ChildProcessWithoutNullStreams, pid: number) {
    this.#holder = holder;
    this.pid = pid;
  }

  /** Makes the namespaces; rejects with the holder's words when that fails (it needs root). */
  static async open({ program, addresses }: NamespaceOptions): Promise<Namespace> {
    const script = join(import.meta.dirname, 'holder.sh');
    const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child'];
    // Its own session: Ctrl-C is for the owner, who may still have things to say.
    const holder = spawn('unshare', [...flags, 'sh', script, program, ...addresses], {
      detached: true,
    });
    const line = await firstMatch(holder, /^ready \d+$/, 'the namespace holder');
    return new Namespace(holder, Number(line.readyLine.slice('ready '.length)));
  }

  /** A path inside, as this machine can open it; Unix sockets can be reached through it too. */
  path(inside: string): string {
    return join(`/proc/${this.pid}/root`, inside);
  }

  /** The command line that runs a command inside, as root, from /. Its process id is the command's own. */
  command(command: Command): Command {
    // The holder's root, for that of the mount namespace is another one where this machine is a chroot.
    const target = ['--target', String(this.pid), '--net', '--mount', '--root', '--wd'];
    return ['nsenter', ...target, '--', ...command];
  }

  /**
   * Starts a process inside that ends with the namespace at the latest, and waits until it writes a line
   * that matches `ready`; rejects with its words when it ends before.
   */
  async startService(command: Command, ready: RegExp): Promise<Service> {
    const [nsenter, ...rest] = this.command(['sh', '-c', 'echo "$$"; exec "$@"', 'sh', ...command]);
    const child = spawn(nsenter, ['--pid', ...rest], { detached: true });
    const { readyLine, lines } = await firstMatch(child, ready, command[0]);
    const pid = lines[0] ?? '';
    let stopping: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      if (hasEnded(child)) return;
      const ended = once(child, 'close');
      // nsenter passes no signal on.
      await runOrThrow(['nsenter', '--target', String(this.pid), '--pid', '--', 'kill', pid]);
      await ended;
    };
    return { pid: Number(pid), readyLine, lines, stop: () => (stopping ??= stop()) };
  }

  /** Ends everything inside and waits until it is gone. Does nothing the second time. */
  async close(): Promise<void> {
    if (hasEnded(this.#holder)) return;
    const ended = once(this.#holder, 'close');
    this.#holder.stdin.end();
    await ended;
  }
}

function hasEnded(child: ChildProcessWithoutNullStreams): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Collects a child's lines; resolves at the first that matches, rejects when the child ends before. */
function firstMatch(
  child: ChildProcessWithoutNullStreams,
  pattern: RegExp,
  name: string,
): Promise<{ readyLine: string; lines: readonly string[] }> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (pattern.test(line)) resolve({ readyLine: line, lines });
      });
    }
    child.on('error', reject);
    child.on('close', (status, signal) => {
      const words = lines.join('\n');
      reject(
        new Error(`${name} ended with ${status ?? signal ?? '?'} before it was ready: ${words}`),
      );
    });
  });
}
