import { didYouMean, nearestNames } from '../system/nearest-names.ts';
import type { CommandLine } from './command-line.ts';

/**
 * What is wrong with a call, in place of yargs' words where these can be bettered: an unknown word is named as it was
 * typed, with the command or option that was probably meant.
 * @param message yargs' or a command's message, lower case
 * @param args the arguments of the call
 * @param command the command that was called
 */
export function explainWrongCall(
  message: string,
  args: readonly string[],
  command: CommandLine,
): string {
  const [, count] = /^not enough non-option arguments: got ([0-9]+)/.exec(message) ?? [];
  if (count !== undefined) return missing(args, command, count);
  const [, names] = /^unknown (?:argument|command)s?: (.*)$/s.exec(message) ?? [];
  if (names === undefined) return message;
  const wrong = args.find((word) => isUnknown(word, names.split(', ')));
  if (wrong === undefined) return message;
  if (wrong.startsWith('-')) return option(wrong, command);
  if (command.commands.length === 0) return `unexpected argument: "${wrong}"`;
  const near = nearestNames(
    wrong,
    command.commands.map(({ path }) => path.at(-1) ?? ''),
  );
  return `unknown command: "${wrong}"${didYouMean(near)}`;
}

/** An unknown option is the better thing to name: it may be why an argument is missing. */
function missing(args: readonly string[], command: CommandLine, count: string): string {
  const known = command.options.map(({ name }) => name);
  const wrong = args.find((word) => word.startsWith('-') && !known.includes(nameOf(word)));
  if (wrong !== undefined) return option(wrong, command);
  return `expected ${command.positionals.join(' ')}, got ${count} arguments`;
}

function option(wrong: string, { options }: CommandLine): string {
  const name = nameOf(wrong);
  const known = [...options.map((each) => each.name), 'help', 'version'];
  const exact = known.filter((each) => each === name);
  // "-explain" has the right letters; that they are one word is what it lacks.
  const near = exact.length > 0 ? exact : nearestNames(name, known);
  const words = near.map((each) => `--${each}`);
  return `unknown option: ${wrong.split('=', 1)[0] ?? ''}${didYouMean(words)}`;
}

/** yargs names an option without hyphens, and takes `-word` for as many options as it has letters. */
function isUnknown(word: string, names: readonly string[]): boolean {
  if (names.includes(word)) return true;
  if (!word.startsWith('-')) return false;
  const name = nameOf(word);
  if (names.includes(name)) return true;
  return /^-[A-Za-z]/.test(word) && Array.from(name).some((letter) => names.includes(letter));
}

function nameOf(word: string): string {
  return (word.split('=', 1)[0] ?? '').replace(/^--?/, '');
}
