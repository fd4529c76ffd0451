import { describe, expect, it } from 'vitest';
import { matchAnswer, parseMatch, type MatchSubject } from '../../../../src/sshd/model/match.ts';
import { parseStatement } from '../../../../src/sshd/model/statement.ts';

const ALICE: MatchSubject = { user: 'alice', groups: ['alice', 'staff'] };

function answer(line: string, subject: MatchSubject = ALICE): string {
  const statement = parseStatement(line, undefined);
  if (statement === undefined || 'problem' in statement) throw new Error(line);
  return matchAnswer([parseMatch(statement, { path: 'p', line: 1 })], subject);
}

describe('a Match line, for alice of the group staff', () => {
  it.each([
    ['Match all', 'yes'],
    ['Match User alice', 'yes'],
    ['Match user=alice', 'yes'],
    ['Match User bob,al*', 'yes'],
    ['Match User bob', 'no'],
    ['Match User *,!alice', 'no'],
    ['Match Group staff', 'yes'],
    ['Match Group wheel', 'no'],
    ['Match Group *,!staff', 'no'],
    ['Match Group astaff,staff', 'yes'],
    ['Match User alice Group wheel', 'no'],
    ['Match Address 10.0.0.0/8', 'unknown'],
    ['Match User alice Address 10.0.0.0/8', 'unknown'],
    ['Match Address 10.0.0.0/8 User bob', 'no'],
    ['Match invalid-user', 'unknown'],
    ['Match NewCriterion x', 'unknown'],
  ])('%s holds: %s', (line, expected) => {
    expect(answer(line)).toBe(expected);
  });

  it.each([
    ['Match all', [{ name: 'all', pattern: '' }]],
    ['Match User', [{ name: 'user', pattern: '' }]],
    [
      'Match invalid-user User=a,b',
      [
        { name: 'invalid-user', pattern: '' },
        { name: 'user', pattern: 'a,b' },
      ],
    ],
    ['Match User alice #Group wheel', [{ name: 'user', pattern: 'alice' }]],
    ['Match User alice # all', [{ name: 'user', pattern: 'alice' }]],
    ['Match User alice#', [{ name: 'user', pattern: 'alice#' }]],
  ])('%s has the criteria %j, before OpenSSH 9.7 too', (line, criteria) => {
    for (const version of [
      { major: 9, minor: 6 },
      { major: 9, minor: 7 },
    ]) {
      const statement = parseStatement(line, version);
      if (statement === undefined || 'problem' in statement) throw new Error(line);
      expect(parseMatch(statement, { path: 'p', line: 1 }).criteria).toEqual(criteria);
    }
  });

  it('leaves open what is not known of the subject', () => {
    expect(answer('Match User alice', {})).toBe('unknown');
    expect(answer('Match Group staff', { user: 'alice' })).toBe('unknown');
    expect(answer('Match all', {})).toBe('yes');
  });

  it('holds for everybody where there is none', () => {
    expect(matchAnswer([], {})).toBe('yes');
  });
});
