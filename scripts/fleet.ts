/**
 * Writes packaging/fleet/install.sh into the forms that carry a copy of it: `node scripts/fleet.ts`. A test holds
 * the copies equal.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FLEET = join(import.meta.dirname, '../packaging/fleet');

/** What a copy of the script stands between, and how a line of it is written there. */
interface Form {
  readonly begin: RegExp;
  readonly end: RegExp;
  readonly write: (line: string) => string;
}

type FormName = 'cloud-init.yaml' | 'image-builder.yaml' | 'ssm-install.json';

function indented(columns: number): (line: string) => string {
  return (line) => (line === '' ? '' : ' '.repeat(columns) + line);
}

const FORMS: Readonly<Record<FormName, Form>> = {
  'cloud-init.yaml': {
    begin: /(?<=^ {4}content: \|\n)/m,
    end: /^runcmd:/m,
    write: indented(6),
  },
  'image-builder.yaml': {
    begin: /(?<=<<'INSTALL_SH'\n)/,
    end: /^ *INSTALL_SH$/m,
    write: indented(14),
  },
  'ssm-install.json': {
    begin: /(?<=<<'INSTALL_SH'",\n)/,
    end: /^ *"INSTALL_SH",$/m,
    write: (line) => `          ${JSON.stringify(line)},`,
  },
};

/**
 * The text of a form with the script in it.
 * @param name file name of the form
 * @throws Error if the form has no place for it
 */
export function withScript(name: FormName, text: string, script: string): string {
  const { write, ...marks } = FORMS[name];
  const [begin, end] = [text.search(marks.begin), text.search(marks.end)];
  if (begin < 0 || end < begin)
    throw new Error(`expected a place for install.sh in ${name}, found none`);
  const lines = script.trimEnd().split('\n').map(write);
  return `${text.slice(0, begin)}${lines.join('\n')}\n${text.slice(end)}`;
}

/** Names of the forms. */
export const FORM_NAMES: readonly FormName[] = Object.keys(FORMS) as FormName[];

if (import.meta.main) {
  const script = readFileSync(join(FLEET, 'install.sh'), 'utf8');
  for (const name of FORM_NAMES) {
    const path = join(FLEET, name);
    writeFileSync(path, withScript(name, readFileSync(path, 'utf8'), script));
  }
}
