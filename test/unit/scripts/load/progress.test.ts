import { describe, expect, it } from 'vitest';
import { Progress } from '../../../../scripts/load/progress.ts';

function written(isTTY: boolean): readonly string[] {
  const texts: string[] = [];
  const progress = new Progress({ isTTY, write: (text) => texts.push(text) });
  progress.step();
  progress.begin('logins', 2);
  progress.step();
  progress.step();
  progress.end(1);
  progress.step();
  return texts;
}

describe('the progress of a load', () => {
  it('counts on a terminal, and leaves a line for the phase', () => {
    const texts = written(true).map((text) => text.replace('\r\u001b[K', ''));
    expect(texts).toEqual([
      'logins: 0 of 2',
      'logins: 1 of 2',
      'logins: 2 of 2',
      expect.stringMatching(/^logins: 2 of 2, \d+ s, 1 wrong\n$/),
    ]);
  });

  it('is the line alone where there is no terminal', () => {
    expect(written(false)).toEqual([expect.stringMatching(/^logins: 2 of 2, \d+ s, 1 wrong\n$/)]);
  });
});
