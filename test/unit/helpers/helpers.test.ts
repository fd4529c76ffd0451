import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHelpers } from '../../../src/helpers/helpers.ts';
import type { HelperEdges, HelperRequest } from '../../../src/helpers/result.ts';
import { readPathFacts } from '../../../src/system/files.ts';
import { MAX_HELPERS } from '../../../src/helpers/names.ts';
import { run as runCommand } from '../../rig/run.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMtUy4T0xNq6';
const REQUEST: HelperRequest = { user: 'alice', fingerprint: 'SHA256:abc' };
const PLENTY_MS = 20_000;
const LITTLE_MS = 1_000;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'chain-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

// The helpers are real processes; only their owners are not, since a test may run as anybody and
// below a folder that all can write.
function edges(): Partial<HelperEdges> {
  const way: HelperEdges['way'] = (path) =>
    readPathFacts(path).map((facts) => ({ ...facts, uid: 0, mode: facts.mode & ~0o022 }));
  return { directory, way };
}

function helper(name: string, script: string, args?: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, name), 0o755);
  if (args !== undefined) writeFileSync(join(directory, `${name}.args`), args);
}

async function run(
  deadlineMs: number = PLENTY_MS,
  request: HelperRequest = REQUEST,
): Promise<{ lines: string[]; events: string[][] }> {
  const result = await runHelpers(edges(), request, deadlineMs);
  return {
    lines: result.lines.map((line) => line.toString()),
    events: result.events.map((event) => [
      event.code,
      event.helper.slice(directory.length).replace(/^\//, ''),
    ]),
  };
}

describe('a chain without helpers', () => {
  it('is nothing when the folder does not exist', async () => {
    const result = await runHelpers({ directory: join(directory, 'none') }, REQUEST, PLENTY_MS);
    expect(result).toEqual({ lines: [], events: [] });
  });

  it('is nothing when the folder is empty or holds other files only', async () => {
    expect(await run()).toEqual({ lines: [], events: [] });
    writeFileSync(join(directory, 'README.txt'), '');
    expect(await run()).toEqual({ lines: [], events: [] });
  });

  it('reports a folder that is a file', async () => {
    writeFileSync(join(directory, 'file'), '');
    const result = await runHelpers({ directory: join(directory, 'file') }, REQUEST, PLENTY_MS);
    expect(result.events.map((event) => event.code)).toEqual(['directory-unreadable']);
  });
});

describe('helpers that behave', () => {
  it('give their lines in the order of their names, whoever ends first', async () => {
    // 10-slow ends only when 20-quick has run.
    helper('10-slow', `until [ -e ${directory}/done.flag ]; do :; done; echo '${KEY} slow'`);
    helper('20-quick', `echo '${KEY} quick'; : >${directory}/done.flag`);
    expect(await run()).toEqual({ lines: [`${KEY} slow`, `${KEY} quick`], events: [] });
  });

  it('get the user and the fingerprint without a file of arguments', async () => {
    helper('h', 'echo "$# $1 $2"');
    expect((await run()).lines).toEqual(['2 alice SHA256:abc']);
  });

  it('get what their file of arguments says', async () => {
    helper('h', 'echo "$#|$1|$2"', '--user=%u "a %% b"\n');
    expect((await run()).lines).toEqual(['2|--user=alice|a % b']);
  });

  it('get the home of the user where %h asks for it', async () => {
    helper('h', 'echo "$1"', '%h');
    const home = /^root:.*:(\/[^:]*):[^:]*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1];
    expect((await run(PLENTY_MS, { user: 'root' })).lines).toEqual([home]);
  });

  it("get sshd's environment and nothing else of ours", async () => {
    process.env['EIC_TEST_SECRET'] = 'x';
    helper('h', 'tr "\\0" "\\n" </proc/$$/environ | sed "s/=.*//"');
    const { lines } = await run();
    delete process.env['EIC_TEST_SECRET'];
    expect(['PATH', 'USER', 'LOGNAME', 'HOME', 'LANG']).toEqual(expect.arrayContaining(lines));
  });

  it('have an empty stdin, / as working folder and no stderr', async () => {
    helper('h', 'cat; pwd; readlink /proc/$$/fd/0 /proc/$$/fd/2');
    const { lines } = await run();
    expect(lines).toEqual(['/', '/dev/null', '/dev/null']);
  });

  it('may print nothing', async () => {
    helper('h', ':');
    expect(await run()).toEqual({ lines: [], events: [] });
  });
});

