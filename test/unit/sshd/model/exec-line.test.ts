import { describe, expect, it } from 'vitest';
import { expandWords, parseExecLine, quoteForUnit } from '../../../../src/sshd/model/exec-line.ts';

const ENVIRONMENT = new Map([
  ['OPTS', `-p 2222 -o "A b"`],
  ['EMPTY', ''],
  ['ONE', 'x y'],
  ['A', '1'],
  ['OPEN', String.raw`-o Banner=it\'s a\x41 "x`],
]);

function expand(text: string): string[] | undefined {
  const line = parseExecLine(text);
  return line && expandWords(line, ENVIRONMENT).map((word) => word.text);
}

describe('a command line of a unit', () => {
  it.each([
    ['/usr/sbin/sshd -D', ['-D']],
    ['/usr/sbin/sshd -D $OPTS', ['-D', '-p', '2222', '-o', 'A b']],
    ['/usr/sbin/sshd $EMPTY $UNSET -D', ['-D']],
    ['/usr/sbin/sshd -o ${ONE} ${UNSET}', ['-o', 'x y', '']],
    ['/usr/sbin/sshd pre${ONE}post $$OPTS', ['prex ypost', '$OPTS']],
    [':/usr/sbin/sshd $OPTS', ['$OPTS']],
    ['/usr/sbin/sshd -o "Key /x %%u" \'a b\'', ['-o', 'Key /x %u', 'a b']],
    ['/usr/sbin/sshd -o"Key a" --x="y z"', ['-oKey a', '--x=y z']],
    ['/usr/sbin/sshd a\\x20b c\\sd \\"', ['a b', 'c d', '"']],
    ['/usr/sbin/sshd \\ax41 \\101 \\a101 \\10x \\41', ['\x07x41', 'A', '\x07101', '10x', '41']],
    ['/usr/sbin/sshd $ONE/z $ONE.z -$ONE', ['$ONE/z', '$ONE.z', '-$ONE']],
    ['/usr/sbin/sshd $OPEN', ['-o', "Banner=it's", 'ax41', 'x']],
    ['/usr/sbin/sshd \xc3\xa0b', ['\xc3\xa0b']],
    ['@/usr/sbin/sshd name -D', ['-D']],
    ['/usr/sbin/sshd', []],
  ])('%s hands over %j', (text, words) => {
    expect(expand(text)).toEqual(words);
  });

  it('names the variable that a word came from', () => {
    const line = parseExecLine('/usr/sbin/sshd -D $OPTS');
    expect(line && expandWords(line, ENVIRONMENT).map((word) => word.variable)).toEqual([
      undefined,
      'OPTS',
      'OPTS',
      'OPTS',
      'OPTS',
    ]);
  });

  it('names the first variable within a word too, and none for a dollar sign', () => {
    const line = parseExecLine('/usr/sbin/sshd -o ${ONE} Port=${A}${ONE} $${ $$A');
    expect(line && expandWords(line, ENVIRONMENT)).toStrictEqual([
      { text: '-o' },
      { text: 'x y', variable: 'ONE' },
      { text: 'Port=1x y', variable: 'A' },
      { text: '${' },
      { text: '$A' },
    ]);
  });

  it.each([
    ['-/usr/sbin/sshd -i', '-', '/usr/sbin/sshd'],
    ['+-/usr/sbin/sshd', '+-', '/usr/sbin/sshd'],
    ['!!/usr/sbin/sshd', '!!', '/usr/sbin/sshd'],
    ['"/opt/my sshd/sshd" -D', '', '/opt/my sshd/sshd'],
  ])('%s has the prefix %j and the program %s', (text, prefix, program) => {
    expect(parseExecLine(text)).toMatchObject({ prefix, program });
  });

  it('tells where the words after the program begin', () => {
    const text = '"/opt/my sshd/sshd"   -D';
    expect(text.slice(parseExecLine(text)?.rest)).toBe('-D');
    expect(parseExecLine('/usr/sbin/sshd')?.rest).toBe('/usr/sbin/sshd'.length);
  });

  it.each(['/a ";" b', "/a ';' b", '/a \\; b'])('takes the semicolon of %j for a word', (text) => {
    expect(parseExecLine(text)?.words).toEqual([';', 'b']);
  });

  it.each(['', '/a "open', '/a ; /b', '/a ;'])('is not understood when it is %j', (text) => {
    expect(parseExecLine(text)).toBeUndefined();
  });
});

describe('quoteForUnit', () => {
  it.each(['plain', 'with space', '%u 100%', '$HOME ${X}', 'a"b\\c', "it's"])(
    'makes systemd hand %j over unchanged',
    (word) => {
      expect(expand(`/x ${quoteForUnit(word)}`)).toEqual([word]);
    },
  );

  it('leaves a word without special characters as it is', () => {
    expect(quoteForUnit('/usr/sbin/sshd')).toBe('/usr/sbin/sshd');
  });
});
