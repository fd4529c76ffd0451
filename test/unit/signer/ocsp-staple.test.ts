import { describe, expect, it, vi } from 'vitest';
import { authenticateResponder } from '../../../src/signer/ocsp-responder.ts';
import { readStaple } from '../../../src/signer/ocsp-staple.ts';
import { ocspError, scenario, staple, type Cast, type Role } from '../../pki/index.ts';
import { delegate } from '../../vectors/signer-staple-cases.ts';
import { outcome, type SignerVector } from '../../vectors/signer-vector.ts';

vi.mock(import('../../../src/signer/ocsp-responder.ts'), { spy: true });

const NOW = 1_764_000_000;
type Unusual = Parameters<typeof staple>[3];

/** What comes of an unusual staple for the leaf. */
function leafStaple(unusual: (cast: Cast) => NonNullable<Unusual>): SignerVector['expect'] {
  return outcome(
    scenario({
      now: NOW,
      staples: (c) => [
        staple(c, c.leaf, c.intermediate, unusual(c)),
        staple(c, c.intermediate, c.root),
      ],
    }),
  );
}

const times = (thisUpdate: number, nextUpdate: number, producedAt = NOW): SignerVector['expect'] =>
  leafStaple(() => ({ producedAt, single: { thisUpdate, nextUpdate } }));

describe('the times of a staple', () => {
  it('may be off by 300 seconds and not by more', () => {
    expect(times(NOW + 300, NOW + 900)).toBe('accepted');
    expect(times(NOW + 301, NOW + 900)).toBe('staple-expired');
    expect(times(NOW - 900, NOW - 300)).toBe('accepted');
    expect(times(NOW - 900, NOW - 301)).toBe('staple-expired');
    expect(times(NOW, NOW + 900, NOW + 300)).toBe('accepted');
    expect(times(NOW, NOW + 900, NOW + 301)).toBe('staple-expired');
  });

  it('may be the same, and may not run backwards', () => {
    expect(times(NOW, NOW)).toBe('accepted');
    expect(times(NOW + 1, NOW)).toBe('staple-expired');
  });
});

describe('a staple with many statuses', () => {
  it('has its responder authenticated once for each certificate that it speaks of', () => {
    vi.mocked(authenticateResponder).mockClear();
    const many = leafStaple((c) => {
      const status = { certificate: c.leaf, issuer: c.intermediate };
      const times = { thisUpdate: NOW - 60, nextUpdate: NOW + 900 };
      return { singles: Array.from({ length: 64 }, () => ({ ...status, ...times })) };
    });
    expect(many).toBe('accepted');
    // The leaf's, and the intermediate's own.
    expect(authenticateResponder).toHaveBeenCalledTimes(2);
  });
});

describe("a delegate's validity", () => {
  const delegated = (unusual: Role): SignerVector['expect'] =>
    leafStaple((c) => {
      const responder = delegate(c, unusual);
      return { responder, embed: [responder] };
    });

  it('has both ends in it, and no tolerance', () => {
    expect(delegated({ notBefore: NOW })).toBe('accepted');
    expect(delegated({ notBefore: NOW + 1 })).toBe('staple-responder-unauthorized');
    expect(delegated({ notAfter: NOW })).toBe('accepted');
    expect(delegated({ notAfter: NOW - 1 })).toBe('staple-responder-unauthorized');
  });
});

describe('readStaple', () => {
  const { staples } = scenario({ now: NOW });
  const der = staples[0] ?? Buffer.alloc(0);
  const text = der.toString('base64');

  it.each([
    ['DER', der],
    ['base64', Buffer.from(text)],
    [
      'base64 with line breaks of any kind',
      Buffer.from(`\r\n${text.replaceAll(/.{64}/g, '$&\r\n')}\n`),
    ],
    ['base64 of 64 KiB with its white space', Buffer.from(text.padEnd(65_536))],
  ])('reads %s', (_what, bytes) => {
    expect(readStaple(bytes)).toMatchObject({ outcome: 'basic' });
  });

  it('reads an error', () => {
    expect(readStaple(ocspError(3))).toEqual({ outcome: 'error', errorStatus: 3 });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['more than 64 KiB of text', Buffer.from(text.padEnd(65_537))],
    ['base64 without its padding', Buffer.from(text.replace(/=*$/, '').slice(0, -1))],
    ['base64 of base64', Buffer.from(Buffer.from(text).toString('base64'))],
    ['the url alphabet', Buffer.from(`${text.slice(0, -4)}-_-_`)],
    ['bytes that are no ascii', Buffer.of(0xff, 0xfe)],
  ])('does not read %s', (_what, bytes) => {
    expect(readStaple(bytes)).toMatchObject({ outcome: 'malformed' });
  });
});
