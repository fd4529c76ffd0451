import { describe, expect, it } from 'vitest';
import { PARTITIONS } from '../../../src/signer/partitions.ts';

/**
 * What is believed, written out a second time: whoever changes a domain or a form has to do it twice.
 * Each partition with its domain, a region with its number left open, and all regions that it had in 2026.
 */
const EXPECTED: readonly (readonly [
  name: string,
  domain: string,
  stem: string,
  regions: string,
])[] = [
  [
    'aws',
    'amazonaws.com',
    'us-east-',
    'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 sa-east-1 af-south-1 ' +
      'il-central-1 me-central-1 me-south-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 ' +
      'eu-west-1 eu-west-2 eu-west-3 ap-east-1 ap-east-2 ap-south-1 ap-south-2 ap-northeast-1 ' +
      'ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ' +
      'ap-southeast-5 ap-southeast-6 ap-southeast-7',
  ],
  ['aws-us-gov', 'amazonaws.com', 'us-gov-west-', 'us-gov-east-1 us-gov-west-1'],
  ['aws-cn', 'amazonaws.com.cn', 'cn-north-', 'cn-north-1 cn-northwest-1'],
  ['aws-iso', 'c2s.ic.gov', 'us-iso-east-', 'us-iso-east-1 us-iso-west-1'],
  ['aws-iso-b', 'sc2s.sgov.gov', 'us-isob-east-', 'us-isob-east-1 us-isob-west-1'],
  ['aws-iso-e', 'cloud.adc-e.uk', 'eu-isoe-west-', 'eu-isoe-west-1'],
  ['aws-iso-f', 'csp.hci.ic.gov', 'us-isof-south-', 'us-isof-east-1 us-isof-south-1'],
  ['aws-eusc', 'amazonaws.eu', 'eusc-de-east-', 'eusc-de-east-1'],
];

describe('the partitions that are believed', () => {
  it('are these, with these domains and regions, and no other', () => {
    const found = PARTITIONS.map(({ name, domain, regions }) => [name, domain, regions.join(' ')]);
    expect(found).toEqual(EXPECTED.map(([name, domain, , regions]) => [name, domain, regions]));
  });

  it.each(EXPECTED)('%s has regions with a number of one or two digits', (name, _domain, stem) => {
    const pattern = PARTITIONS.find((each) => each.name === name)?.regionPattern ?? /$./;
    const isRegion = (text: string): boolean => pattern.test(text);
    for (const digits of ['0', '1', '12', '99']) expect(isRegion(stem + digits)).toBe(true);
    for (const digits of ['', '123', 'a', '1a', '1-2', '-1', '١']) {
      expect(isRegion(stem + digits), stem + digits).toBe(false);
    }
  });

  it.each(EXPECTED)('%s has no region with text before or behind it', (name, domain, stem) => {
    const pattern = PARTITIONS.find((each) => each.name === name)?.regionPattern ?? /$./;
    const region = `${stem}1`;
    const others = [
      ...['x', '-', '.', ' ', '\n', 'a.', `evil.example.${domain}/`].map((text) => text + region),
      ...['x', '-', '.', ' ', '\n', '.example', `.${domain}`].map((text) => region + text),
      `x\n${region}`,
      `${region}\nx`,
      region.toUpperCase(),
    ];
    for (const text of others) expect(pattern.test(text), JSON.stringify(text)).toBe(false);
  });

  it.each(EXPECTED)('%s has a direction of 4 to 16 letters in its regions', (name, _d, stem) => {
    const pattern = PARTITIONS.find((each) => each.name === name)?.regionPattern ?? /$./;
    const [, head = ''] = /^(.*-)[a-z]+-$/.exec(stem) ?? [];
    const fits = (letters: number): boolean => pattern.test(`${head}${'n'.repeat(letters)}-1`);
    expect([3, 4, 16, 17].map(fits)).toEqual([false, true, true, false]);
  });

  it('have no two domains of which one is the end of the other, but for one that is shared', () => {
    const domains = [...new Set(PARTITIONS.map(({ domain }) => domain))];
    for (const domain of domains) {
      const longer = domains.filter((other) => other !== domain && other.endsWith(`.${domain}`));
      expect(longer, domain).toEqual([]);
    }
  });
});
