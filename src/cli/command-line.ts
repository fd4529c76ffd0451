import type { Argv } from 'yargs';

/** A command as a person can type it; the program itself is the one without a path. */
export interface CommandLine {
  /** The words that choose it: `['sshd', 'enable']`. */
  readonly path: readonly string[];
  /** One line; empty for the program itself. */
  readonly describe: string;
  /** Positional arguments as the usage shows them: `<user>`, `[<fingerprint>]`. */
  readonly positionals: readonly string[];
  /** Options in the order of its help, without `--help` and `--version`. */
  readonly options: readonly CommandOption[];
  readonly commands: readonly CommandLine[];
}

/** An option of a command. */
export interface CommandOption {
  /** Without hyphens. */
  readonly name: string;
  readonly describe: string;
  readonly takesValue: boolean;
  /** Whether it may be given several times, each time with one value or more. */
  readonly isRepeatable: boolean;
  /** The values that it takes; empty where it takes any. */
  readonly choices: readonly string[];
  /** What is taken where it is not given, in words. */
  readonly default?: string;
}

/** What yargs 18 knows of the commands that it was given; its types leave this out. */
interface Registry {
  getOptions: () => {
    readonly key: Readonly<Record<string, unknown>>;
    readonly string: readonly string[];
    readonly array: readonly string[];
    readonly choices: Readonly<Record<string, readonly string[] | undefined>>;
    readonly default: Readonly<Record<string, unknown>>;
    readonly hiddenOptions: readonly string[];
    readonly defaultDescription: Readonly<Record<string, string | undefined>>;
  };
  getInternalMethods: () => {
    getCommandInstance: () => {
      getCommandHandlers: () => Readonly<Record<string, Handler>>;
    };
    getUsageInstance: () => { getDescriptions: () => Readonly<Record<string, string | undefined>> };
  };
}

interface Handler {
  readonly original: string;
  /** False for a hidden command. */
  readonly description: string | false;
  /** An object where the command has no options of its own. */
  readonly builder: ((argv: Argv) => unknown) | object;
}

/**
 * Reads the commands and options that a yargs instance was given, so that whatever tells of them (suggestions,
 * completions, manual pages) has no list of its own. Hidden ones are left out.
 * @param argv an instance that has all its commands and has parsed nothing
 * @param make makes an empty instance, for each command's own options
 */
export function describeCommandLine(argv: Argv, make: () => Argv): CommandLine {
  return describe(argv, make, { path: [], describe: '', positionals: [] });
}

/** The command that the first words of a call choose, and how many words that takes. */
export function commandOf(
  args: readonly string[],
  program: CommandLine,
): { readonly command: CommandLine; readonly words: number } {
  let command = program;
  let words = 0;
  for (const word of args) {
    const next = command.commands.find(({ path }) => path.at(-1) === word);
    if (next === undefined) break;
    command = next;
    words += 1;
  }
  return { command, words };
}

function describe(
  argv: Argv,
  make: () => Argv,
  command: Pick<CommandLine, 'path' | 'describe' | 'positionals'>,
): CommandLine {
  const registry = argv as unknown as Registry;
  const internals = registry.getInternalMethods();
  const { key, string, array, choices, hiddenOptions, ...defaults } = registry.getOptions();
  const descriptions = internals.getUsageInstance().getDescriptions();
  const positionals = command.positionals.map((each) => each.replace(/[[\]<>. ]/g, ''));
  const left = new Set(['help', 'version', 'h', 'V', ...hiddenOptions, ...positionals]);
  const options = Object.keys(key)
    .filter((name) => !left.has(name))
    .map((name): CommandOption => {
      const standard = defaultOf(name, defaults);
      return {
        name,
        describe: descriptions[name] ?? '',
        takesValue: string.includes(name),
        isRepeatable: array.includes(name),
        choices: choices[name] ?? [],
        ...(standard === undefined ? {} : { default: standard }),
      };
    });
  const handlers = Object.entries(internals.getCommandInstance().getCommandHandlers());
  const commands = handlers.flatMap(([name, { original, description, builder }]) => {
    if (description === false) return [];
    const path = [...command.path, name];
    const own = { path, describe: description, positionals: positionalsOf(original) };
    const built = typeof builder === 'function' ? (builder(make()) as Argv) : make();
    return [describe(built, make, own)];
  });
  return { ...command, options, commands };
}

/** Blanks within brackets are part of a positional argument. */
function positionalsOf(original: string): readonly string[] {
  return original.split(/ (?![^[]*\])/).slice(1);
}

/** A switch is off and a list is empty by default, which needs no words. */
function defaultOf(
  name: string,
  options: Pick<ReturnType<Registry['getOptions']>, 'default' | 'defaultDescription'>,
): string | undefined {
  const { [name]: value } = options.default;
  return options.defaultDescription[name] ?? (typeof value === 'string' ? value : undefined);
}
