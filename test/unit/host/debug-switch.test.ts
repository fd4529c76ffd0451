import { beforeAll, describe, expect, it } from 'vitest';
import {
  DEBUG_SWITCH,
  debugSwitchText,
  judgeDebugSwitch,
  LONGEST_DEBUG,
  wayProblem,
} from '../../../src/host/debug-switch.ts';
import type { PathFacts } from '../../../src/system/path-safety.ts';
import { evaluateOn } from '../../support/private-machine.ts';

const NOW = 1_800_000_000;

describe('the text of the debug switch', () => {
  it.each([
    [1, 'on'],
    [LONGEST_DEBUG, 'on'],
    [0, 'ended'],
    [-NOW + 1, 'ended'],
  ])('that ends %i s from now says that it is %2$s', (seconds, state) => {
    const until = NOW + seconds;
    expect(judgeDebugSwitch(debugSwitchText(until), NOW)).toEqual({ state, until });
  });

  it.each([
    ['nothing', ''],
    [
      'an end that no switch can be set to, as after the clock was put back',
      `until=${NOW + LONGEST_DEBUG + 1}\n`,
    ],
    ['no number', 'until=soon\n'],
    ['a number of another form', `until=0x${NOW.toString(16)}\n`],
    ['half of a line', `until=${NOW + 60}`],
    ['more than a line', `until=${NOW + 60}\nuntil=${NOW + 60}\n`],
    ['a number without end', `until=${'9'.repeat(60)}\n`],
  ])('is broken with %s', (_, text) => {
    expect(judgeDebugSwitch(text, NOW)).toMatchObject({ state: 'broken' });
  });
});

describe('the way to the debug switch', () => {
  const FILE: PathFacts = { path: DEBUG_SWITCH, kind: 'file', uid: 0, mode: 0o644 };
  const FOLDER: PathFacts = { path: '/run', kind: 'directory', uid: 0, mode: 0o755 };

  it("is root's, from the file to the top", () => {
    expect(wayProblem([FILE, FOLDER])).toBeUndefined();
  });

  it.each<[string, readonly PathFacts[]]>([
    ["another user's file", [{ ...FILE, uid: 999 }, FOLDER]],
    ['a file that others may write', [{ ...FILE, mode: 0o666 }, FOLDER]],
    ["a file in another user's folder", [FILE, { ...FOLDER, uid: 999 }]],
    ['a file in a folder that everybody may write', [FILE, { ...FOLDER, mode: 0o1777 }]],
    ['a link to a file', [FILE, { ...FOLDER, kind: 'link' }, FOLDER]],
    ['a pipe, which would never end', [{ ...FILE, kind: 'other' }, FOLDER]],
    ['a folder', [{ ...FILE, kind: 'directory' }, FOLDER]],
  ])('is not %s', (_, way) => {
    expect(wayProblem(way)).toEqual(expect.any(String));
  });
});

/** What stands in the switch's place, one folder each, and the folder's mode. */
const TEXT = debugSwitchText(NOW + 60).trim();
const BROKEN: Readonly<Record<string, string>> = {
  link: `echo ${TEXT} >/run/aim; ln -s /run/aim /run/link/debug`,
  pipe: 'mkfifo /run/pipe/debug',
  folder: 'mkdir /run/folder/debug',
  writable: `echo ${TEXT} >/run/writable/debug; chmod 666 /run/writable/debug`,
  empty: ': >/run/empty/debug',
  long: 'head -c 1M /dev/zero >/run/long/debug',
};

describe('the debug switch of a machine', () => {
  let seen: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    const broken = Object.entries(BROKEN).map(([name, make]) => `mkdir /run/${name}; ${make}`);
    const unsafe = ['mkdir -m 1777 /run/open', 'mkdir /run/real; ln -s real /run/led'];
    const prepare = ['chmod 755 /run', ...broken, ...unsafe];
    const body = `
      const { readDebugSwitch } = await load('host/debug-switch.ts');
      const { setDebugSwitch, clearDebugSwitch } = await load('host/set-debug-switch.ts');
      const { statSync, readdirSync, readFileSync } = await import('node:fs');
      const read = (path) => readDebugSwitch(${NOW}, path);
      const everyday = [read()];
      process.umask(0o077);
      everyday.push(setDebugSwitch(${NOW + 5}) ?? 'set', read(), setDebugSwitch(${NOW + 9}) ?? 'set', read());
      const modes = ['/run/ec2-instance-connect', '${DEBUG_SWITCH}'].map((path) => statSync(path).mode & 0o7777);
      const names = readdirSync('/run/ec2-instance-connect');
      clearDebugSwitch();
      everyday.push(read());
      clearDebugSwitch();
      const broken = ${JSON.stringify(Object.keys(BROKEN))}.map((name) => {
        const path = '/run/' + name + '/debug';
        return [read(path).state, setDebugSwitch(${NOW + 60}, path) ?? 'set', read(path).state];
      });
      const unsafe = ['/run/open/debug', '/run/led/debug'].map((path) => [typeof setDebugSwitch(${NOW + 60}, path), read(path).state]);
      return { everyday, modes, names, broken, unsafe, aim: readFileSync('/run/aim', 'utf8') };`;
    seen = (await evaluateOn({ empty: ['/run'], prepare }, body)) as typeof seen;
  }, 120_000);

  it('is off, is set for everybody to read, is set again, and is taken away', () => {
    expect(seen).toMatchObject({
      everyday: [
        { state: 'off' },
        'set',
        { state: 'on', until: NOW + 5 },
        'set',
        { state: 'on', until: NOW + 9 },
        { state: 'off' },
      ],
      modes: [0o755, 0o644],
      names: ['debug'],
    });
  });

  it('counts as none where it is anything else; it is replaced, and what a link leads to stays', () => {
    expect(seen['broken']).toEqual(Object.keys(BROKEN).map(() => ['broken', 'set', 'on']));
    expect(seen['aim']).toBe(`${TEXT}\n`);
  });

  it('is not set below a folder that is not safe', () => {
    expect(seen['unsafe']).toEqual([
      ['string', 'off'],
      ['string', 'off'],
    ]);
  });
});
