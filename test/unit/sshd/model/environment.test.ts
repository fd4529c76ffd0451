import { describe, expect, it } from 'vitest';
import { readEnvironmentFile, unitEnvironment } from '../../../../src/sshd/model/environment.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';

const FILE = '/etc/default/ssh';

/** Each variable of a file: name, value, line. */
function read(text: string): unknown[] {
  const variables = readEnvironmentFile(fixedTree({ [FILE]: text }), FILE);
  return [...variables].map(([name, { value, place }]) => [name, value, place.line]);
}

describe('an EnvironmentFile', () => {
  // Each of these was given to parse_env_file of systemd 252.
  it.each([
    ['-D -e', '-D -e'],
    [' \t-D\t ', '-D'],
    ['', ''],
    [' ', ''],
    ['-o "A b"', '-o "A b"'],
    ['-o"A b"', '-o"A b"'],
    ["a'b", "a'b"],
    ['"a"b"c"', 'ab"c"'],
    ['"a b" #c', 'a b#c'],
    ["'a b'  'c d' ", 'a bc d'],
    [`''"x"  y`, 'xy'],
    ['"it\'s"', "it's"],
    ['\'say "a"\'', 'say "a"'],
    ['" a "', ' a '],
    ['a\\ b\\d ', 'a bd'],
    ['x\\\\\\\\', 'x\\\\'],
    ['  x y \\ ', 'x y  '],
    [' \\"a b\\" ', '"a b"'],
    ['"a\\d\\$x\\"\\\\\\`"', 'a\\d$x"\\`'],
    ["'a\\b'", 'a\\b'],
    ['a \\\n b', 'a  b'],
    ['a \\\n', 'a '],
    ['"a\\\nb"', 'ab'],
    ['"a\nb"', 'a\nb'],
    ['"a=b\nC=d', 'a=b\nC=d'],
    ['a\\', 'a'],
    ['a\r', 'a'],
    ['\xc3\xa0', '\xc3\xa0'],
  ])('that assigns %j gives %j', (assigned, value) => {
    expect(read(`OPTS=${assigned}`)).toEqual([['OPTS', value, 1]]);
  });

  it.each([
    ['a comment', '# A=b\n ; A=c\n\n#\nA=d', [['A', 'd', 5]]],
    [
      'a variable twice',
      'A=b\nB=c\nA=d\n',
      [
        ['A', 'd', 3],
        ['B', 'c', 2],
      ],
    ],
    [
      'CR LF',
      'A=b\r\nC=d\r\n',
      [
        ['A', 'b', 1],
        ['C', 'd', 2],
      ],
    ],
    ['blanks around the name', ' A = b', [['A', 'b', 1]]],
    ['a line without an equals sign', 'A\nB=c', [['B', 'c', 2]]],
    ['comments alone', '#B=c\n; C=d\n # D=e\nA=b', [['A', 'b', 4]]],
    ['names that are none', '1A=b\nexport C=d\n=e\nA-B=f\nA1_=g', [['A1_', 'g', 5]]],
    [
      'a value over two lines',
      '\nA=b\\\nc\nD=e',
      [
        ['A', 'bc', 2],
        ['D', 'e', 4],
      ],
    ],
    [
      'a quoted value over two lines',
      'A="b\nc"\nD=e',
      [
        ['A', 'b\nc', 1],
        ['D', 'e', 3],
      ],
    ],
    [
      'two backslashes at the end of a line',
      'A=b\\\\\nC=d',
      [
        ['A', 'b\\', 1],
        ['C', 'd', 2],
      ],
    ],
    ['a quote in a value that no name stands for', 'export A="b\nC=d"\nE=f', [['E', 'f', 3]]],
  ])('with %s gives each variable its last value and the line', (_, text, variables) => {
    expect(new Set(read(text))).toEqual(new Set(variables));
  });

  it('that does not exist has no variables', () => {
    expect(readEnvironmentFile(fixedTree({}), FILE).size).toBe(0);
  });
});

describe("a unit's environment", () => {
  const tree = fixedTree({ '/one': 'A=file\nB=one\n', '/x-two': 'B=two\n' });
  const lines = (text: string): Record<string, string> => {
    const entries = text.split('\n').map((line, index) => {
      const [key = '', ...value] = line.split('=');
      const place = { path: '/unit', line: index + 1 };
      return { section: 'Service', key, value: value.join('='), line: place.line, place };
    });
    const variables = unitEnvironment(tree, entries);
    return Object.fromEntries(
      [...variables].map(([name, { value, place }]) => [
        name,
        `${value} ${place.path}:${place.line}`,
      ]),
    );
  };

  // systemd.exec(5), Environment= and EnvironmentFile=.
  it.each([
    ['Environment=A=b C=d=e', { A: 'b /unit:1', C: 'd=e /unit:1' }],
    [
      'Environment="A=b c" \'D=e "f"\' G="h i"',
      {
        A: 'b c /unit:1',
        D: 'e "f" /unit:1',
        G: 'h i /unit:1',
      },
    ],
    ['Environment="A=\\"b\\"\\x20c"', { A: '"b" c /unit:1' }],
    ['Environment=A=b\nEnvironment=A=c', { A: 'c /unit:2' }],
    ['Environment=A=b\nEnvironment=\nEnvironment=C=d', { C: 'd /unit:3' }],
    ['Environment=A =b C= D', { C: ' /unit:1' }],
    ['Environment="A=b', {}],
    [
      'EnvironmentFile=/one\nEnvironment=A=b C=d',
      {
        A: 'file /one:1',
        B: 'one /one:2',
        C: 'd /unit:2',
      },
    ],
    ['EnvironmentFile=/one\nEnvironmentFile=-/x-two', { A: 'file /one:1', B: 'two /x-two:1' }],
    ['EnvironmentFile=/one\nEnvironmentFile=\nEnvironmentFile=/x-two', { B: 'two /x-two:1' }],
    ['EnvironmentFile=-/none\nExecStart=A=b', {}],
  ])('of %j is %j', (text, expected) => {
    expect(lines(text)).toEqual(expected);
  });
});
