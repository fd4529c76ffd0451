/**
 * Writes the pages, the picture and the completions that are made from the code: `npm run docs`. A test holds what is
 * committed against it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programCommandLine } from '../src/cli/program.ts';
import { realEdges } from '../src/edges.ts';
import { Run } from '../src/login/run.ts';
import { CHECKS } from '../src/verify-install/checks/index.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './docs/completion.ts';
import { drawPicture } from './docs/picture.ts';
import { reasonsPage } from './docs/reasons-page.ts';
import { referencePage } from './docs/reference-page.ts';
import { drawTerminal } from './docs/terminal.ts';

const ROOT = join(import.meta.dirname, '..');

/** The text of every file that is made, by its path in the repository. */
export function madeFiles(): Readonly<Record<string, string>> {
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const program = programCommandLine(realEdges(new Run()));
  return {
    'docs/demo.svg': drawTerminal(read('docs/demo.txt'), 'scripts/demo.sh in a terminal'),
    'docs/login-path.svg': drawPicture(read('docs/login-path.txt')),
    'docs/reasons.md': reasonsPage(),
    'docs/reference.md': referencePage(program, CHECKS, (file) => read(`src/${file}`)),
    'packaging/completion/ec2-instance-connect': bashCompletion(program),
    'packaging/completion/_ec2-instance-connect': zshCompletion(program),
    'packaging/completion/ec2-instance-connect.fish': fishCompletion(program),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(madeFiles())) writeFileSync(join(ROOT, path), text);
}
