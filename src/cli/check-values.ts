/** What a person gave as the values of options, judged before yargs reads them, whose words nobody should meet. Pure. */
import { UsageError } from './command.ts';
import type { CommandLine, CommandOption } from './command-line.ts';

/**
 * Each option that takes a value has one, which is not empty and one of its choices, and is given once unless it is
 * repeatable; a switch has none. Options that the command does not have are left to others.
 * @param args the arguments behind the command's words
 * @throws UsageError that names the option, what was expected and what was found
 */
export function checkValues(args: readonly string[], { options }: CommandLine): void {
  const seen = new Set<CommandOption>();
  for (const [index, word] of args.entries()) {
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = options.find((each) => each.name === name);
    if (option === undefined) continue;
    if (seen.has(option) && option.takesValue && !option.isRepeatable) {
      throw new UsageError(`--${option.name}: given more than once`);
    }
    seen.add(option);
    checkOne(option, inline === undefined ? args.slice(index + 1) : [inline], inline);
  }
}

function checkOne(
  option: CommandOption,
  following: readonly string[],
  inline: string | undefined,
): void {
  const { name, takesValue, isRepeatable, choices } = option;
  if (!takesValue) {
    if (inline === undefined || /^(true|false)$/.test(inline)) return;
    throw new UsageError(`--${name}: expected no value, got "${inline}"`);
  }
  const end = inline === undefined ? following.findIndex(isOption) : 1;
  const values = following.slice(0, end === -1 ? undefined : end);
  if (values.length === 0) throw new UsageError(`--${name}: expected a value`);
  for (const value of isRepeatable ? values : values.slice(0, 1)) {
    if (value === '') throw new UsageError(`--${name}: expected a value, got ""`);
    if (choices.length > 0 && !choices.includes(value)) {
      throw new UsageError(`--${name}: expected ${oneOf(choices)}, got "${value}"`);
    }
  }
}

/** A negative number is a value, as it is for yargs. */
function isOption(word: string): boolean {
  return word.startsWith('-') && !/^-[0-9]/.test(word);
}

/** As a sentence lists them: `text, json or prometheus`. */
function oneOf(choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  const others = choices.slice(0, -1);
  return others.length === 0 ? last : `${others.join(', ')} or ${last}`;
}
