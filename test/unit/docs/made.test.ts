import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { madeFiles } from '../../../scripts/docs.ts';
import { EXIT_CODES } from '../../../scripts/docs/exit-codes.ts';
import { leaves } from '../../../scripts/docs/commands.ts';
import { programCommandLine } from '../../../src/cli/program.ts';
import { realEdges } from '../../../src/edges.ts';
import { Run } from '../../../src/login/run.ts';

const ROOT = join(import.meta.dirname, '../../..');
const made = madeFiles();

describe('what "npm run docs" makes from the code', () => {
  it.each(Object.keys(made))('is committed as it would be made now: %s', (path) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(made[path]);
  });
});

describe('the table of exit statuses', () => {
  it('has both statuses of each command, and no other', () => {
    const commands = leaves(programCommandLine(realEdges(new Run())));
    const wanted = commands.flatMap(({ path }) => [`${path.join(' ')} 0`, `${path.join(' ')} 1`]);
    const found = EXIT_CODES.map(({ command, code }) => `${command} ${code}`);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });
});
