import { describe, expect, it } from 'vitest';
import type { Deadline, Metadata } from '../../../src/imds/client.ts';
import { DEADLINE_MS } from '../../../src/imds/limits.ts';
import type { SyslogLine } from '../../../src/log/syslog.ts';
import { endWithBug, runLogin, type RunEdges } from '../../../src/login/login.ts';
import { Run } from '../../../src/login/run.ts';
import type { Answer } from '../../../src/verdict/answers.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { bodyOf, chain, goodEntry, INSTANCE, KEY_LINE, NOW } from '../../support/signed-blobs.ts';

const STAPLES = 'managed-ssh-keys/signer-ocsp/';
const DOCUMENTS: Readonly<Record<string, string | Buffer>> = {
  'instance-id': INSTANCE,
  'placement/region': 'us-east-1',
  'services/domain': 'amazonaws.com',
  'managed-ssh-keys/active-keys/alice/': bodyOf(goodEntry()),
  'managed-ssh-keys/signer-cert/': chain.chainPem,
  [STAPLES]: chain.staples.map((_, index) => `s${index}`).join('\n'),
  ...Object.fromEntries(
    chain.staples.map(({ der }, index) => [`${STAPLES}s${index}`, der.toString('base64')]),
  ),
};

/** A run that keeps what it is given to print. */
class KeptRun extends Run {
  stdout = '';
  isFull = false;

  override write(descriptor: 1 | 2, text: string | Buffer): void {
    if (descriptor !== 1) return;
    if (this.isFull) throw new Fault('OUTPUT_UNWRITABLE', 'full');
    this.stdout += text.toString();
  }
}

interface World {
  readonly edges: RunEdges;
  readonly run: KeptRun;
  readonly logged: () => readonly unknown[];
}

/** A host on which the one pushed key of alice may be used, but for the changes. */
function world(changes: Partial<RunEdges> = {}): World {
  const run = new KeptRun();
  const lines: SyslogLine[] = [];
  const edges: RunEdges = {
    run,
    now: () => NOW,
    startDeadline: () => ({ remaining: () => DEADLINE_MS }),
    machine: () => ({ kind: 'nitro', instanceId: INSTANCE }),
    imds: () => ({
      get: (path) => {
        const found = DOCUMENTS[path];
        return Promise.resolve(found === undefined ? undefined : Buffer.from(found));
      },
    }),
    trustStore: () => ({ path: '/ca.pem', pem: Buffer.from(chain.root.pem) }),
    runHelpers: () => Promise.resolve({ lines: [], events: [] }),
    writeSyslog: (more) => {
      lines.push(...more);
      return Promise.resolve();
    },
    isDebugging: () => false,
    ...changes,
  };
  return { edges, run, logged: () => lines.map(({ text }) => JSON.parse(text) as unknown) };
}

const broken = { runHelpers: () => Promise.reject(new TypeError('ours')) };
const late = { startDeadline: () => ({ remaining: () => 0 }) };

describe('a login', () => {
  it('prints the key and logs it', async () => {
    const { edges, run, logged } = world();
    expect(await runLogin(['alice'], edges)).toBe(0);
    expect(run.stdout).toBe(`${KEY_LINE}\n`);
    expect(logged()).toMatchObject([{ event: 'key-accepted', user: 'alice' }]);
  });

  it('exits 0 with the lines of a helper, although the signer is refused', async () => {
    const lines = [Buffer.from('ssh-ed25519 AAAA helper')];
    const runHelpers = (): ReturnType<RunEdges['runHelpers']> =>
      Promise.resolve({ lines, events: [] });
    const { edges, run, logged } = world({ now: () => NOW + 1e7, runHelpers });
    expect(await runLogin(['alice'], edges)).toBe(0);
    expect(run.stdout).toBe('ssh-ed25519 AAAA helper\n');
    expect(logged()).toMatchObject([{ event: 'signer-refused' }]);
  });
});

