import { spawn, spawnSync, type ChildProcess } from 'node:child_process';

/** A program to run: no shell, no terminal, working folder `/`, only the descriptors 0 to 2. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** The file that is run, where it is not what argv[0] says: a link's target, called by the link. */
  readonly program?: string;
  /** Only root can become somebody else; supplementary groups are dropped. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** The whole environment; without it, a plain one for administrators' tools in the C locale. */
  readonly environment?: Readonly<NodeJS.ProcessEnv>;
  /** Milliseconds until it is killed; 10 seconds without. */
  readonly limitMs?: number;
  /** What it reads; /dev/null without. */
  readonly stdin?: string;
  /** What is kept of its output; everything else goes to /dev/null. Both streams without. */
  readonly keep?: 'both' | 'stdout' | 'nothing';
  /** More than this many bytes of a stream are its end; without, what is too much is dropped. */
  readonly maxOutput?: number;
}

/** How a program ended, with all that it printed. */
export interface ProgramEnd {
  readonly ending: 'exited' | 'signalled' | 'cannot-start' | 'too-late' | 'too-much';
  /** Exit status; undefined unless it exited. */
  readonly status: number | undefined;
  /** What is to be said where it did not exit: lower case, no full stop. */
  readonly problem: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Whether a process that it left behind kept its output open. */
  readonly leftOpen: boolean;
  readonly milliseconds: number;
}

/** How a program ended, its output as text. */
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
const MAX_KEPT = 1_048_576;

/**
 * After a program has ended, how long a process that it left behind (and that escaped from its
 * process group) may keep us from seeing the end of the output, in milliseconds. What the program
 * itself wrote is in the pipe by then.
 */
const DRAIN_MS = 100;

/** For administrators' tools: where they are, and words that can be read. */
const PLAIN_ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin',
  LANG: 'C',
  LC_ALL: 'C',
  SYSTEMD_PAGER: '',
};

/**
 * Runs a program to its end in a process group of its own, which is killed when it ends, prints more
 * than it may, or reaches the time limit. Never rejects.
 */
export function runProgram(command: Command): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let child: ChildProcess;
    try {
      child = start(command);
    } catch (error) {
      resolve(cannotStart(error, begun));
      return;
    }
    // Without a descriptor left (EMFILE, ENFILE) spawn does not throw: the child has no streams, and
    // the error comes as an event.
    if (child.pid === undefined) {
      child.on('error', (error) => {
        resolve(cannotStart(error, begun));
      });
      return;
    }
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(command.stdin);
    new Supervision(child, command, begun, resolve).begin();
  });
}

/** Runs a program to its end as `runProgram` does, its output as text. */
export async function runCommand(command: Command): Promise<CommandEnd> {
  const { status, problem, stdout, stderr, milliseconds } = await runProgram(command);
  return {
    status,
    ...(problem === undefined ? {} : { problem }),
    stdout: stdout.toString('utf8'),
    stderr: stderr.toString('utf8'),
    milliseconds,
  };
}

