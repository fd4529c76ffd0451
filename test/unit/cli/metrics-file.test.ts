import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMetrics } from '../../../src/cli/metrics-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'metrics-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a file of metrics', () => {
  it('is whole, readable for everybody, alone in its folder, and replaced the next time', () => {
    const path = join(folder, 'eic.prom');
    const umask = process.umask(0o077);
    try {
      for (const text of ['a 1\n', 'a 2\n']) {
        expect(writeMetrics(path, text)).toBeUndefined();
        expect(readFileSync(path, 'utf8')).toBe(text);
      }
    } finally {
      process.umask(umask);
    }
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['eic.prom']);
  });

  it('takes the place of a link, and leaves what it leads to', () => {
    writeFileSync(join(folder, 'aim'), 'aim');
    symlinkSync('aim', join(folder, 'eic.prom'));
    expect(writeMetrics(join(folder, 'eic.prom'), 'a 1\n')).toBeUndefined();
    expect(readFileSync(join(folder, 'aim'), 'utf8')).toBe('aim');
    expect(readFileSync(join(folder, 'eic.prom'), 'utf8')).toBe('a 1\n');
  });

  it('is not written where there is no folder for it, which is no failure', () => {
    expect(writeMetrics(join(folder, 'none', 'eic.prom'), 'a 1\n')).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says why it cannot be written, and leaves nothing behind', () => {
    mkdirSync(join(folder, 'eic.prom'));
    writeFileSync(join(folder, 'file'), '');
    expect(writeMetrics(join(folder, 'eic.prom'), 'a 1\n')).toContain('directory');
    expect(writeMetrics(join(folder, 'file', 'eic.prom'), 'a 1\n')).toContain('not a directory');
    expect(readdirSync(folder).toSorted()).toEqual(['eic.prom', 'file']);
  });
});
