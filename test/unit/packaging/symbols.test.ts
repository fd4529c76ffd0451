import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../scripts/build/bundle.ts';
import { symbolize } from '../../../scripts/build/symbols.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('symbolize', () => {
  const folder = mkdtempSync(join(tmpdir(), 'symbols-'));
  let code: string;
  let map: string;
  beforeAll(async () => {
    await bundle(join(folder, 'bundle.cjs'));
    code = readFileSync(join(folder, 'bundle.cjs'), 'utf8');
    map = readFileSync(join(folder, 'bundle.cjs.map'), 'utf8');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Where a text of the sources stands in the bundle, as a stack has it. */
  function positionOf(text: string): string {
    const lines = code.split('\n');
    const line = lines.findIndex((each) => each.includes(text));
    return `${line + 1}:${(lines[line] ?? '').indexOf(text) + 1}`;
  }

  it('finds the source of a position, under either name of the bundle', () => {
    const text = 'candidates without anything to prove them';
    const source = readFileSync(join(ROOT, 'src/authorize/authorize.ts'), 'utf8').split('\n');
    const line = source.findIndex((each) => each.includes(text)) + 1;
    const stack = `Error: x\n    at f (/mnt/main.cjs:${positionOf(text)})\n    at bundle.cjs:${positionOf(text)}`;
    const found = symbolize(stack, map);
    expect(found.match(/src\/authorize\/authorize\.ts:\d+/g)).toEqual(
      Array(2).fill(`src/authorize/authorize.ts:${line}`),
    );
  });

  it('leaves alone what is no position of the bundle', () => {
    const text = 'at node:internal/x:1:2 and http://main.example:80:1';
    expect(symbolize(text, map)).toBe(text);
  });

  it('has no map in the bundle, and no source text in the map', () => {
    expect(code).not.toContain('sourceMappingURL');
    expect(JSON.parse(map)).not.toHaveProperty('sourcesContent');
  });
});
