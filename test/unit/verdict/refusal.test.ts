import { describe, expect, it } from 'vitest';
import { accept, refuse } from '../../../src/verdict/refusal.ts';

describe('a verdict', () => {
  it('is either a value or a reason, told apart by ok', () => {
    expect(accept(3)).toEqual({ ok: true, value: 3 });
    expect(refuse('expired', 'why')).toEqual({ ok: false, reason: 'expired', detail: 'why' });
  });
});
