import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/der-reader.ts';
import {
  readOr,
  readOrRefuse,
  refuseUnreadable,
  timeText,
} from '../../../src/signer/signer-refusal.ts';
import { scenario } from '../../pki/index.ts';

const fail = (error: Error) => (): never => {
  throw error;
};

describe('readOrRefuse', () => {
  it('gives the value, or what is wrong with the bytes', () => {
    expect(readOrRefuse(() => 7)).toEqual({ ok: true, value: 7 });
    expect(readOrRefuse(fail(new DerError('expected more')))).toEqual({
      ok: false,
      reason: 'unreadable',
      detail: 'expected more',
    });
  });

  it('takes no bug for bytes that cannot be read', () => {
    expect(() => readOrRefuse(fail(new TypeError('a bug')))).toThrow(TypeError);
  });
});

describe('readOr', () => {
  it('gives the value, or what stands for it', () => {
    expect(readOr(() => 7, 'another')).toBe(7);
    expect(readOr(fail(new DerError('expected more')), 'another')).toBe('another');
  });

  it('takes no bug for bytes that cannot be read', () => {
    expect(() => readOr(fail(new TypeError('a bug')), 'another')).toThrow(TypeError);
  });
});

describe('refuseUnreadable', () => {
  const { intermediate } = scenario();

  it('names the subject of a certificate that cannot be read further than that', () => {
    const refusal = refuseUnreadable(
      intermediate.der.subarray(0, -1),
      'chain-malformed',
      'cut off',
    );
    expect(refusal).toStrictEqual({ ok: false, reason: 'chain-malformed', detail: 'cut off' });
    const behind = Buffer.concat([intermediate.der, Buffer.of(0)]);
    expect(refuseUnreadable(behind, 'chain-malformed', 'more')).toMatchObject({
      subject: 'CN=Scenario Intermediate',
    });
  });
});

describe('timeText', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1_764_000_000, '2025-11-24T16:00:00Z'],
  ])('writes %i as %s', (seconds, text) => {
    expect(timeText(seconds)).toBe(text);
  });
});