describe('a login whose helpers break', () => {
  it('keeps its own keys, and says so once', async () => {
    const { edges, run, logged } = world(broken);
    expect(await runLogin(['alice'], edges)).toBe(0);
    expect(run.stdout).toBe(`${KEY_LINE}\n`);
    const trouble = { level: 'warn', event: 'helper', code: 'chain-broken' };
    expect(logged()).toMatchObject([{ event: 'key-accepted' }, trouble]);
  });
});

describe('a login that takes too long to decide', () => {
  it('prints no keys, although no timer could strike meanwhile', async () => {
    const { edges, run, logged } = world(late);
    expect(await runLogin(['alice'], edges)).toBe(1);
    expect(run.stdout).toBe('');
    expect(logged()).toMatchObject([{ event: 'fault', code: 'DEADLINE_EXCEEDED' }]);
  });

  it('may still say that there is nothing to decide', async () => {
    const { edges, run, logged } = world({ ...late, machine: () => undefined });
    expect(await runLogin(['alice'], edges)).toBe(0);
    expect({ stdout: run.stdout, logged: logged() }).toEqual({ stdout: '', logged: [] });
  });
});

describe('a login whose output is full', () => {
  it('is a fault of the world, which the log has', async () => {
    const { edges, run, logged } = world();
    run.isFull = true;
    expect(await runLogin(['alice'], edges)).toBe(1);
    expect(logged()).toMatchObject([
      { event: 'key-accepted' },
      { event: 'fault', code: 'OUTPUT_UNWRITABLE' },
    ]);
  });
});

describe('a login while the debug switch is on', () => {
  const debugging = { isDebugging: () => true };
  const fingerprint = `SHA256:${'A'.repeat(43)}`;

  it('has one line where nobody has pushed a key: whom sshd asked for, the answer, and how long it took', async () => {
    const startDeadline = (): Deadline => ({ remaining: () => DEADLINE_MS - 42.4 });
    const imds = (): Metadata => ({ get: () => Promise.resolve(undefined) });
    const { edges, run, logged } = world({ ...debugging, startDeadline, imds });
    expect(await runLogin(['alice', fingerprint], edges)).toBe(0);
    expect(run.stdout).toBe('');
    expect(logged()).toEqual([
      {
        level: 'info',
        event: 'question',
        user: 'alice',
        offered: fingerprint,
        answer: 'no-key',
        keys: 0,
        exitCode: 0,
        milliseconds: 42,
        message: expect.stringContaining('no key was pushed') as string,
      },
    ]);
  });

  it('has the line behind its other events, and counts the keys of helpers', async () => {
    const lines = [Buffer.from('ssh-ed25519 AAAA helper')];
    const runHelpers = (): ReturnType<RunEdges['runHelpers']> =>
      Promise.resolve({ lines, events: [] });
    const { edges, run, logged } = world({ ...debugging, runHelpers });
    expect(await runLogin(['alice'], edges)).toBe(0);
    expect(run.stdout).toBe(`${KEY_LINE}\nssh-ed25519 AAAA helper\n`);
    expect(logged()).toMatchObject([
      { event: 'key-accepted' },
      { event: 'question', user: 'alice', answer: 'accepted', keys: 2 },
    ]);
  });

  it.each<[Answer, Partial<RunEdges>, readonly string[], number]>([
    ['fault', late, ['alice'], 1],
    ['usage', {}, [], 2],
    ['usage', {}, ['alice', '\x1b[31m'], 2],
    ['no-instance', { machine: () => undefined }, ['alice'], 0],
  ])('says %s', async (answer, changes, args, exitCode) => {
    const { edges, logged } = world({ ...changes, ...debugging });
    expect(await runLogin(args, edges)).toBe(exitCode);
    expect(logged().at(-1)).toMatchObject({ event: 'question', answer, exitCode, keys: 0 });
    expect(JSON.stringify(logged())).toMatch(/^[\x20-\x7e]*$/);
  });

  it('has no line of its own where a person has it explained: sshd asked nothing', async () => {
    const { edges, logged } = world(debugging);
    await runLogin(['alice'], edges, { explain: () => undefined });
    expect(logged()).toMatchObject([{ event: 'key-accepted' }]);
  });
});

