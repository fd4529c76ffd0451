import { expect, it, vi } from 'vitest';
import { authenticateResponder } from '../../../src/signer/ocsp-responder.ts';
import { scenario, staple } from '../../pki/index.ts';
import { outcome } from '../../vectors/signer-vector.ts';

vi.mock(import('../../../src/signer/ocsp-responder.ts'), { spy: true });

const NOW = 1_764_000_000;

it('a staple with many statuses has its responder authenticated once for each certificate that it speaks of', () => {
  const many = outcome(
    scenario({
      now: NOW,
      staples: (c) => {
        const status = { certificate: c.leaf, issuer: c.intermediate };
        const times = { thisUpdate: NOW - 60, nextUpdate: NOW + 900 };
        const singles = Array.from({ length: 64 }, () => ({ ...status, ...times }));
        return [staple(c, c.leaf, c.intermediate, { singles }), staple(c, c.intermediate, c.root)];
      },
    }),
  );
  expect(many).toBe('accepted');
  // The leaf's, and the intermediate's own.
  expect(authenticateResponder).toHaveBeenCalledTimes(2);
});
