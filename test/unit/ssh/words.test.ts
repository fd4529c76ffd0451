import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/ssh/words.ts';

// The rules are those of argv_split() in OpenSSH's misc.c.
describe('splitWords', () => {
  it.each([
    ['finds no word in an empty line', '', []],
    ['finds no word in spaces and tabs', ' \t ', []],
    [
      'separates at spaces and tabs, however many',
      '\t/usr/bin/a  b\t\tc ',
      ['/usr/bin/a', 'b', 'c'],
    ],
    ['does not separate at a line break', 'a\nb', ['a\nb']],
    ['holds words together in double quotes', 'a "b \tc" d', ['a', 'b \tc', 'd']],
    ['holds words together in single quotes', "a 'b \tc' d", ['a', 'b \tc', 'd']],
    ['takes quotes for an empty word', `"" a ''`, ['', 'a', '']],
    ['joins what stands beside quotes', `a"b c"'d e'f`, ['ab cd ef']],
    ['takes the other kind of quote as it is', `"it's" 'a "b" c'`, ["it's", 'a "b" c']],
    ['takes a quote behind a backslash as it is', `a\\"b \\'c\\'`, ['a"b', "'c'"]],
    ['does so inside of quotes as well', `"a\\"b" 'c\\'d' "e\\'f"`, ['a"b', "c'd", "e'f"]],
    ['makes one backslash of two', `a\\\\b "c\\\\d" \\\\`, ['a\\b', 'c\\d', '\\']],
    ['does not separate at a space behind a backslash', 'a\\ b \\ ', ['a b', ' ']],
    ['keeps a backslash before a space in quotes', `"a\\ b" 'c\\ d'`, ['a\\ b', 'c\\ d']],
    ['keeps a backslash before anything else', 'a\\b \\t\\\tc \\#', ['a\\b', '\\t\\', 'c', '\\#']],
    ['keeps a backslash at the end', 'a b\\', ['a', 'b\\']],
    ['takes a backslash alone for a word', '\\', ['\\']],
    ['keeps every # as it is', 'a #b # c#', ['a', '#b', '#', 'c#']],
  ])('%s', (_, line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each([
    ['a double quote', 'a "b'],
    ['a single quote', "a 'b"],
    ['a quote at the end', 'a b"'],
    ['a quote that only the other kind follows', `"a'`],
    ['a quote that a backslash takes the end from', '"a\\"'],
  ])('gives nothing where %s is not closed', (_, line) => {
    expect(splitWords(line)).toBeUndefined();
  });

  it.each([
    ['at a # that begins a word', 'a #b "c', ['a']],
    ['at a # that begins the line', '# a', []],
    ['at a # behind spaces', ' \t# a', []],
    ['not at a # inside a word', 'a# b#c', ['a#', 'b#c']],
    ['not at a # in quotes', '"#" \'# a\' ""# b', ['#', '# a', '#', 'b']],
  ])('ends the line, where there are comments, %s', (_, line, words) => {
    expect(splitWords(line, { comments: true })).toEqual(words);
  });
});
