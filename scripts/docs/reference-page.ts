/** docs/reference.md: commands, options, exit codes and JSON output, from the code. Pure. */
import type { CommandLine } from '../../src/cli/command-line.ts';
import { EXIT_BUG, EXIT_USAGE } from '../../src/verdict/exit-codes.ts';
import type { WiringKind } from '../../src/sshd/plan/record.ts';
import {
  GROUPS,
  type Check,
  type SkipReason,
  type Status,
} from '../../src/verify-install/check.ts';
import { leaves } from './commands.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { fieldsOf, type Words } from './interfaces.ts';

/** An interface of a JSON output: what it is called there, its file under `src`, and its name. */
type Shape = readonly [title: string, file: string, name: string];

const OUTPUTS: readonly (readonly [command: string, shapes: readonly Shape[]])[] = [
  [
    'verify-install --json',
    [
      ['the report', 'verify-install/report.ts', 'Report'],
      ['`host`', 'verify-install/report.ts', 'HostFacts'],
      ['`run`', 'verify-install/report.ts', 'RunFacts'],
      ['one of `checks`', 'verify-install/report.ts', 'ReportedCheck'],
    ],
  ],
  [
    'sshd status --json',
    [
      ['the status', 'sshd/status-form.ts', 'SshdStatus'],
      ['one of `starts`', 'sshd/status-form.ts', 'StartStatus'],
      ['`tokenGap`', 'sshd/plan/lacking-tokens.ts', 'TokenGap'],
      ['one of its `helpers`', 'sshd/plan/lacking-tokens.ts', 'LackingTokens'],
      ['`running`', 'sshd/status-form.ts', 'RunningStatus'],
      ['one of `listeners`', 'sshd/status-form.ts', 'ListenerStatus'],
      ['one of `matches`', 'sshd/status-form.ts', 'MatchStatus'],
    ],
  ],
  [
    'verify-keys --json',
    [
      ['the report', 'cli/verdict-report.ts', 'VerdictReport'],
      ['`signer`', 'cli/verdict-report.ts', 'SignerReport'],
      ['one of `keys`', 'cli/verdict-report.ts', 'KeyReport'],
    ],
  ],
];

/** A promise of the compiler that these are all the texts of a type. */
function oneOf<T extends string>(texts: Readonly<Record<T, unknown>>): string {
  return `one of ${Object.keys(texts)
    .map((text) => `"${text}"`)
    .join(', ')}`;
}

/** The types that have names, in words. */
const NAMED: Words = {
  ...Object.fromEntries(
    OUTPUTS.flatMap(([, shapes]) => shapes.map(([title, , name]) => [name, `object (${title})`])),
  ),
  CheckId: 'string, an id of [a check](#checks-of-verify-install)',
  Group: oneOf(GROUPS),
  Status: oneOf<Status>({ pass: 1, warn: 1, fail: 1, skip: 1 }),
  SkipReason: oneOf<SkipReason>({
    dependency: 1,
    'needs-root': 1,
    offline: 1,
    'not-applicable': 1,
  }),
  WiringKind: oneOf<WiringKind>({ 'configuration-file': 1, 'unit-drop-in': 1, 'main-file': 1 }),
  Remedy:
    'object: `kind` (one of "fix", "look", "decision"), `command`, `note` (may be missing), and of a decision `concerns`, `choices`',
  Data: 'object of strings, numbers and booleans',
  CommandToken: 'string',
  Place: 'object: `path` (string), `line` (number)',
  SignerReason: 'string, a code of [reasons.md](reasons.md)',
  KeyReason: 'string, a code of [reasons.md](reasons.md)',
};

/** The files under `src` that the page is made from. */
export const REFERENCE_SOURCES: readonly string[] = [
  ...new Set(OUTPUTS.flatMap(([, shapes]) => shapes.map(([, file]) => file))),
];

const INTRODUCTION = `# Reference

<!-- Made by \`npm run docs\` from the code. -->

\`eic_run_authorized_keys\`, which sshd runs, is in \`/usr/share/ec2-instance-connect/\` on Debian and Ubuntu, and in
\`/opt/aws/bin/\` on Amazon Linux, RHEL and its derivatives. \`ec2-instance-connect\` is in \`/usr/bin\`.
Reasons and faults: [reasons.md](reasons.md). The log: [audit.md](audit.md).`;

/**
 * The whole page.
 * @param program the commands and options
 * @param checks the checks of verify-install, in their order
 * @param read gives the text of a file under `src`
 */
export function referencePage(
  program: CommandLine,
  checks: readonly Check[],
  read: (file: string) => string,
): string {
  return [
    INTRODUCTION,
    '\n## Commands',
    ...leaves(program).flatMap(commandLines),
    ...exitLines(),
    '\n## JSON output\n\nFields may be added under the same `schema` or `format`; none is renamed, retyped or removed.',
    ...OUTPUTS.flatMap(([command, shapes]) => [
      `\n### ${command}`,
      ...shapes.flatMap(([title, file, name]) => shapeLines(title, read(file), name)),
    ]),
    ...checkLines(checks),
    '',
  ].join('\n');
}

function commandLines(command: CommandLine): readonly string[] {
  const name = [...command.path, ...command.positionals].join(' ');
  const rows = command.options.map((option) => {
    const standard = option.default === undefined ? '' : ` (default: ${option.default})`;
    const value = option.takesValue ? ' VALUE' : '';
    const often = option.isRepeatable ? '; may be given several times' : '';
    return `| \`--${option.name}${value}\` | ${cell(option.describe + often + standard)} |`;
  });
  const table = rows.length === 0 ? [] : ['', '| option | meaning |', '|---|---|', ...rows];
  return [`\n### \`${name}\`\n\n${sentence(command.describe)}`, ...table];
}

function exitLines(): readonly string[] {
  const rows = EXIT_CODES.map(
    ({ command, code, meaning }) => `| \`${command}\` | ${code} | ${meaning} |`,
  );
  return [
    `\n## Exit status\n\nFor every command: 1 where its output cannot be written, ${EXIT_USAGE} for bad usage, ${EXIT_BUG} for an internal error before anything was printed, 127 where the launcher cannot start the program because the package is not completely installed.`,
    '\n| command | status | meaning |',
    '|---|--:|---|',
    ...rows,
  ];
}

function shapeLines(title: string, source: string, name: string): readonly string[] {
  const rows = fieldsOf(source, name, NAMED)
    .filter((field) => !field.name.startsWith('['))
    .map(({ name: field, type, isOptional, text }) => {
      const optional = isOptional ? 'may be missing' : '';
      return `| \`${field}\` | ${cell(type)} | ${optional} | ${cell(text)} |`;
    });
  return [`\n${sentence(title)}\n`, '| field | type | | meaning |', '|---|---|---|---|', ...rows];
}

function checkLines(checks: readonly Check[]): readonly string[] {
  const rows = checks.map(({ id, group, title }) => `| \`${id}\` | ${GROUPS[group]} | ${title} |`);
  return ['\n## Checks of verify-install', '\n| id | group | title |', '|---|---|---|', ...rows];
}

function cell(text: string): string {
  const escaped = text.replaceAll('|', '\\|');
  // Within a code span `<` is a letter like any other.
  return escaped.replaceAll(/`[^`]*`|</g, (found) => (found === '<' ? '&lt;' : found));
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.:`]$/.test(first) ? first : `${first}.`;
}
