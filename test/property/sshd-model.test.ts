import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expandWords, parseExecLine, quoteForUnit } from '../../src/sshd/model/exec-line.ts';
import { readEnvironmentFile } from '../../src/sshd/model/environment.ts';
import { fixedTree } from '../../src/system/file-tree.ts';
import { readModel } from '../../src/sshd/model/model.ts';
import { expandGlob, matchesPattern } from '../../src/sshd/model/pattern.ts';
import { parseStatement } from '../../src/sshd/model/statement.ts';
import { unifiedDiff } from '../../src/sshd/plan/diff.ts';
import { parseJournal, parseRecord } from '../../src/sshd/plan/record.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const words = [
  'Include',
  'Match',
  'User',
  'all',
  '*.conf',
  '"',
  "'",
  '\\',
  '=',
  '#',
  ' ',
  '\n',
  'a',
];
const configText = fc
  .array(fc.constantFrom(...words), { maxLength: 60 })
  .map((all) => all.join(''));
const unitWords = [
  '[Service]\n',
  'ExecStart=',
  '/usr/sbin/sshd',
  ' -o',
  ' "',
  "'",
  ';',
  '$A',
  '\n',
  '\\',
];
const unitText = fc
  .array(fc.constantFrom(...unitWords), { maxLength: 40 })
  .map((all) => all.join(''));

it('the model never throws, whatever the files hold', () => {
  fc.assert(
    fc.property(fc.oneof(configText, anyText), unitText, anyText, (config, unit, environment) => {
      const tree = fixedTree({
        '/etc/ssh/sshd_config': config,
        '/etc/ssh/a.conf': config,
        '/etc/default/ssh': environment,
        '/lib/systemd/system/ssh.service': unit,
      });
      const { starts, problems } = readModel(tree, { major: 8, minor: 4 });
      expect(starts.length + problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

it('a statement of plain words is the same in every release', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9/%._-]{1,12}$/);
  fc.assert(
    fc.property(word, fc.array(word, { minLength: 1, maxLength: 5 }), (keyword, args) => {
      const line = `  ${keyword} ${args.join(' \t')}  `;
      const old = parseStatement(line, { major: 7, minor: 2 });
      expect(old).toEqual(parseStatement(line, { major: 10, minor: 0 }));
      expect(old).toMatchObject({ keyword: keyword.toLowerCase(), args });
    }),
  );
});

it('any word that is quoted for a unit comes out of systemd as it went in', () => {
  const word = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (all) => {
      const line = parseExecLine(['/x', ...all.map(quoteForUnit)].join(' '));
      expect(line && expandWords(line, new Map()).map(({ text }) => text)).toEqual(all);
    }),
  );
});

it('a pattern matches as the regular expression that it stands for', () => {
  const pattern = fc.stringMatching(/^[ab?*]{0,8}$/);
  const text = fc.stringMatching(/^[abc]{0,8}$/);
  fc.assert(
    fc.property(text, pattern, (each, wild) => {
      const rule = wild.replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesPattern(each, wild)).toBe(new RegExp(`^${rule}$`).test(each));
    }),
  );
});

it('a glob finds only names that are there, sorted, each once', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-c.]{1,4}$/), { maxLength: 8 });
  fc.assert(
    fc.property(names, fc.stringMatching(/^[a-c.*?[\]!\\]{1,6}$/), (all, pattern) => {
      const found = expandGlob(`/d/${pattern}*`, () => all);
      expect(found).toEqual([...new Set(found)].sort());
      expect(all).toEqual(expect.arrayContaining(found.map((path) => path.slice(3))));
    }),
  );
});

it('a file of variables, a record and a journal never throw, whatever they hold', () => {
  fc.assert(
    fc.property(anyText, fc.json(), (text, json) => {
      readEnvironmentFile(fixedTree({ '/f': text }), '/f');
      expect([parseRecord(text), parseJournal(text)]).toEqual([undefined, undefined]);
      parseRecord(json);
      parseJournal(json);
    }),
  );
});

it('a diff that is applied to the old text gives the new one', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map(asLines);
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(patch(before, unifiedDiff('/f', before, after))).toBe(after);
    }),
  );
});

function asLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Applies a unified diff as patch(1) does, and demands that what it takes out was there. */
function patch(text: string, diff: string): string {
  const old = text.split('\n').slice(0, -1);
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const hunk = /^@@ -(\d+)(,0)?/.exec(line);
    if (hunk !== null) {
      const start = Number(hunk[1]) - (hunk[2] === undefined ? 1 : 0);
      result.push(...old.slice(at, start));
      at = start;
    } else {
      if (!line.startsWith('+')) expect(old[at++]).toBe(line.slice(1));
      if (!line.startsWith('-')) result.push(line.slice(1));
    }
  }
  return asLines([...result, ...old.slice(at)]);
}
