import type { CommandLine } from '../../src/cli/command-line.ts';

/** Every command that does something, in the order of the help. Pure. */
export function leaves(command: CommandLine): readonly CommandLine[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}
