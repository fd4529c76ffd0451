import { spawn } from 'node:child_process';

/** A program to run: no shell, stdin is /dev/null, working folder `/`. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** Only root can become somebody else; supplementary groups are dropped. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** The whole environment; without it, a plain one for administrators' tools in the C locale. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds until it is killed; 10 seconds without. */
  readonly limitMs?: number;
}

/** How a program ended. */
export interface CommandEnd {
  /** undefined when it could not be started, was killed or took too long; `problem` says which. */
  readonly status: number | undefined;
  readonly problem?: string;
  /** At most a mebibyte each. */
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

const LIMIT_MS = 10_000;
const MAX_OUTPUT = 1_048_576;

/** For administrators' tools: where they are, and words that can be read. */
const PLAIN_ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin',
  LC_ALL: 'C',
  SYSTEMD_PAGER: '',
};

/** Runs a program to its end as `Command` says; never rejects. */
export function runCommand(command: Command): Promise<CommandEnd> {
  const { limitMs = LIMIT_MS } = command;
  const begun = performance.now();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  return new Promise((resolve) => {
    const end = (status: number | undefined, problem?: string): void => {
      resolve({
        status,
        ...(problem === undefined ? {} : { problem }),
        stdout: collected(stdout),
        stderr: collected(stderr),
        milliseconds: Math.round(performance.now() - begun),
      });
    };
    let child;
    try {
      child = start(command, limitMs);
    } catch (error) {
      end(undefined, systemCode(error));
      return;
    }
    child.stdout.on('data', (chunk: Buffer) => {
      collect(stdout, chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      collect(stderr, chunk);
    });
    child.on('error', (error) => {
      end(undefined, `cannot be started: ${systemCode(error)}`);
    });
    child.on('close', (status, signal) => {
      if (status !== null) end(status);
      else end(undefined, `ended by ${signal ?? 'nobody'}, after at most ${limitMs} ms`);
    });
  });
}

function start({ argv, as, environment = PLAIN_ENVIRONMENT }: Command, limitMs: number) {
  const [program, ...args] = argv;
  return spawn(program, args, {
    cwd: '/',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // With these, libuv drops the supplementary groups as well.
    ...(as === undefined ? {} : { uid: as.uid, gid: as.gid }),
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
}

/** What is too much is read and dropped: a full pipe would stop the program. */
function collect(chunks: Buffer[], chunk: Buffer): void {
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (size < MAX_OUTPUT) chunks.push(chunk);
}

function collected(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).subarray(0, MAX_OUTPUT).toString('utf8');
}

function systemCode(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return String(error);
}
