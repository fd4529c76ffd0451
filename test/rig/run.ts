import { spawn, type ChildProcessByStdio, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** How a command ended, and what it said. */
export interface CommandResult {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The first word is the program. */
export type Command = readonly [string, ...string[]];

/** How a command is run. */
export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env'> {
  /** What the command reads; /dev/null when left out. */
  readonly input?: string;
  /** Ends the command with SIGKILL after so many milliseconds; 60 s when left out. */
  readonly timeout?: number;
}

/** Runs a command to its end; rejects only when it cannot be started. */
export async function run(command: Command, options: RunOptions = {}): Promise<CommandResult> {
  const [program, ...args] = command;
  const { input, timeout = 60_000, ...rest } = options;
  const child = spawn(program, args, {
    ...rest,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  // A command that does not read its input closes it: that is its affair.
  child.stdin?.on('error', () => undefined).end(input);
  const [stdout, stderr, [status, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { status, signal, stdout, stderr };
}

/** Runs a command that must succeed; rejects with what it said when it does not. Returns its stdout. */
export async function runOrThrow(command: Command, options: RunOptions = {}): Promise<string> {
  const { status, signal, stdout, stderr } = await run(command, options);
  if (status === 0) return stdout;
  throw new Error(`${command.join(' ')}: ended with ${status ?? signal ?? '?'}: ${stderr.trim()}`);
}
