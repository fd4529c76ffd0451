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
    ['Match User alice Group wheel', 'no'],
    ['Match Address 10.0.0.0/8', 'unknown'],
    ['Match User alice Address 10.0.0.0/8', 'unknown'],
    ['Match Address 10.0.0.0/8 User bob', 'no'],
    ['Match invalid-user', 'unknown'],
    ['Match NewCriterion x', 'unknown'],
  ])('%s holds: %s', (line, expected) => {
    expect(answer(line)).toBe(expected);
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
