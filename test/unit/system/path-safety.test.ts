import { describe, expect, it } from 'vitest';
import { isExecutable, unsafeReason, type PathFacts } from '../../../src/system/path-safety.ts';

const FILE: PathFacts = { path: '/d/helper', kind: 'file', uid: 0, mode: 0o755 };
const FOLDER: PathFacts = { path: '/d', kind: 'directory', uid: 0, mode: 0o755 };
const ROOT: PathFacts = { path: '/', kind: 'directory', uid: 0, mode: 0o755 };

describe('unsafeReason', () => {
  it('accepts a file of root below folders of root', () => {
    expect(unsafeReason([FILE, FOLDER, ROOT])).toBeUndefined();
  });

  it('accepts a folder to begin with', () => {
    expect(unsafeReason([FOLDER, ROOT])).toBeUndefined();
  });

  it.each([
    ['a file of another user', [{ ...FILE, uid: 1000 }, FOLDER, ROOT], '/d/helper'],
    ['a file that the group can write', [{ ...FILE, mode: 0o775 }, FOLDER, ROOT], '/d/helper'],
    ['a file that others can write', [{ ...FILE, mode: 0o757 }, FOLDER, ROOT], '/d/helper'],
    ['a device', [{ ...FILE, kind: 'other' }, FOLDER, ROOT], '/d/helper'],
    ['a folder of another user', [FILE, { ...FOLDER, uid: 1 }, ROOT], '/d'],
    ['a sticky folder that all can write', [FILE, { ...FOLDER, mode: 0o1777 }, ROOT], '/d'],
    ['a root folder that the group can write', [FILE, FOLDER, { ...ROOT, mode: 0o775 }], '/'],
    ['a file where a folder should be', [FILE, { ...FOLDER, kind: 'file' }, ROOT], '/d'],
  ] as const)('refuses %s and names it', (_, way, path) => {
    expect(unsafeReason(way)?.split(' ')[0]).toBe(path);
  });

  it('refuses a path of which nothing is known', () => {
    expect(unsafeReason([])).toBeDefined();
  });
});

describe('isExecutable', () => {
  it.each([
    [0o755, true],
    [0o700, true],
    [0o644, false],
  ])('says of mode %o: %s', (mode, expected) => {
    expect(isExecutable({ ...FILE, mode })).toBe(expected);
  });

  it('says no of a folder', () => {
    expect(isExecutable(FOLDER)).toBe(false);
  });
});
