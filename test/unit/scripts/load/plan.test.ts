import { describe, expect, it } from 'vitest';
import {
  judge,
  judgeLog,
  mixedKinds,
  shuffle,
  type Kind,
  type LogLine,
} from '../../../../scripts/load/plan.ts';
import { Random } from '../../../fuzz/random.ts';

describe('the plan of a load', () => {
  it('has a third of each kind, in an order that the seed alone decides', () => {
    const kinds = mixedKinds(9, 'gate', new Random(1));
    expect([...kinds].sort()).toEqual(
      ['ordinary', 'pushed', 'refused'].flatMap((kind) => [kind, kind, kind]),
    );
    expect(mixedKinds(9, 'gate', new Random(1))).toEqual(kinds);
    expect(mixedKinds(9, 'gate', new Random(2))).not.toEqual(kinds);
  });

  it('has ordinary logins in place of pushed keys where sshd has no command', () => {
    const kinds = mixedKinds(9, 'none', new Random(1));
    expect(kinds.filter((kind) => kind === 'ordinary')).toHaveLength(6);
    expect(kinds).not.toContain('pushed');
  });

  it('loses no value when it shuffles', () => {
    const values = Array.from({ length: 50 }, (_, index) => index);
    const mixed = shuffle(values, new Random(7));
    expect(mixed).not.toEqual(values);
    expect([...mixed].sort((a, b) => a - b)).toEqual(values);
  });
});

describe('the judge of a login', () => {
  const result = { status: 0, signal: null, stdout: 'alice\n', stderr: '' };
  const refusal = { ...result, status: 255, stdout: '', stderr: 'Permission denied (publickey).' };

  it.each<Kind>(['pushed', 'ordinary'])('wants %s let in as the user who was asked for', (kind) => {
    expect(judge(kind, 'alice', result)).toBeUndefined();
    expect(judge(kind, 'bob', result)).toContain('expected to be let in');
    expect(judge(kind, 'alice', refusal)).toContain('expected to be let in');
  });

  it.each<Kind>(['refused', 'bots', 'bots-pushed'])('wants %s refused by sshd itself', (kind) => {
    expect(judge(kind, 'alice', refusal)).toBeUndefined();
    expect(judge(kind, 'alice', result)).toContain('expected to be refused');
    const dropped = { ...refusal, stderr: 'Connection reset by 10.0.0.10 port 22' };
    expect(judge(kind, 'alice', dropped)).toContain('Connection reset');
    const killed = { ...refusal, status: null, signal: 'SIGKILL' as const };
    expect(judge(kind, 'alice', killed)).toContain('SIGKILL');
  });
});

describe('the judge of the log', () => {
  const accepted = new Map([['SHA256:a', 'alice']]);
  const line: LogLine = { event: 'key-accepted', user: 'alice', fingerprint: 'SHA256:a' };

  it('wants each accepted key twice', () => {
    expect(judgeLog(accepted, [line, line])).toEqual([]);
    expect(judgeLog(accepted, [line])).toEqual([expect.stringContaining('found it 1 times')]);
    expect(judgeLog(accepted, [])).toEqual([expect.stringContaining('found it 0 times')]);
    expect(judgeLog(accepted, [line, line, line])).toHaveLength(1);
  });

  it('wants no key accepted with which nobody was let in, nor for another user', () => {
    const other = { ...line, fingerprint: 'SHA256:b' };
    expect(judgeLog(accepted, [line, line, other])).toHaveLength(1);
    expect(judgeLog(accepted, [line, line, { ...line, user: 'bob' }])).toHaveLength(1);
  });

  it.each(['fault', 'bug', 'usage', 'signer-refused'])('reports %s', (event) => {
    expect(judgeLog(new Map(), [{ event, user: 'alice' }])).toEqual([`log: ${event} for alice`]);
  });

  it('does not mind other lines', () => {
    expect(judgeLog(new Map(), [{ event: 'key-refused', user: 'alice' }])).toEqual([]);
  });
});
