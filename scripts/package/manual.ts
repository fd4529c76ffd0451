/** The manual pages: packaging/man/*.8 with what the code itself knows filled in. Pure. */
import { SIGNED_FIELD_KEYS, SIGNED_FIELDS } from '../../src/authorize/signed-fields.ts';
import { ANSWERS } from '../../src/verdict/answers.ts';
import type { CommandLine } from '../../src/cli/command-line.ts';
import { KEY_REASONS, SIGNER_REASONS } from '../../src/verdict/reasons.ts';
import { EXIT_CODES } from '../docs/exit-codes.ts';
import { FAULT_ADVICE, HELPER_ADVICE } from '../docs/what-to-do.ts';
import { leaves } from '../docs/commands.ts';

/** Text as roff shows it: a backslash or a dot at the start of a line would be read as a command. */
export function escapeRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(['.])/gm, '\\&$1');
}

function reasonTable(reasons: Readonly<Record<string, string>>): string {
  return Object.entries(reasons)
    .map(([code, message]) => `.TP\n.B ${escapeRoff(code)}\n${escapeRoff(message)}.`)
    .join('\n');
}

/** The meanings alone: the advice is in docs/reasons.md, which the page names. */
function meanings(
  table: Readonly<Record<string, readonly [meaning: string, advice: string]>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(table).map(([code, [meaning]]) => [code, meaning]));
}

/** What the log and the JSON report tell of a signed entry, by the names that they use. */
function toldFields(): Readonly<Record<string, string>> {
  const told = SIGNED_FIELD_KEYS.flatMap((key) => {
    const field = SIGNED_FIELDS[key].told;
    return 'as' in field ? [[field.as, field.meaning]] : [];
  });
  return Object.fromEntries(told) as Record<string, string>;
}

/** Every command with all its options, a subsection each. */
function commandSections(program: CommandLine): string {
  return leaves(program)
    .map(({ path, positionals, describe, options }) => {
      const name = [...path, ...positionals].join(' ');
      const rows = options.map((option) => {
        const standard = option.default === undefined ? '' : ` By default ${option.default}.`;
        const value = option.takesValue ? ` \\fIvalue\\fR` : '';
        const often = option.isRepeatable ? ' May be given several times.' : '';
        const text = `${sentence(option.describe)}${standard}${often}`;
        return `.TP\n\\fB${escapeRoff(`--${option.name}`)}\\fR${value}\n${escapeRoff(text)}`;
      });
      return [`.SS ${escapeRoff(name)}`, escapeRoff(sentence(describe)), ...rows].join('\n');
    })
    .join('\n');
}

/** The exit statuses of each command. */
function exitStatus(): string {
  return EXIT_CODES.map(
    ({ command, code, meaning }) =>
      `.TP\n\\fB${escapeRoff(command)}\\fR: ${code}\n${escapeRoff(sentence(meaning))}`,
  ).join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

/**
 * A manual page from its template: `@VERSION@`, `@DATE@` (YYYY-MM-DD), and on lines of their own `@SIGNER_REASONS@`,
 * `@KEY_REASONS@`, `@ANSWERS@`, `@SIGNED_FIELDS@`, `@FAULTS@`, `@HELPERS@`, `@COMMANDS@` and `@EXIT_STATUS@`.
 * @param program its commands and options
 * @throws Error if a placeholder is left over
 */
export function renderManual(
  template: string,
  { version, date }: { readonly version: string; readonly date: string },
  program: CommandLine,
): string {
  const page = template
    .replaceAll('@VERSION@', version)
    .replaceAll('@DATE@', date)
    .replace('@SIGNER_REASONS@', () => reasonTable(SIGNER_REASONS))
    .replace('@KEY_REASONS@', () => reasonTable(KEY_REASONS))
    .replace('@ANSWERS@', () => reasonTable(ANSWERS))
    .replace('@SIGNED_FIELDS@', () => reasonTable(toldFields()))
    .replace('@COMMANDS@', () => commandSections(program))
    .replace('@FAULTS@', () => reasonTable(meanings(FAULT_ADVICE)))
    .replace('@HELPERS@', () => reasonTable(meanings(HELPER_ADVICE)))
    .replace('@EXIT_STATUS@', exitStatus);
  const left = /@[A-Z_]+@/.exec(page);
  if (left) throw new Error(`expected no placeholder in the manual page, found ${left[0]}`);
  return page;
}