describe('a helper that does not behave loses only its own lines and is named', () => {
  beforeEach(() => {
    helper('zz-good', `echo '${KEY}'`);
  });

  it.each([
    ['fails', 'echo line; exit 3', 'helper-failed'],
    ['dies of a signal', 'echo line; kill -KILL $$', 'helper-failed'],
    ['hangs', 'echo line; while :; do sleep 60; done', 'helper-timeout'],
    ['floods', 'yes "ssh-ed25519 AAAA"', 'helper-output-too-large'],
    ['floods without a line break', `tr '\\0' x </dev/zero`, 'helper-output-too-large'],
    ['prints too many lines', 'yes "" | head -n 5000', 'helper-output-too-large'],
  ])('when it %s', async (_, script, code) => {
    helper('bad', script);
    expect(await run(code === 'helper-timeout' ? LITTLE_MS : PLENTY_MS)).toEqual({
      lines: [KEY],
      events: [[code, 'bad']],
    });
  });

  it('when it prints control characters: those lines alone are dropped', async () => {
    helper('bad', String.raw`printf 'one\nt\000wo\n\033[31mthree\nfour'`);
    expect(await run()).toEqual({
      lines: ['one', 'four', KEY],
      events: [['helper-lines-dropped', 'bad']],
    });
  });

  it('when it is cut off in the middle of a line at the deadline', async () => {
    helper('bad', 'printf "whole\\npart"; sleep 60');
    expect(await run(LITTLE_MS)).toEqual({ lines: [KEY], events: [['helper-timeout', 'bad']] });
  });

  it('when it is not executable', async () => {
    helper('bad', 'echo line');
    chmodSync(join(directory, 'bad'), 0o644);
    expect(await run()).toEqual({ lines: [KEY], events: [['helper-not-executable', 'bad']] });
  });

  it('when it is a link to nothing', async () => {
    symlinkSync('/nonexistent', join(directory, 'bad'));
    expect(await run()).toEqual({ lines: [KEY], events: [['helper-unreadable', 'bad']] });
  });

  it('when its interpreter is missing', async () => {
    writeFileSync(join(directory, 'bad'), '#!/nonexistent\n');
    chmodSync(join(directory, 'bad'), 0o755);
    expect(await run()).toEqual({ lines: [KEY], events: [['helper-cannot-start', 'bad']] });
  });

  it('when no descriptor is left for it', async () => {
    const source = join(import.meta.dirname, '../../../src/helpers/process.ts');
    const program = `
      const { runHelperProgram } = await import(${JSON.stringify(source)});
      const { openSync } = await import('node:fs');
      try {
        for (;;) openSync('/dev/null', 'r');
      } catch {}
      const ended = await runHelperProgram('/bin/true', [], ${PLENTY_MS});
      console.log(JSON.stringify(ended.events.map(({ code }) => code)));`;
    const node = [process.execPath, '--input-type=module', '--eval', program] as const;
    const { stdout } = await runCommand(['bash', '-c', 'ulimit -n 64; exec "$@"', 'bash', ...node]);
    expect(stdout).toBe('["helper-cannot-start"]\n');
  });

  it.each([
    ['asks for a token that only sshd has', '%k'],
    ['asks for an unknown home', '%h'],
    ['has an open quote', '"'],
  ])('when its file of arguments %s', async (_, template) => {
    helper('bad', 'echo line', template);
    expect(await run(PLENTY_MS, { ...REQUEST, user: 'no-such-user-here' })).toEqual({
      lines: [KEY],
      events: [['arguments-invalid', 'bad']],
    });
  });

  it('when there are more helpers than may run', async () => {
    rmSync(join(directory, 'zz-good'));
    for (let i = 10; i < 10 + MAX_HELPERS; i++) helper(`h${i}`, `echo ${i}`);
    helper('z', 'echo z');
    const { lines, events } = await run();
    expect(lines).toHaveLength(MAX_HELPERS);
    expect(events).toEqual([['too-many-helpers', 'z']]);
  });
});

describe('a helper that leaves a process behind', () => {
  it('keeps its lines, and the process of its group is killed', async () => {
    helper('bad', `sleep 60 & echo $!; exit 0`);
    const { lines, events } = await run();
    expect(events).toEqual([]);
    await expect.poll(() => alive(Number(lines[0]))).toBe(false);
  });

  it('keeps its lines when the process escaped with its output open, and is named', async () => {
    const flag = `${directory}/escaped.flag`;
    helper(
      'bad',
      `setsid sh -c ': >${flag}; exec sleep 5' & until [ -e ${flag} ]; do :; done; echo line`,
    );
    const { lines, events } = await run();
    expect(lines).toEqual(['line']);
    expect(events).toEqual([['helper-left-open', 'bad']]);
  });

  it('is killed with its children when it hangs', async () => {
    helper('bad', `sleep 60 & echo $! >${directory}/pid.txt; wait`);
    const { events } = await run(LITTLE_MS);
    expect(events).toEqual([['helper-timeout', 'bad']]);
    const pid = Number(readFileSync(join(directory, 'pid.txt'), 'utf8'));
    await expect.poll(() => alive(pid)).toBe(false);
  });
});

