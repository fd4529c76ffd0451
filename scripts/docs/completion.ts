/** Completion for bash, zsh and fish, from the commands and options that the program has. Pure. */
import type { CommandLine, CommandOption } from '../../src/cli/command-line.ts';

/** What the value of an option is, where a shell can list it. */
const VALUES: Readonly<Record<string, 'user' | 'file' | 'folder'>> = {
  user: 'user',
  'try-user': 'user',
  'try-key': 'file',
  metrics: 'file',
  keys: 'file',
  'signer-cert': 'file',
  'signer-ocsp': 'folder',
  'trust-anchors': 'file',
};
const NAME = 'ec2-instance-connect';
const MADE = '# Made by "npm run docs" from the options of the program.';

/** Every command below the program, groups before what is in them. */
function all({ commands }: CommandLine): readonly CommandLine[] {
  return commands.flatMap((command) => [command, ...all(command)]);
}

function kindOf(
  option: CommandOption,
): 'user' | 'file' | 'folder' | 'choice' | 'value' | undefined {
  if (!option.takesValue) return undefined;
  return option.choices.length > 0 ? 'choice' : (VALUES[option.name] ?? 'value');
}

function namesOf(command: CommandLine): readonly string[] {
  return command.commands.map(({ path }) => path.at(-1) ?? '');
}

function takesUser({ positionals }: CommandLine): boolean {
  return positionals[0] === '<user>';
}

/** For bash-completion; needs nothing of it. */
export function bashCompletion(program: CommandLine): string {
  const groups = [program, ...all(program)];
  const cases = groups.map((command) => {
    const words = [
      ...namesOf(command),
      ...command.options.map(({ name }) => `--${name}`),
      '--help',
      '--version',
    ];
    const users = takesUser(command) ? ' users=yes' : '';
    return `    '${command.path.join(' ')}') words='${words.join(' ')}'${users} ;;`;
  });
  const paths = groups.filter(({ commands }) => commands.length > 0);
  const steps = paths.flatMap((command) =>
    namesOf(command).map((name) => `'${[...command.path, name].join(' ')}'`),
  );
  const byKind = (kind: string): string => optionsOf(program, kind).join(' | ');
  const choices = withChoices(program).map(
    ({ name, choices: words }) =>
      `    --${name})\n      mapfile -t COMPREPLY < <(compgen -W '${words.join(' ')}' -- "$current")\n      return\n      ;;\n`,
  );
  return `# bash completion for ${NAME}(8)
${MADE}
_ec2_instance_connect() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' words='' users=no arguments=0 word
  COMPREPLY=()
  case $before in
    ${byKind('user')})
      mapfile -t COMPREPLY < <(compgen -u -- "$current")
      return
      ;;
    ${byKind('file')})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ${byKind('folder')})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
${choices.join('')}    ${byKind('value')}) return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${command:+$command }$word" in
      ${steps.join(' | ')})
        command="\${command:+$command }$word" ;;
      *) [[ $word == -* ]] || arguments=$((arguments + 1)) ;;
    esac
  done
  case $command in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ $users == yes && $arguments == 0 && $current != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -u -- "$current")
  fi
}
complete -F _ec2_instance_connect ${NAME}
`;
}

/** Options that take one of a few words, each once: an option is the same wherever it is taken. */
function withChoices(program: CommandLine): readonly CommandOption[] {
  const options = all(program).flatMap(({ options: own }) => own);
  const each = new Map(options.map((option) => [option.name, option]));
  return [...each.values()].filter((option) => option.choices.length > 0);
}

/** Options whose value is of a kind, with their hyphens, each once. */
function optionsOf(program: CommandLine, kind: string): readonly string[] {
  const options = all(program).flatMap(({ options: own }) => own);
  const names = options.filter((option) => kindOf(option) === kind).map(({ name }) => `--${name}`);
  return [...new Set(names)];
}

const ZSH_ACTIONS = {
  user: ':user:_users',
  file: ':file:_files',
  folder: ':folder:_files -/',
  value: ':value: ',
};

/** For zsh's completion system (zshcompsys(1)). */
export function zshCompletion(program: CommandLine): string {
  const bodies = [program, ...all(program)].map(zshFunction);
  return `#compdef ${NAME}\n${MADE}\n${bodies.join('\n')}\n${zshName(program)} "$@"\n`;
}

function zshName({ path }: CommandLine): string {
  return ['_ec2_instance_connect', ...path].join('_').replaceAll('-', '_');
}

function zshFunction(command: CommandLine): string {
  const options = command.options.map((option) => {
    const kind = kindOf(option);
    const action =
      kind === 'choice' ? `:value:(${option.choices.join(' ')})` : kind && ZSH_ACTIONS[kind];
    const often = option.isRepeatable ? '*' : '';
    return `'${often}--${option.name}[${zshText(option.describe)}]${action ?? ''}'`;
  });
  const help = "'--help[show help]' '--version[show the version]'";
  if (command.commands.length === 0) {
    const user = takesUser(command) ? ["'1:user:_users'"] : [];
    return `${zshName(command)}() {\n  _arguments ${[...user, ...options, help].join(' \\\n    ')}\n}`;
  }
  const list = command.commands.map(
    ({ path, describe }) => `'${path.at(-1) ?? ''}:${zshText(describe)}'`,
  );
  const cases = command.commands.map(
    (each) => `        ${each.path.at(-1) ?? ''}) ${zshName(each)} ;;`,
  );
  return `${zshName(command)}() {
  local line state
  _arguments -C ${help} '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
        ${list.join('\n        ')}
      )
      _describe command commands
      ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}`;
}

/** Within single quotes, and without what _arguments and _describe give a meaning. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, (sign) => `\\${sign}`);
}

const FISH_VALUES = {
  user: " -x -a '(__fish_complete_users)'",
  file: ' -r -F',
  folder: " -x -a '(__fish_complete_directories)'",
  value: ' -x',
};

/** For fish (complete(1)). */
export function fishCompletion(program: CommandLine): string {
  const lines = [program, ...all(program)].flatMap(fishLines);
  return [`# fish completion for ${NAME}(8)`, MADE, `complete -c ${NAME} -f`, ...lines, ''].join(
    '\n',
  );
}

function fishLines(command: CommandLine): readonly string[] {
  const condition = fishCondition(command);
  const start = `complete -c ${NAME}${condition === '' ? '' : ` -n '${condition}'`}`;
  return [
    ...command.commands.map(
      (each) => `${start} -a ${each.path.at(-1) ?? ''} -d '${fishText(each.describe)}'`,
    ),
    ...(takesUser(command) ? [`${firstArgument(command)} -a '(__fish_complete_users)'`] : []),
    ...command.options.map((option) => {
      const kind = kindOf(option);
      const value =
        kind === 'choice' ? ` -x -a '${option.choices.join(' ')}'` : kind && FISH_VALUES[kind];
      return `${start} -l ${option.name} -d '${fishText(option.describe)}'${value ?? ''}`;
    }),
    `${start} -l help -d 'show help'`,
    `${start} -l version -d 'show the version'`,
  ];
}

/** A completion that is offered as long as nothing but options follows the words of the command. */
function firstArgument(command: CommandLine): string {
  const words = `test (count (string match -v -- "-*" (commandline -opc))) -eq ${command.path.length + 1}`;
  return `complete -c ${NAME} -n '${fishCondition(command)}; and ${words}'`;
}

/** That the words of a command have been typed, and none of a command below it. */
function fishCondition(command: CommandLine): string {
  const seen = command.path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = namesOf(command);
  const none = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`];
  return [...seen, ...none].join('; and ');
}

function fishText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
