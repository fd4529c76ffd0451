import { describe, expect, it } from 'vitest';
import {
  isExecutable,
  isRootAlone,
  unsafeReason,
  type PathFacts,
} from '../../../src/system/path-safety.ts';

const FILE: PathFacts = { path: '/d/helper', kind: 'file', uid: 0, mode: 0o755 };
const FOLDER: PathFacts = { path: '/d', kind: 'directory', uid: 0, mode: 0o755 };
const ROOT: PathFacts = { path: '/', kind: 'directory', uid: 0, mode: 0o755 };

describe('isRootAlone', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/false\n';

  it.each([
    [passwd, 'root:x:0:\nadm:x:4:alice\n', true],
    [passwd, 'root:x:0:root\n', true],
    [`${passwd}toor:x:0:0::/root:/bin/sh\n`, 'root:x:0:\n', true],
    [passwd, 'root:x:0:alice\n', false],
    [passwd, 'root:x:0:\nwheel:x:0:alice\n', false],
    [`${passwd}alice:x:1000:0::/home/alice:/bin/sh\n`, 'root:x:0:\n', false],
    ['', 'root:x:0:\n', false],
  ])('of %j and %j is %s', (users, groups, isAlone) => {
    expect(isRootAlone(users, groups)).toBe(isAlone);
  });
});

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

  it.each([
    ['the group of root', { gid: 0, mode: 0o775 }, true],
    ['another group', { gid: 4, mode: 0o775 }, false],
    ['a group that is not known', { mode: 0o775 }, false],
    ['everybody', { gid: 0, mode: 0o777 }, false],
  ])("by the rule of Debian's sshd lets %s write: %o, %s", (_, facts, isSafe) => {
    const way = [FILE, { ...FOLDER, ...facts }, ROOT];
    expect(unsafeReason(way, true) === undefined).toBe(isSafe);
    expect(unsafeReason(way)).toBeDefined();
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
