import { describe, expect, it } from 'vitest';
import { parseStatement } from '../../../../src/sshd/model/statement.ts';

const OLD = { major: 8, minor: 4 };
const NEW = { major: 8, minor: 7 };

describe('parseStatement', () => {
  it.each([
    'Port 22',
    'port=22',
    'PORT = 22',
    '  Port\t22  ',
    '"Port" 22',
    'Port 22\r',
    'Port 22\f',
  ])('reads %j as the keyword port with 22', (line) => {
    expect(parseStatement(line, NEW)).toEqual({ keyword: 'port', value: '22', args: ['22'] });
    expect(parseStatement(line, OLD)).toEqual({ keyword: 'port', value: '22', args: ['22'] });
  });

  it.each(['', '   ', '# Port 22', '\t#Port 22', '\f', '"Port 22'])(
    'takes %j for no statement',
    (line) => {
      expect(parseStatement(line, NEW)).toBeUndefined();
    },
  );

  it('gives AuthorizedKeysCommand the rest of its line, comments and quotes included', () => {
    const line = 'AuthorizedKeysCommand /bin/x "%u" # not a comment';
    expect(parseStatement(line, NEW)).toMatchObject({ value: '/bin/x "%u" # not a comment' });
    expect(parseStatement(line, OLD)).toMatchObject({ value: '/bin/x "%u"' });
    expect(parseStatement(line, OLD, 'option')).toMatchObject({
      value: '/bin/x "%u" # not a comment',
    });
  });

  it('splits arguments as the release does', () => {
    const line = `Include "a b" 'c d' e\\ f # g`;
    expect(parseStatement(line, NEW)).toMatchObject({ args: ['a b', 'c d', 'e f'] });
    expect(parseStatement(line, OLD)).toMatchObject({
      args: ['a b', "'c", "d'", 'e\\', 'f'],
    });
  });

  it('counts an unknown release as the newest', () => {
    expect(parseStatement('Include a # b', undefined)).toMatchObject({ args: ['a'] });
  });

  it.each(['Port', 'Port "22', 'Port ='])('finds a problem in %j', (line) => {
    expect(parseStatement(line, NEW)).toHaveProperty('problem');
  });

  it('finds a problem in a line without end', () => {
    expect(parseStatement(`Port ${'2'.repeat(70_000)}`, NEW)).toHaveProperty('problem');
  });
});
