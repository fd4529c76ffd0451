import { describe, expect, it } from 'vitest';
import { judgeKey } from '../../../../scripts/repo/key-rules.ts';

const FINGERPRINT = '60E56ED048600638CE13E3C19B82FF8C57289329';
/** A fingerprint is in field 10 (GnuPG, doc/DETAILS). */
const FPR = `fpr:::::::::${FINGERPRINT}:\n`;
const UID =
  'uid:u::::1795902452::D0F560407E03330C565023EF477090D27BD3A99C::Repo <r@example.invalid>::::::::::0:\n';

/** A primary key as GnuPG 2.2 lists it. */
function primary(
  bits: number,
  algorithm: number,
  curve = '',
  validity = 'u',
  more = 'scSC:::+',
): string {
  const dates = '1795902452:1953582452::u';
  return `sec:${validity}:${bits}:${algorithm}:9B82FF8C57289329:${dates}:::${more}::${curve}:23::0:\n${FPR}${UID}`;
}

function subkey(bits: number, algorithm: number, curve = ''): string {
  const line = `ssb:u:${bits}:${algorithm}:F9EECE1EB3A1AE28:1795902461:1922046461:::::s:::+::${curve}:23:\n`;
  return `${line}fpr:::::::::BC48D3AF548B4D9CECE03EF1F9EECE1EB3A1AE28:\n`;
}

describe('judgeKey', () => {
  it.each([
    ['RSA of 3072 bits', primary(3072, 1)],
    ['RSA of 4096 bits', primary(4096, 1)],
    [
      'RSA with a signing subkey, since the primary key can sign itself',
      primary(3072, 1) + subkey(3072, 1),
    ],
    ['RSA with a subkey on a curve, likewise', primary(3072, 1) + subkey(255, 22, 'ed25519')],
  ])('takes %s', (_, listing) => {
    expect(judgeKey(listing)).toEqual({ fingerprint: FINGERPRINT, primarySigns: true, faults: [] });
  });

  it.each([
    ['nothing', '', 'secret-missing', false],
    ['RSA of 1024 bits', primary(1024, 1), 'too-short', false],
    ['RSA of 2048 bits', primary(2048, 1), 'too-short', false],
    ['DSA', primary(2048, 17), 'dsa', false],
    ['ed25519', primary(255, 22, 'ed25519'), 'elliptic-curve', true],
    ['nistp256', primary(256, 19, 'nistp256'), 'elliptic-curve', true],
    ['an expired key', primary(3072, 1, '', 'e'), 'not-valid', false],
    ['a revoked key', primary(3072, 1, '', 'r'), 'not-valid', false],
    [
      'a primary key that only certifies',
      primary(3072, 1, '', 'u', 'cC:::+'),
      'primary-cannot-sign',
      false,
    ],
    [
      'a primary key that is elsewhere, with a signing subkey here',
      primary(3072, 1, '', 'u', 'scSC:::#') + subkey(3072, 1),
      'primary-cannot-sign',
      true,
    ],
    ['two keys of one name', primary(3072, 1) + primary(4096, 1), 'ambiguous', false],
  ])('refuses %s', (_, listing, reason, newHostsCan) => {
    const { faults } = judgeKey(listing);
    expect(faults).toMatchObject([{ reason, newHostsCan }]);
  });

  it('names everything that is wrong', () => {
    const { faults } = judgeKey(primary(1024, 1, '', 'e'));
    expect(faults.map(({ reason }) => reason)).toEqual(['not-valid', 'too-short']);
  });
});
