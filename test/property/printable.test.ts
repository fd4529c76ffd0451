import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/log/printable.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  // Halves of characters, which no well-formed text has.
  fc.uint16Array({ maxLength: 400 }).map((units) => String.fromCharCode(...units)),
);

describe('printable', () => {
  it('gives printable ASCII of no more than its limit', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 4, max: 500 }), (text, limit) => {
        const shown = printable(text, limit);
        expect(shown).toMatch(/^[\x20-\x7e]*$/);
        expect(shown.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('gives each text that fits a form of its own, from which it can be read', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = printable(text, 100_000);
        const read = shown.replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) =>
          String.fromCodePoint(Number.parseInt(code, 16)),
        );
        expect(read).toBe(text);
      }),
    );
  });

  it('says where it has cut', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 4, max: 200 }), (text, limit) => {
        const whole = printable(text, 100_000);
        const shown = printable(text, limit);
        if (whole.length <= limit) expect(shown).toBe(whole);
        else expect(shown).toBe(`${whole.slice(0, limit - 3)}...`);
      }),
    );
  });
});
