import { describe, expect, it, vi } from 'vitest';
import { printable } from '../../../src/log/printable.ts';

describe('printable', () => {
  it('leaves printable ASCII as it is, but for the backslash', () => {
    const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join(
      '',
    );
    expect(printable(ascii)).toBe(ascii.replace('\\', '\\u{5c}'));
  });

  it.each([
    ['a line feed', '\n', '\\u{a}'],
    ['a carriage return', '\r', '\\u{d}'],
    ['NUL', '\0', '\\u{0}'],
    ['escape', '\u001b[31m', '\\u{1b}[31m'],
    ['delete', '\u007f', '\\u{7f}'],
    ['an 8-bit control', '\u0085', '\\u{85}'],
    ['a line separator', '\u2028', '\\u{2028}'],
    ['a character that turns the text around', '\u202e', '\\u{202e}'],
    ['a letter that looks like another', 'а', '\\u{430}'],
    ['a character beyond 16 bits', '😀', '\\u{1f600}'],
    ['half a character', '\ud83d', '\\u{d83d}'],
    ['what looks escaped already', '\\u{a}', '\\u{5c}u{a}'],
  ])('writes %s as its number', (_, text, escaped) => {
    expect(printable(text)).toBe(escaped);
  });

  it('leaves a text of exactly the limit whole, and cuts a longer one to it', () => {
    expect(printable('x'.repeat(256))).toBe('x'.repeat(256));
    expect(printable('x'.repeat(257))).toBe(`${'x'.repeat(253)}...`);
    expect(printable('x'.repeat(10), 10)).toBe('x'.repeat(10));
    expect(printable('x'.repeat(11), 10)).toBe('xxxxxxx...');
  });

  it('counts the characters as they are written', () => {
    expect(printable('\n'.repeat(100), 50)).toHaveLength(50);
    expect(printable('\n'.repeat(100), 50)).toMatch(/\.\.\.$/);
  });

  it('looks only at as much of a long text as it can write', () => {
    const look = vi.spyOn(String.prototype, 'codePointAt');
    const written = printable('\n'.repeat(10_000), 20);
    const looks = look.mock.calls.length;
    look.mockRestore();
    expect(written).toHaveLength(20);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(21);
  });
});