describe('the safety of the way to a helper', () => {
  it('keeps every helper from running when the folder is unsafe', async () => {
    helper('h', 'echo line');
    const way: HelperEdges['way'] = (path) =>
      readPathFacts(path).map((facts) => ({ ...facts, uid: 0, mode: 0o777 }));
    const result = await runHelpers({ directory, way }, REQUEST, PLENTY_MS);
    expect(result.lines).toEqual([]);
    expect(result.events.map((event) => event.code)).toEqual(['directory-unsafe']);
  });

  it('judges the helper and its file of arguments each', async () => {
    helper('h', 'echo line');
    helper('i', 'echo line', '%u');
    const way: HelperEdges['way'] = (path) =>
      readPathFacts(path).map((facts) => ({
        ...facts,
        uid: /\/(h|i\.args)$/.test(facts.path) ? 1000 : 0,
        mode: facts.mode & ~0o022,
      }));
    const result = await runHelpers({ directory, way }, REQUEST, PLENTY_MS);
    expect(result.lines).toEqual([]);
    expect(result.events.map((event) => event.code)).toEqual([
      'helper-unsafe',
      'arguments-invalid',
    ]);
  });

  it('judges both the folder of a symbolic link and the folder of its target', () => {
    helper('target', ':');
    const other = mkdtempSync(join(tmpdir(), 'chain-link-'));
    symlinkSync(join(directory, 'target'), join(other, 'link'));
    const paths = readPathFacts(join(other, 'link')).map((facts) => facts.path);
    rmSync(other, { recursive: true });
    expect(paths[0]).toBe(join(directory, 'target'));
    expect(paths).toEqual(expect.arrayContaining([directory, other, '/']));
  });
});

describe('a helper behind several symbolic links', () => {
  /** `h` -> alice/link -> bin/good, the folder alice belonging to a local user. */
  function behindLinks(): { alice: string; good: string } {
    const [alice, bin] = [join(directory, 'alice.d'), join(directory, 'bin.d')];
    mkdirSync(alice);
    mkdirSync(bin);
    writeFileSync(join(bin, 'good'), '#!/bin/sh\necho "$0"\n');
    chmodSync(join(bin, 'good'), 0o755);
    symlinkSync('../bin.d/good', join(alice, 'link'));
    symlinkSync(join(alice, 'link'), join(directory, 'h'));
    return { alice, good: join(bin, 'good') };
  }
  const way =
    (foreign?: string): HelperEdges['way'] =>
    (path) =>
      readPathFacts(path).map((facts) => ({
        ...facts,
        uid: facts.path === foreign ? 1000 : 0,
        mode: facts.mode & ~0o022,
      }));

  it('does not run where a local user owns the folder of a link in the middle', async () => {
    const { alice } = behindLinks();
    const result = await runHelpers({ directory, way: way(alice) }, REQUEST, PLENTY_MS);
    expect(result.lines).toEqual([]);
    expect(result.events).toMatchObject([{ code: 'helper-unsafe' }]);
    expect(result.events[0]?.detail).toContain(`${alice} belongs to user id 1000`);
  });

  it('does not run where a local user owns a link in the middle', async () => {
    const { alice } = behindLinks();
    const foreign = join(alice, 'link');
    const result = await runHelpers({ directory, way: way(foreign) }, REQUEST, PLENTY_MS);
    expect(result.events).toMatchObject([{ code: 'helper-unsafe' }]);
  });

  it('is run by the real path that was judged, not by the links', async () => {
    const { good } = behindLinks();
    const { lines } = await runHelpers({ directory, way: way() }, REQUEST, PLENTY_MS);
    expect(lines.map(String)).toEqual([good]);
  });

  it('is known by every folder and link on the way, the end first', () => {
    const { alice, good } = behindLinks();
    const found = readPathFacts(join(directory, 'h'));
    expect(found[0]).toMatchObject({ path: good, kind: 'file' });
    const kinds = new Map(found.map(({ path, kind }) => [path, kind]));
    expect(kinds.get(join(directory, 'h'))).toBe('link');
    expect(kinds.get(join(alice, 'link'))).toBe('link');
    for (const folder of [alice, directory, join(directory, 'bin.d'), '/']) {
      expect(kinds.get(folder)).toBe('directory');
    }
    expect(kinds.size).toBe(found.length);
  });

  it('is refused where the links lead in a circle or to nothing', () => {
    symlinkSync('b', join(directory, 'a'));
    symlinkSync('a', join(directory, 'b'));
    symlinkSync('none', join(directory, 'c'));
    expect(() => readPathFacts(join(directory, 'a'))).toThrow(/ELOOP/);
    expect(() => readPathFacts(join(directory, 'c'))).toThrow(/ENOENT/);
  });
});

// A process that was killed but not yet waited for by its new parent is as good as gone.
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
