import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../../../src/sshd/model/configuration.ts';
import { fixedTree, type FileTree } from '../../../../src/system/file-tree.ts';

const MAIN = '/etc/ssh/sshd_config';

/** Each statement of `X` as file:line, value and the Match lines around it. */
function read(files: Record<string, string>): string[] {
  const { lines } = readConfiguration(fixedTree(files), MAIN, undefined);
  return lines
    .filter((line) => line.keyword === 'x')
    .map(({ value, place, match }) =>
      [value, `${place.path}:${place.line}`, ...match.map(({ text }) => text)].join(' | '),
    );
}

describe('readConfiguration', () => {
  it('reads Includes where they stand, relative ones below /etc/ssh, each glob sorted', () => {
    const files = {
      [MAIN]: 'X 1\nInclude d/*.conf /etc/other\nX 5\n',
      '/etc/ssh/d/b.conf': 'X 3\n',
      '/etc/ssh/d/a.conf': 'X 2\n',
      '/etc/other': 'X 4\n',
    };
    expect(read(files).map((line) => line.split(' ')[0])).toEqual(['1', '2', '3', '4', '5']);
  });

  it('keeps a Match of an included file inside of that file', () => {
    const files = { [MAIN]: 'Include a\nX out\n', '/etc/ssh/a': 'Match User u\nX in\n' };
    expect(read(files)).toEqual([`in | /etc/ssh/a:2 | User u`, `out | ${MAIN}:2`]);
  });

  it('gives what a Match block includes both conditions, and a new Match only the outer one', () => {
    const files = {
      [MAIN]: 'Match User u\nInclude a\nX 3\nMatch all\nX 4\n',
      '/etc/ssh/a': 'X 1\nMatch Group g\nX 2\n',
    };
    expect(read(files)).toEqual([
      '1 | /etc/ssh/a:1 | User u',
      '2 | /etc/ssh/a:3 | User u | Group g',
      `3 | ${MAIN}:3 | User u`,
      `4 | ${MAIN}:5 | all`,
    ]);
  });

  it('stops at an Include that includes itself, and says so', () => {
    const files = { [MAIN]: 'Include a\n', '/etc/ssh/a': 'Include a a\n' };
    const { problems } = readConfiguration(fixedTree(files), MAIN, undefined);
    expect(problems).toMatchObject([{ detail: 'Include goes too deep' }]);
  });

  it('reads no file more than the depth allows where an Include includes itself twice', () => {
    const tree = fixedTree({ [MAIN]: `Include ${MAIN} ${MAIN}\nX 1\n` });
    let reads = 0;
    const text: FileTree['text'] = (path) => {
      reads++;
      return tree.text(path);
    };
    const { problems, files } = readConfiguration({ ...tree, text }, MAIN, undefined);
    expect(problems).toHaveLength(1);
    expect(reads).toBe(17);
    expect(files).toHaveLength(17);
  });

  it('stops at more files than any configuration has, empty ones too', () => {
    const twice = (name: string): string => `Include ${`${name} `.repeat(200)}\n`;
    const files = { [MAIN]: twice('a'), '/etc/ssh/a': twice('b'), '/etc/ssh/b': '' };
    const { problems, files: read } = readConfiguration(fixedTree(files), MAIN, undefined);
    expect(problems).toMatchObject([{ detail: 'more than 10000 files' }]);
    expect(read).toHaveLength(10_001);
  });

  it('stops at more statements than any configuration has', () => {
    const files = {
      [MAIN]: `Include ${'a '.repeat(102)}\nX 1\n`,
      '/etc/ssh/a': 'X 1\n'.repeat(1000),
    };
    const { problems, lines } = readConfiguration(fixedTree(files), MAIN, undefined);
    const place = { path: '/etc/ssh/a', line: 1000 };
    expect(problems).toEqual([{ place, detail: 'more than 100000 statements' }]);
    expect(lines).toHaveLength(100_001);
  });

  it('reads what Include names, and nothing that another keyword names', () => {
    const files = { [MAIN]: 'X a /etc/ssh/a\n', '/etc/ssh/a': 'X 1\n' };
    expect(readConfiguration(fixedTree(files), MAIN, undefined).files).toEqual([MAIN]);
  });

  it('has a Match line too, with the blocks around it', () => {
    const files = { [MAIN]: 'Match User u\nInclude a\n', '/etc/ssh/a': 'Match Group g\n' };
    const { lines } = readConfiguration(fixedTree(files), MAIN, undefined);
    expect(lines.map(({ keyword, place, match }) => [keyword, place.line, match.length])).toEqual([
      ['match', 1, 0],
      ['include', 2, 1],
      ['match', 1, 1],
    ]);
  });

  it('says that the main file is missing, but not that an Include finds nothing', () => {
    expect(readConfiguration(fixedTree({}), MAIN, undefined).problems).toEqual([
      { place: { path: MAIN, line: 0 }, detail: expect.stringContaining(MAIN) as string },
    ]);
    const files = fixedTree({ [MAIN]: 'Include none/*.conf none.conf\n' });
    expect(readConfiguration(files, MAIN, undefined).problems).toEqual([]);
  });

  it.each(['X "open', 'Match User = u', 'Port'])('names the line of the problem %s', (line) => {
    const files = fixedTree({ [MAIN]: `Port 22\n${line}\n` });
    expect(readConfiguration(files, MAIN, undefined).problems).toEqual([
      { place: { path: MAIN, line: 2 }, detail: expect.stringMatching(/\w/) as string },
    ]);
  });
});