describe('the last sentence of an explained login', () => {
  const last = async (changes: Partial<RunEdges>, args = ['alice']): Promise<string> => {
    const steps: string[] = [];
    await runLogin(args, world(changes).edges, { explain: (step) => void steps.push(step) });
    return steps.at(-1) ?? '';
  };

  it('says what sshd would get, and do with it', async () => {
    expect(await last({})).toMatch(/^sshd would get 1 key: it would let alice in by it, if /);
    expect(await last({ machine: () => undefined })).toMatch(
      /^sshd would get no key: it would go on /,
    );
    expect(await last(late)).toMatch(/^sshd would get exit status 1: it would use no key /);
    expect(await last({}, [])).toMatch(/^sshd would get exit status 2: /);
  });

  it.each([
    [{ isKnown: true, isAsked: true }, /^sshd would get 1 key: it would let alice in/],
    [{ isKnown: true, isAsked: undefined }, /^if sshd asks this program for alice .* 1 key: /],
    [{ isKnown: true, isAsked: false }, /^sshd does not ask this program for alice/],
    [{ isKnown: false, isAsked: undefined }, /^there is no user alice on this host/],
    [{ isKnown: false, isAsked: true }, /^there is no user alice on this host/],
  ])('claims no more than is known: %j', async (standing, expected) => {
    const steps: string[] = [];
    await runLogin(['alice'], world().edges, {
      explain: (step) => void steps.push(step),
      standing: () => Promise.resolve(standing),
    });
    expect(steps.at(-1)).toMatch(expected);
  });
});

describe('a login that a person has explained', () => {
  it('counts the lines of each helper, names a key that was pushed twice, and says how to ask for one', async () => {
    const lines = [Buffer.from('ssh-ed25519 AAAA helper')];
    const sources = [{ helper: '/x/50-sss', lines: 1 }];
    const body = bodyOf(goodEntry(), goodEntry());
    const documents = { ...DOCUMENTS, 'managed-ssh-keys/active-keys/alice/': body };
    const steps: string[] = [];
    const { edges, run } = world({
      runHelpers: () => Promise.resolve({ lines, events: [], sources }),
      imds: () => ({
        get: (path) => {
          const found = (documents as typeof DOCUMENTS)[path];
          return Promise.resolve(found === undefined ? undefined : Buffer.from(found));
        },
      }),
    });
    await runLogin(['alice'], edges, { explain: (step) => void steps.push(step) });
    expect(run.stdout.split('\n')).toHaveLength(3);
    const told = steps.join('\n');
    expect(told).toMatch(/2 well-formed; any of them .*SHA256:/);
    expect(told).toMatch(/printed once: 1 fewer line/);
    expect(told).toContain('/x/50-sss gave 1 line');
  });

  it('says so in each of its events, and no other login does', async () => {
    const explained = world(broken);
    await runLogin(['alice'], explained.edges, { explain: () => undefined });
    expect(explained.logged()).toMatchObject([
      { event: 'key-accepted', explain: true },
      { event: 'helper', explain: true },
    ]);
    const { edges, logged } = world();
    await runLogin(['alice'], edges);
    expect(JSON.stringify(logged())).not.toContain('explain');
  });
});

describe('a run that meets an error of ours', () => {
  it('exits 70, and says that nothing was printed', async () => {
    const { edges, logged } = world();
    expect(await endWithBug(new TypeError('ours'), edges)).toBe(70);
    expect(logged()).toMatchObject([
      { event: 'bug', message: expect.stringContaining('nothing was printed') as string },
    ]);
  });

  it('keeps what was decided where the keys are out', async () => {
    const { edges } = world();
    await runLogin(['alice'], edges);
    expect(await endWithBug(new TypeError('ours'), edges)).toBe(0);
  });

  it('prints no keys afterwards', async () => {
    const { edges, run } = world();
    const ending = endWithBug(new TypeError('ours'), edges);
    await runLogin(['alice'], edges);
    expect(await ending).toBe(70);
    expect(run.stdout).toBe('');
  });
});
