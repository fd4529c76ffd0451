import { join } from 'node:path';
import { run, type Command, type CommandResult } from '../rig/run.ts';

const SRC = join(import.meta.dirname, '../../src');

/**
 * Runs the program from its sources, as a person does, for a command that asks neither IMDS nor the
 * hardware. A login may only run on a machine of its own.
 */
export async function runProgram(args: readonly string[]): Promise<CommandResult> {
  return run([process.execPath, join(SRC, 'main.ts'), ...args] as Command);
}

/** Ends what one call wrote, in both streams; no call writes it. */
const END = '\0';

/** Makes many calls in one process, which is most of what they cost; a thrown error has status null. */
export async function runCalls(
  calls: readonly (readonly string[])[],
): Promise<readonly CommandResult[]> {
  const program = `
    const load = (name) => import(${JSON.stringify(`${SRC}/`)} + name);
    const { runProgram } = await load('cli/program.ts');
    const { realEdges } = await load('edges.ts');
    const { Run } = await load('login/run.ts');
    const { writeSync } = await import('node:fs');
    for (const args of ${JSON.stringify(calls)}) {
      const status = await runProgram(args, realEdges(new Run())).catch((error) => void writeSync(2, String(error)));
      writeSync(1, ${JSON.stringify(END)} + (status ?? '') + ${JSON.stringify(END)});
      writeSync(2, ${JSON.stringify(END)});
    }`;
  const command: Command = [process.execPath, '--input-type=module', '--eval', program];
  const { stdout, stderr } = await run(command);
  const [written, said] = [stdout.split(END), stderr.split(END)];
  return calls.map((_, index) => {
    const status = written[2 * index + 1] ?? '';
    return {
      status: status === '' ? null : Number(status),
      signal: null,
      stdout: written[2 * index] ?? '',
      stderr: said[index] ?? '',
    };
  });
}
