/** The manual pages: packaging/man/*.8 with what the code itself knows filled in. Pure. */
import { SIGNED_FIELD_KEYS, SIGNED_FIELDS } from '../../src/authorize/signed-fields.ts';
import { ANSWERS } from '../../src/verdict/answers.ts';
import { KEY_REASONS, SIGNER_REASONS } from '../../src/verdict/reasons.ts';

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

/** What the log and the JSON report tell of a signed entry, by the names that they use. */
function toldFields(): Readonly<Record<string, string>> {
  const told = SIGNED_FIELD_KEYS.flatMap((key) => {
    const field = SIGNED_FIELDS[key].told;
    return 'as' in field ? [[field.as, field.meaning]] : [];
  });
  return Object.fromEntries(told) as Record<string, string>;
}

/**
 * A manual page from its template: `@VERSION@`, `@DATE@` (YYYY-MM-DD), and on lines of their own `@SIGNER_REASONS@`,
 * `@KEY_REASONS@`, `@ANSWERS@` and `@SIGNED_FIELDS@`.
 * @throws Error if a placeholder is left over
 */
export function renderManual(template: string, version: string, date: string): string {
  const page = template
    .replaceAll('@VERSION@', version)
    .replaceAll('@DATE@', date)
    .replace('@SIGNER_REASONS@', () => reasonTable(SIGNER_REASONS))
    .replace('@KEY_REASONS@', () => reasonTable(KEY_REASONS))
    .replace('@ANSWERS@', () => reasonTable(ANSWERS))
    .replace('@SIGNED_FIELDS@', () => reasonTable(toldFields()));
  const left = /@[A-Z_]+@/.exec(page);
  if (left) throw new Error(`expected no placeholder in the manual page, found ${left[0]}`);
  return page;
}
