import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseDomain,
  parseInstanceId,
  parseRegion,
  parseRegionOfZone,
  parseStapleNames,
  parseToken,
} from '../../src/imds/documents.ts';

const PARSERS = { parseDomain, parseInstanceId, parseRegion, parseRegionOfZone, parseToken };

const region = fc
  .tuple(
    fc.stringMatching(/^[a-z]{2}$/),
    fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 99 }),
  )
  .map(([partition, words, number]) => [partition, ...words, number].join('-'));
const zone = fc.stringMatching(/^([a-z]|-[a-z]{3}-[1-9][a-z]|-wl[1-9]-[a-z]{3}-wlz-[1-9])$/);
const text = fc.oneof(fc.string({ maxLength: 300 }), fc.stringMatching(/^[a-z0-9.\n-]{0,60}$/));

describe('the documents of IMDS', () => {
  it('are words for headers, names and paths, or nothing', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...Object.values(PARSERS)), (body, parse) => {
        const value = parse(Buffer.from(body));
        if (value !== undefined) expect(value).toMatch(/^[A-Za-z0-9+/=_.-]{1,1000}$/);
      }),
    );
  });

  it('never make a parser throw, whatever their bytes', () => {
    const parsers = [...Object.values(PARSERS), parseStapleNames];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(...parsers),
        (bytes, parse) => {
          parse(Buffer.from(bytes));
        },
      ),
    );
  });

  it('give the region of every zone of it', () => {
    fc.assert(
      fc.property(region, zone, (name, suffix) => {
        expect(parseRegion(Buffer.from(name))).toBe(name);
        expect(parseRegionOfZone(Buffer.from(`${name}${suffix}`))).toBe(name);
      }),
    );
  });

  it('list staples by names that are one segment of a path each', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (lines) => {
        for (const name of parseStapleNames(Buffer.from(lines.join('\n')))) {
          const segment = encodeURIComponent(name);
          expect(new URL(`http://imds/folder/${segment}`).pathname).toBe(`/folder/${segment}`);
        }
      }),
    );
  });
});
