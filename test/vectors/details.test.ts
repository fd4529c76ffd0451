import { afterAll, expect, it, vi } from 'vitest';
import { BAD_KEYS } from './key-bad.ts';
import { decision } from './key-vector.ts';
import { BAD_MEMBERS } from './signer-member-bad.ts';
import { BAD_PATHS } from './signer-path-bad.ts';
import { BAD_STAPLES } from './signer-staple-bad.ts';
import { decide } from './signer-vector.ts';

// Vectors have times of the second of their making, some of them of that of their import.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 22, 12) }));
afterAll(() => {
  vi.useRealTimers();
});

/** An ECDSA signature has no fixed length, nor has whatever holds it: the count is left out. */
const settled = (text: string): string => text.replaceAll(/found \d+(?= more bytes)/g, 'found N');

it('every vector of a signer is refused in the words that details-signer.txt has', async () => {
  const lines = [...BAD_PATHS, ...BAD_MEMBERS, ...BAD_STAPLES].map(({ title, build }) => {
    const verdict = decide(build());
    if (verdict.ok) throw new Error(`${title}: accepted`);
    const { reason, detail, subject = '-' } = verdict;
    return `${title}\n  ${reason}: ${settled(detail)}\n  ${subject}\n`;
  });
  await expect(lines.join('')).toMatchFileSnapshot('details-signer.txt');
});

it('every vector of a key is refused in the words that details-key.txt has', async () => {
  const lines = BAD_KEYS.map((vector) => {
    const verdict = decision(vector).verdicts[1];
    if (verdict === undefined || verdict.ok) throw new Error(`${vector.title}: accepted`);
    return `${vector.title}\n  ${verdict.reason}: ${verdict.detail}\n`;
  });
  await expect(lines.join('')).toMatchFileSnapshot('details-key.txt');
});
