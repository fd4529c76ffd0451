import { execFileSync } from 'node:child_process';

/** What a tool is called with besides its arguments. */
export interface RunOptions {
  readonly cwd?: string;
  /** Replaces the environment. */
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
}

/**
 * Runs a tool to its end and gives what it printed; its error output goes to the person's.
 * @throws Error if the tool is missing or ends with another status than 0
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Buffer {
  return execFileSync(command, args, {
    ...options,
    maxBuffer: 512 << 20,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
