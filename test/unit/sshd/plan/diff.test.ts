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

  it('says where a line break is missing at the end', () => {
    expect(unifiedDiff('/f', 'a', 'a\n')).toContain('-a\n\\ No newline at end of file\n+a\n');
  });
});