/** The same while everything else waits, for whoever changes the host one step after the other. */
export function runCommandSync(command: Command): CommandEnd {
  const begun = performance.now();
  const { limitMs = LIMIT_MS, as } = command;
  const [name, ...args] = command.argv;
  const { program = name } = command;
  const ended = spawnSync(program, args, {
    argv0: name,
    ...(as === undefined ? {} : { uid: as.uid, gid: as.gid }),
    cwd: '/',
    env: command.environment ?? PLAIN_ENVIRONMENT,
    encoding: 'utf8',
    maxBuffer: MAX_KEPT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  const problem = ended.status === null ? (ended.error?.message ?? ended.signal) : undefined;
  return {
    status: ended.status ?? undefined,
    ...(problem === undefined || problem === null ? {} : { problem }),
    stdout: textOf(ended.stdout),
    stderr: textOf(ended.stderr),
    milliseconds: Math.round(performance.now() - begun),
  };
}

/** The streams are null, against their type, where the program could not be started. */
function textOf(stream: string | null): string {
  return stream ?? '';
}

function start(command: Command): ChildProcess {
  const [name, ...args] = command.argv;
  const { program = name } = command;
  const { as, environment = PLAIN_ENVIRONMENT, keep = 'both' } = command;
  return spawn(program, args, {
    argv0: name,
    cwd: '/',
    env: environment,
    stdio: [
      command.stdin === undefined ? 'ignore' : 'pipe',
      keep === 'nothing' ? 'ignore' : 'pipe',
      keep === 'both' ? 'pipe' : 'ignore',
    ],
    // With these, libuv drops the supplementary groups as well.
    ...(as === undefined ? {} : { uid: as.uid, gid: as.gid }),
    detached: true,
  });
}

/** One stream of a program's output. */
class Output {
  readonly #chunks: Buffer[] = [];
  size = 0;

  add(chunk: Buffer): void {
    // What is too much is read and dropped: a full pipe would stop the program.
    if (this.size < MAX_KEPT) this.#chunks.push(chunk);
    this.size += chunk.length;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(0, MAX_KEPT);
  }
}

class Supervision {
  readonly #child: ChildProcess;
  readonly #command: Command;
  readonly #begun: number;
  readonly #resolve: (end: ProgramEnd) => void;
  readonly #stdout = new Output();
  readonly #stderr = new Output();
  #limit: NodeJS.Timeout | undefined;
  #drain: NodeJS.Timeout | undefined;
  #exit: { readonly code: number | null; readonly signal: string | null } | undefined;

  constructor(
    child: ChildProcess,
    command: Command,
    begun: number,
    resolve: (end: ProgramEnd) => void,
  ) {
    this.#child = child;
    this.#command = command;
    this.#begun = begun;
    this.#resolve = resolve;
  }

  begin(): void {
    const { limitMs = LIMIT_MS } = this.#command;
    this.#limit = setTimeout(
      () => {
        this.#finish('too-late', `expected an end within ${Math.round(limitMs)} ms`);
      },
      Math.max(limitMs, 0),
    );
    this.#listen(this.#child.stdout, this.#stdout);
    this.#listen(this.#child.stderr, this.#stderr);
    this.#child.on('error', (error) => {
      this.#finish('cannot-start', systemCode(error));
    });
    this.#child.on('exit', (code, signal) => {
      this.#exit = { code, signal };
      killGroup(this.#child);
      this.#drain = setTimeout(() => {
        this.#finishExit(true);
      }, DRAIN_MS);
    });
    this.#child.on('close', () => {
      this.#finishExit(false);
    });
  }

  #listen(stream: ChildProcess['stdout'], output: Output): void {
    const { maxOutput } = this.#command;
    stream?.on('data', (chunk: Buffer) => {
      output.add(chunk);
      if (maxOutput === undefined || output.size <= maxOutput) return;
      this.#finish('too-much', `expected at most ${maxOutput} bytes`);
    });
  }

  #finishExit(leftOpen: boolean): void {
    const { code = null, signal = null } = this.#exit ?? {};
    if (code !== null) this.#finish('exited', undefined, leftOpen);
    else this.#finish('signalled', `ended by ${signal ?? 'nobody'}`, leftOpen);
  }

  #finish(ending: ProgramEnd['ending'], problem: string | undefined, leftOpen = false): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#drain);
    // Once the program has been waited for, its group was killed, and the number may be another's.
    if (this.#exit === undefined) killGroup(this.#child);
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#resolve({
      ending,
      status: ending === 'exited' ? (this.#exit?.code ?? undefined) : undefined,
      problem,
      stdout: this.#stdout.bytes,
      stderr: this.#stderr.bytes,
      leftOpen,
      milliseconds: Math.round(performance.now() - this.#begun),
    });
  }
}

function cannotStart(error: unknown, begun: number): ProgramEnd {
  const nothing = Buffer.alloc(0);
  return {
    ending: 'cannot-start',
    status: undefined,
    problem: `cannot be started: ${systemCode(error)}`,
    stdout: nothing,
    stderr: nothing,
    leftOpen: false,
    milliseconds: Math.round(performance.now() - begun),
  };
}

// The group outlives its leader while any of its processes lives; ESRCH says that none does.
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // nothing is left of it
  }
}

function systemCode(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return String(error);
}
