import { describe, expect, it } from 'vitest';
import { differingLimits, parseLimits } from '../../../src/system/limits.ts';

/** As Linux 6.1 prints it, in part. */
const TEXT = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max open files            1024                 524288               files     
Max address space         50000000             unlimited            bytes     
Max nice priority         0                    0                    
Max something new         1                    1                    things    
`;

describe('parseLimits', () => {
  it("names the limits as prlimit(1)'s options do, and leaves out what it does not know", () => {
    expect([...parseLimits(TEXT)]).toEqual([
      ['cpu', { soft: 'unlimited', hard: 'unlimited' }],
      ['nofile', { soft: '1024', hard: '524288' }],
      ['as', { soft: '50000000', hard: 'unlimited' }],
      ['nice', { soft: '0', hard: '0' }],
    ]);
  });
});

describe('differingLimits', () => {
  const limit = (soft: string, hard: string) => new Map([['nofile', { soft, hard }]]);

  it.each([
    ['the same', limit('64', '64'), limit('64', '64'), false, []],
    ['a lower soft limit', limit('1024', '4096'), limit('64', '4096'), false, ['nofile']],
    ['a lower hard limit', limit('64', 'unlimited'), limit('64', '64'), false, ['nofile']],
    [
      'a higher one, with the right to raise',
      limit('64', '64'),
      limit('64', '128'),
      true,
      ['nofile'],
    ],
    ['a higher one, without', limit('64', '64'), limit('64', 'unlimited'), false, []],
    ['one that is not known here', new Map(), limit('64', '64'), true, []],
  ])('knows %s', (_, own, wanted, mayRaise, expected) => {
    expect([...differingLimits(own, wanted, mayRaise).keys()]).toEqual(expected);
  });
});
