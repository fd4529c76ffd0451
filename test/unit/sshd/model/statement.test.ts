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

  it.each([
    ['Port', NEW],
    ['Port "22', NEW],
    ['Port =', NEW],
    ['Port "22', OLD],
    ['Match User "x', { major: 9, minor: 6 }],
  ])('finds a problem in %j and says which', (line, version) => {
    expect(parseStatement(line, version)).toEqual({
      problem: expect.stringMatching(/\w/) as string,
    });
  });

  it('reads lines of 64 Ki characters, and no longer ones', () => {
    expect(parseStatement(`Port ${'2'.repeat(65_532)}`, NEW)).toEqual({
      problem: expect.stringMatching(/\w/) as string,
    });
    expect(parseStatement(`Port ${'2'.repeat(65_531)}`, NEW)).toHaveProperty('keyword', 'port');
  });

  it('takes one equals sign for white space, before OpenSSH 8.7 between arguments too', () => {
    expect(parseStatement('X==y', NEW)).toMatchObject({ value: '=y', args: ['=y'] });
    expect(parseStatement('X = =y', NEW)).toMatchObject({ value: '=y' });
    expect(parseStatement('X a = b=c', OLD)).toMatchObject({ args: ['a', 'b', 'c'] });
  });

  it('ends the arguments at an empty one before OpenSSH 8.7', () => {
    expect(parseStatement('X a = = b', OLD)).toMatchObject({ args: ['a'] });
    expect(parseStatement('X ""', OLD)).toMatchObject({ args: [] });
  });

  it('leaves the open quotes of a command to its run before OpenSSH 8.7', () => {
    const line = 'AuthorizedKeysCommand "/x %u';
    expect(parseStatement(line, OLD)).toMatchObject({ value: '"/x %u' });
    expect(parseStatement(line, NEW)).toHaveProperty('problem');
  });
});
