import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../../../src/sshd/plan/diff.ts';

const TEN = Array.from({ length: 10 }, (_, index) => `${index + 1}\n`).join('');

describe('unifiedDiff', () => {
  it('is empty for equal texts', () => {
    expect(unifiedDiff('/f', TEN, TEN)).toBe('');
    expect(unifiedDiff('/f', undefined, undefined)).toBe('');
  });

  it('shows a file that is made and one that is taken away', () => {
    expect(unifiedDiff('/f', undefined, 'a\n')).toBe('--- /dev/null\n+++ /f\n@@ -0,0 +1 @@\n+a\n');
    expect(unifiedDiff('/f', 'a\n', undefined)).toBe('--- /f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n');
  });

  it('has three lines of context', () => {
    expect(unifiedDiff('/f', TEN, TEN.replace('5\n', 'five\n'))).toBe(
      '--- /f\n+++ /f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  it('has a hunk for each of two changes that are far apart', () => {
    const before = TEN + TEN;
    const after = `0\n${before}x\n`;
    const hunks = unifiedDiff('/f', before, after).match(/^@@.*@@$/gm);
    expect(hunks).toEqual(['@@ -1,3 +1,4 @@', '@@ -18,3 +19,4 @@']);
  });

  it('joins two changes whose context touches, and shows what is left out between others', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, i) => `${i}\n`).join('');
    const ranges = (between: number): unknown =>
      unifiedDiff('/f', `a\n${lines(between)}b\n`, `A\n${lines(between)}B\n`).match(/^@@.*@@$/gm);
    expect(ranges(5)).toEqual(['@@ -1,7 +1,7 @@']);
    expect(ranges(7)).toEqual(['@@ -1,4 +1,4 @@', '@@ -6,4 +6,4 @@']);
  });

  it('keeps the lines that both have, in front and behind too', () => {
    expect(unifiedDiff('/f', 'a\nb\nc\nd\n', 'a\nx\nc\ny\nd\n')).toBe(
      '--- /f\n+++ /f\n@@ -1,4 +1,5 @@\n a\n-b\n+x\n c\n+y\n d\n',
    );
    expect(unifiedDiff('/f', 'a\na\n', 'a\na\na\n')).toBe(
      '--- /f\n+++ /f\n@@ -1,2 +1,3 @@\n a\n a\n+a\n',
    );
  });

  it.each([
    ['abcabba', 'cbabac', 5],
    ['xaxbxc', 'axbxcx', 2],
    ['aXbXc', 'abc', 2],
    ['abc', 'aXbXc', 2],
    ['aaab', 'aab', 1],
    ['baaa', 'baa', 1],
    ['abcd', 'dabc', 2],
  ])('changes no more lines from %s to %s than it must', (before, after, count) => {
    const lines = (text: string): string => text.replace(/\w/g, '$&\n');
    const diff = unifiedDiff('/f', lines(before), lines(after));
    expect(diff.match(/^[-+]\w$/gm)).toHaveLength(count);
    const kept = (sign: string): string =>
      [...diff.matchAll(/^([-+ ])(\w)$/gm)]
        .map(([, is, char]) => (is === sign ? '' : char))
        .join('');
    expect([kept('+'), kept('-')]).toEqual([before, after]);
  });

  it('shows a file with nothing in it', () => {
    expect(unifiedDiff('/f', '', 'a\n')).toBe('--- /f\n+++ /f\n@@ -0,0 +1 @@\n+a\n');
    expect(unifiedDiff('/f', undefined, '')).toBe('--- /dev/null\n+++ /f\n');
  });

  it('does not compare more lines than it can hold', () => {
    const long = (first: string, last: string): string =>
      `${first}\n${'x\n'.repeat(4000)}${last}\n`;
    const diff = unifiedDiff('/f', long('a', 'b'), long('c', 'd'));
    expect(diff.match(/^[-+]x$/gm)).toHaveLength(8000);
  });

  it('says where a line break is missing at the end', () => {
    expect(unifiedDiff('/f', 'a', 'a\n')).toContain('-a\n\\ No newline at end of file\n+a\n');
    expect(unifiedDiff('/f', 'a\n', 'a\nb')).toContain(' a\n+b\n\\ No newline at end of file\n');
  });
});
