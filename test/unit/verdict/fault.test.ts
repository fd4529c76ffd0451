import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/verdict/fault.ts';

describe('Fault', () => {
  it('is an error with a code and what lies underneath', () => {
    const cause = new Error('socket');
    const fault = new Fault('IMDS_TIMEOUT', 'no answer', { cause });
    expect(fault).toBeInstanceOf(Error);
    expect(fault).toMatchObject({
      name: 'Fault',
      code: 'IMDS_TIMEOUT',
      message: 'no answer',
      cause,
    });
  });

  it('has no cause where none is known', () => {
    expect(new Fault('IMDS_TIMEOUT', 'no answer')).not.toHaveProperty('cause');
  });
});
