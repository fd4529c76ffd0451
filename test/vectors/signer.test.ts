import { describe, expect, it } from 'vitest';
import { signerName } from '../../src/signer/signer-name.ts';
import { SIGNER_REASONS } from '../../src/verdict/reasons.ts';
import { BAD_MEMBERS } from './signer-member-bad.ts';
import { GOOD_MEMBERS } from './signer-member-good.ts';
import { BAD_PATHS } from './signer-path-bad.ts';
import { GOOD_PATHS } from './signer-path-good.ts';
import { BAD_STAPLES } from './signer-staple-bad.ts';
import { GOOD_STAPLES } from './signer-staple-good.ts';
import { decide } from './signer-vector.ts';

const GOOD = [...GOOD_PATHS, ...GOOD_MEMBERS, ...GOOD_STAPLES];
const BAD = [...BAD_PATHS, ...BAD_MEMBERS, ...BAD_STAPLES];

/** What a detail looks like: what was expected or found, behind the place where it stands. */
const DETAIL = /^(?:[a-z][a-z' ]+(?: \d+)?: )?(?:expected|found) (?!.*\bundefined\b)\S.*$/;

/** What the metadata service may claim, and why it is not believed. */
const CLAIMS = [
  ['domain-unknown', 'us-east-1', 'example.com'],
  ['domain-unknown', 'us-east-1', ''],
  ['domain-unknown', 'us-east-1', 'AMAZONAWS.COM'],
  ['domain-unknown', 'us-east-1', 'amazonaws.com.'],
  ['domain-unknown', 'us-east-1', 'amazonaws.com.example.com'],
  ['domain-unknown', 'us-east-1', 'amazonaws.com\n'],
  ['region-unknown', 'cn-north-1', 'amazonaws.com'],
  ['region-unknown', 'us-east-1', 'amazonaws.com.cn'],
  ['region-unknown', 'us-iso-east-1', 'amazonaws.com'],
  ['region-unknown', 'us-gov-west-1', 'amazonaws.eu'],
  ['region-unknown', 'us-east-1a', 'amazonaws.com'],
  ['region-unknown', 'us-west-2-lax-1a', 'amazonaws.com'],
  ['region-unknown', 'us-east-1\n', 'amazonaws.com'],
  ['region-unknown', 'us-east-1.example.com/', 'amazonaws.com'],
  ['region-unknown', 'US-EAST-1', 'amazonaws.com'],
  ['region-unknown', '', 'amazonaws.com'],
] as const;

describe('signer vectors', () => {
  it.each([...GOOD, ...BAD])(
    '$expect: $title',
    ({ build, expect: expected }) => {
      const verdict = decide(build());
      expect(verdict.ok ? 'accepted' : verdict.reason).toBe(expected);
      if (!verdict.ok) expect(verdict.detail).toMatch(DETAIL);
    },
    60_000,
  );

  it.each(CLAIMS)('%s: region %j, domain %j', (reason, region, domain) => {
    expect(signerName(region, domain)).toMatchObject({ ok: false, reason });
  });

  it('have at least one case for every reason for which a signer is refused', () => {
    const covered = new Set<string>([
      ...BAD.map(({ expect: expected }) => expected),
      ...CLAIMS.map(([reason]) => reason),
    ]);
    expect([...covered].sort()).toEqual(Object.keys(SIGNER_REASONS).sort());
  });
});
