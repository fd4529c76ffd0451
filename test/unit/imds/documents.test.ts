import { describe, expect, it } from 'vitest';
import {
  parseDomain,
  parseInstanceId,
  parseRegion,
  parseRegionOfZone,
  parseStapleNames,
  parseToken,
} from '../../../src/imds/documents.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('every document that is one word', () => {
  const words = [
    ['token', parseToken, 'AQAEAGg='],
    ['instance id', parseInstanceId, 'i-0123456789abcdef0'],
    ['region', parseRegion, 'us-east-1'],
    ['domain', parseDomain, 'amazonaws.com'],
  ] as const;

  it.each(words)('is a %s with or without one line break at its end', (_, parse, word) => {
    for (const end of ['', '\n', '\r\n']) expect(parse(bytes(`${word}${end}`))).toBe(word);
  });

  it.each(words)('is no %s where anything stands beside the word', (_, parse, word) => {
    const around = ['', ' x', '\n\n', '\nx', '\0', '\u00a0', '\ufeff', '/..', '#', '?'];
    for (const more of around.slice(1)) expect(parse(bytes(`${word}${more}`))).toBeUndefined();
    for (const more of ['\n', ' ', '\0', '\ufeff']) {
      expect(parse(bytes(`${more}${word}`))).toBeUndefined();
    }
    expect(parse(bytes(''))).toBeUndefined();
    expect(parse(bytes('<html>'))).toBeUndefined();
  });
});

describe('parseToken', () => {
  it('takes base64 and base64url of up to 1000 characters', () => {
    const token = 'AZaz09+/-_=='.padEnd(1000, 'A');
    expect(parseToken(bytes(token))).toBe(token);
    expect(parseToken(bytes(`${token}A`))).toBeUndefined();
  });

  it('takes nothing that could end a header line', () => {
    expect(parseToken(bytes('abc\r\nHost: evil'))).toBeUndefined();
    expect(parseToken(bytes('abc\ndef'))).toBeUndefined();
  });
});

describe('parseInstanceId', () => {
  it.each(['i-01234567', 'i-0123456789abcdef0', `i-${'a'.repeat(32)}`])('takes %s', (id) => {
    expect(parseInstanceId(bytes(id))).toBe(id);
  });

  it.each(['i-0123456', `i-${'a'.repeat(33)}`, 'i-0123456789ABCDEF0', 'i-0123456g', '01234567'])(
    'refuses %s',
    (id) => {
      expect(parseInstanceId(bytes(id))).toBeUndefined();
    },
  );
});

const REGIONS = [
  'us-east-1',
  'ap-southeast-4',
  'us-gov-west-1',
  'cn-north-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
  'me-central-12',
];

describe('parseRegion', () => {
  it.each(REGIONS)('takes %s', (region) => {
    expect(parseRegion(bytes(region))).toBe(region);
  });

  it.each([
    'us-east-1a',
    'us-east',
    'useast1',
    'us-east-123',
    'us--east-1',
    'US-EAST-1',
    'us-east-1.evil',
    'us-a-b-c-d-1',
    'us-east-1-wl1-bos-wlz-1',
    `us-${'e'.repeat(17)}-1`,
  ])('refuses %s', (region) => {
    expect(parseRegion(bytes(region))).toBeUndefined();
  });
});

describe('parseRegionOfZone', () => {
  it.each(REGIONS)('finds %s in its zones', (region) => {
    expect(parseRegionOfZone(bytes(`${region}a`))).toBe(region);
    expect(parseRegionOfZone(bytes(`${region}f\n`))).toBe(region);
  });

  it.each([
    ['us-west-2-lax-1a', 'us-west-2'],
    ['us-east-1-bos-1a', 'us-east-1'],
    ['ap-southeast-1-mnl-1a', 'ap-southeast-1'],
    ['us-east-1-wl1-bos-wlz-1', 'us-east-1'],
    ['eu-central-1-wl1-ber-wlz-1', 'eu-central-1'],
    ['us-east-1', 'us-east-1'],
  ])('finds the region of the zone %s', (zone, region) => {
    expect(parseRegionOfZone(bytes(zone))).toBe(region);
  });

  it.each(['', 'lax-1a', 'us-east-1aa', 'us-east-1a.evil.example', 'us-east-1/..', 'a b'])(
    'refuses %j',
    (zone) => {
      expect(parseRegionOfZone(bytes(zone))).toBeUndefined();
    },
  );
});

describe('parseDomain', () => {
  it.each([
    'amazonaws.com',
    'amazonaws.com.cn',
    'c2s.ic.gov',
    'sc2s.sgov.gov',
    'cloud.adc-e.uk',
    'csp.hci.ic.gov',
    'amazonaws.eu',
  ])('takes %s', (domain) => {
    expect(parseDomain(bytes(domain))).toBe(domain);
  });

  it.each([
    ['one label', 'localhost'],
    ['an empty label', 'amazonaws..com'],
    ['a dot in front', '.amazonaws.com'],
    ['a dot at the end', 'amazonaws.com.'],
    ['upper case', 'Amazonaws.com'],
    ['a label of 64 characters', `${'a'.repeat(64)}.com`],
    ['more than 200 characters', `${'a'.repeat(60)}.`.repeat(4)],
    ['a wildcard', '*.com'],
    ['a letter beyond ASCII', 'аmazonaws.com'],
  ])('refuses %s', (_, domain) => {
    expect(parseDomain(bytes(domain))).toBeUndefined();
  });
});

describe('parseStapleNames', () => {
  const SHA1 = '0123456789ABCDEF0123456789ABCDEF01234567';
  const SHA256 = 'ab'.repeat(32);

  it.each([
    ['a list', `${SHA1}\n${SHA256}`, [SHA1, SHA256]],
    ['a list that ends in a line break', `${SHA1}\n`, [SHA1]],
    ['a list with carriage returns', `${SHA1}\r\n${SHA256}\r\n`, [SHA1, SHA256]],
    ['one name', SHA256, [SHA256]],
    ['nothing', '', []],
    [
      'names of other kinds',
      'ABC.der\nsha256:ab\na b\n%2e%2e\na?b',
      ['ABC.der', 'sha256:ab', 'a b', '%2e%2e', 'a?b'],
    ],
    ['a name of 128 characters', 'é'.repeat(128), ['é'.repeat(128)]],
  ])('takes %s', (_, text, names) => {
    expect(parseStapleNames(bytes(text))).toEqual(names);
  });

  it.each([
    ['an empty line between', `${SHA1}\n\n${SHA256}`],
    ['an empty line in front', `\n${SHA1}\n${SHA256}`],
    ['two line breaks at the end', `${SHA1}\n${SHA256}\n\n`],
    ['a name that climbs', `${SHA1}\n..\n${SHA256}`],
    ['a name that stays', `${SHA1}\n.\n${SHA256}`],
    ['a name with a slash', `${SHA1}\na/b\n${SHA256}`],
    ['a name with a backslash', `${SHA1}\na\\b\n${SHA256}`],
    ['a name with a control character', `${SHA1}\na\0b\n\u0085\n\ra\n${SHA256}`],
    ['a name of 129 characters', `${SHA1}\n${'a'.repeat(129)}\n${SHA256}`],
  ])('leaves out %s', (_, text) => {
    expect(parseStapleNames(bytes(text))).toEqual([SHA1, SHA256]);
  });
});
