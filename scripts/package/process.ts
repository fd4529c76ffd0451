import { spawnSync } from 'node:child_process';

/** What a tool is called with besides its arguments. */
export interface RunOptions {
  readonly cwd?: string;
  /** Replaces the environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a tool to its end and gives what it printed.
 * @throws Error with what it said if it is missing or ends with another status than 0
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Buffer {
  const { error, signal, status, stdout, stderr } = spawnSync(command, args, {
    ...options,
    maxBuffer: 512 << 20,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw error;
  if (status !== 0) {
    const words = Buffer.concat([stdout, stderr]).toString().trim();
    throw new Error(
      `${command} ${args.join(' ')}: ended with ${status ?? signal ?? '?'}: ${words}`,
    );
  }
  return stdout;
}
