import { describe, expect, it } from 'vitest';
import { helperNames } from '../../../src/helpers/names.ts';

describe('helperNames', () => {
  it('orders helpers by the bytes of their names', () => {
    expect(helperNames(['b', '50-sss', 'B', '9-x', '10-y'])).toEqual([
      '10-y',
      '50-sss',
      '9-x',
      'B',
      'b',
    ]);
  });

  it.each([
    '.hidden',
    '50-sss.args',
    '50-sss~',
    '50-sss.bak',
    '50-sss.dpkg-old',
    '50-sss.rpmsave',
    '#50-sss#',
    'a b',
    'ä',
    '',
  ])('never runs %j', (name) => {
    expect(helperNames([name])).toEqual([]);
  });
});
