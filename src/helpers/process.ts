import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { HelperEvent } from './helpers.ts';
import { MAX_OUTPUT_BYTES } from './output.ts';

/** How a helper ended: its output when it ended well, and what the log should say. */
export interface Ended {
  readonly output: Buffer | undefined;
  readonly events: readonly Omit<HelperEvent, 'helper'>[];
}

/**
 * After a helper has ended, how long a process that it left behind (and that escaped from its
 * process group) may keep us from seeing the end of the output, in milliseconds. What the helper
 * itself wrote is in the pipe by then.
 */
const DRAIN_MS = 100;

/** The variables that sshd gives its commands (subprocess() in OpenSSH's misc.c). */
const SSHD_ENVIRONMENT = ['PATH', 'USER', 'LOGNAME', 'HOME', 'LANG'];

type HelperProcess = ChildProcessByStdio<null, Readable, null>;

/**
 * Runs a program as sshd would: no shell, /dev/null as stdin and stderr, `/` as working folder,
 * sshd's environment. It gets a process group of its own, which is killed when it ends, prints more
 * than MAX_OUTPUT_BYTES, or reaches the time limit.
 *
 * @param limitMs in milliseconds
 * @returns the output only for exit status 0; every other end throws it away, as sshd does
 */
export function runProgram(path: string, args: readonly string[], limitMs: number): Promise<Ended> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(path, args, {
        stdio: ['ignore', 'pipe', 'ignore'],
        cwd: '/',
        env: sshdEnvironment(process.env),
        detached: true,
      });
    } catch (error) {
      resolve(failure('helper-cannot-start', String(error)));
      return;
    }
    if (hasOutput(child)) {
      supervise(child, Math.max(limitMs, 0), resolve);
      return;
    }
    // Without a descriptor left (EMFILE, ENFILE) spawn does not throw: the child has no streams, and
    // the error comes as an event.
    child.on('error', (error) => {
      resolve(failure('helper-cannot-start', error.message));
    });
  });
}

/**
 * Looks a user's home folder up with getent(1), so that every name service of the host counts.
 *
 * @returns an absolute path, or undefined
 */
export async function homeOf(user: string, limitMs: number): Promise<string | undefined> {
  const ended = await runProgram('/usr/bin/getent', ['passwd', '--', user], limitMs);
  const [name, , , , , home] = ended.output?.toString('utf8').split('\n')[0]?.split(':') ?? [];
  return name !== undefined && home?.startsWith('/') ? home : undefined;
}

// The stream is null by its type and undefined in fact.
function hasOutput(child: ChildProcess): child is HelperProcess {
  return Boolean(child.stdout);
}

function supervise(child: HelperProcess, limitMs: number, resolve: (ended: Ended) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let status: string | undefined;
  let drain: NodeJS.Timeout | undefined;
  const finish = (ended: Ended): void => {
    clearTimeout(limit);
    clearTimeout(drain);
    // Once the helper has been waited for, its group was killed, and the number may be another's.
    if (status === undefined) killGroup(child);
    child.stdout.destroy();
    resolve(ended);
  };
  const output = (events: Ended['events'] = []): Ended =>
    status === '0'
      ? { output: Buffer.concat(chunks), events }
      : failure('helper-failed', `expected exit status 0, got ${status ?? 'none'}`);
  const late = failure('helper-timeout', `expected an end within ${Math.round(limitMs)} ms`);
  const limit = setTimeout(finish, limitMs, late);
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= MAX_OUTPUT_BYTES) return;
    finish(failure('helper-output-too-large', `expected at most ${MAX_OUTPUT_BYTES} bytes`));
  });
  child.on('error', (error) => {
    finish(failure('helper-cannot-start', error.message));
  });
  child.on('exit', (code, signal) => {
    status = String(code ?? signal);
    killGroup(child);
    drain = setTimeout(() => {
      const detail = 'a process that it left behind keeps its output open';
      finish(output([{ code: 'helper-left-open', detail }]));
    }, DRAIN_MS);
  });
  child.on('close', () => {
    finish(output());
  });
}

function failure(code: HelperEvent['code'], detail: string): Ended {
  return { output: undefined, events: [{ code, detail }] };
}

function sshdEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    SSHD_ENVIRONMENT.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

// The group outlives its leader while any of its processes lives; ESRCH says that none does.
function killGroup(child: HelperProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // nothing is left of it
  }
}
