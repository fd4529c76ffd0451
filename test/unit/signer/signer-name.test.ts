import { describe, expect, it } from 'vitest';
import { PARTITIONS } from '../../../src/signer/partitions.ts';
import { signerName } from '../../../src/signer/signer-name.ts';

const REGIONS = PARTITIONS.flatMap(({ regions }) => regions);

describe('signerName', () => {
  it.each(PARTITIONS)('knows every region of $name', ({ domain, regions }) => {
    for (const region of regions) {
      const value = `managed-ssh-signer.${region}.${domain}`;
      expect(signerName(region, domain)).toEqual({ ok: true, value });
    }
  });

  it.each(PARTITIONS)(
    'takes a region of $name for no other partition',
    ({ name, regionPattern, regions }) => {
      expect(
        REGIONS.filter((region) => regionPattern.test(region)),
        name,
      ).toEqual(regions);
    },
  );

  it('takes a region that opened after this was written', () => {
    expect(signerName('ap-southeast-8', 'amazonaws.com')).toMatchObject({ ok: true });
    expect(signerName('nz-north-1', 'amazonaws.com')).toMatchObject({ ok: true });
  });

  it('quotes what the metadata service claims, in one bounded line', () => {
    const verdict = signerName('us-east-1', `evil\n${'x'.repeat(500)}`);
    expect(verdict.ok ? '' : verdict.detail).toMatch(/^[ -~]{1,160}$/);
    expect(verdict).toMatchObject({
      detail: expect.stringContaining(`found "evil\\n${'x'.repeat(59)}"`) as string,
    });
  });
});
