import { describe, expect, it } from 'vitest';
import {
  ASSET_TAG,
  evaluateOn,
  INSTANCE_ID,
  LONELY_INSTANCE,
  NO_INSTANCE,
  type PrivateMachine,
} from '../../support/private-machine.ts';

const JOURNAL = '/run/systemd/journal/stdout';

interface Login {
  readonly exitCode: number;
  /** The events in the journal. */
  readonly events: readonly Record<string, unknown>[];
  readonly steps: readonly string[];
}

/** One run with these arguments, on a machine with a journal. */
async function login(machine: PrivateMachine, args: readonly string[]): Promise<Login> {
  const body = `
    const { createServer } = await import('node:net');
    const { once } = await import('node:events');
    const { mkdirSync } = await import('node:fs');
    const { text } = await import('node:stream/consumers');
    mkdirSync('/run/systemd/journal', { recursive: true });
    const streams = [];
    const journal = createServer((socket) => { streams.push(text(socket)); }).listen('${JOURNAL}');
    await once(journal, 'listening');
    const steps = [];
    const { runLogin } = await load('login/login.ts');
    const { realEdges } = await load('edges.ts');
    const { Run } = await load('login/run.ts');
    const edges = realEdges(new Run());
    const exitCode = await runLogin(${JSON.stringify(args)}, edges, { explain: (step) => steps.push(step) });
    const lines = (await Promise.all(streams)).join('').split('\\n');
    const events = lines.filter((line) => line.startsWith('<')).map((line) => JSON.parse(line.slice(3)));
    return { exitCode, events, steps };`;
  return (await evaluateOn(machine, body)) as Login;
}

describe('runLogin', () => {
  it('exits 0 and leaves no trace where this is no instance', async () => {
    expect(await login(NO_INSTANCE, ['alice'])).toMatchObject({ exitCode: 0, events: [] });
  });

  it('exits 1 and logs the code where the world fails', async () => {
    const { exitCode, events, steps } = await login(LONELY_INSTANCE, ['alice']);
    expect(exitCode).toBe(1);
    expect(events).toMatchObject([
      { level: 'error', event: 'fault', code: 'IMDS_UNREACHABLE', user: 'alice' },
    ]);
    expect(steps[0]).toContain(INSTANCE_ID);
    expect(steps.at(-2)).toContain('IMDS_UNREACHABLE');
    expect(steps.at(-1)).toContain('exit status 1');
  });

  it('exits 1 and logs the code where the hardware cannot be asked', async () => {
    const machine = { ...NO_INSTANCE, prepare: [`mkdir -p ${ASSET_TAG}`] };
    const { exitCode, events } = await login(machine, ['alice']);
    expect(exitCode).toBe(1);
    expect(events).toMatchObject([{ event: 'fault', code: 'DMI_UNREADABLE' }]);
  });

  it.each([
    ['no user', []],
    ['an argument too many', ['alice', `SHA256:${'A'.repeat(43)}`, 'ssh-ed25519']],
    ['a fingerprint of another form', ['alice', 'SHA512:AAAA']],
    ['an empty fingerprint', ['alice', '']],
  ])('exits 2 and logs what is wrong with %s, for nobody sees its stderr', async (_, args) => {
    const { exitCode, events } = await login(LONELY_INSTANCE, args);
    expect(exitCode).toBe(2);
    expect(events).toMatchObject([{ level: 'error', event: 'usage' }]);
  });

  it('takes the login of a user whom nobody can push a key for as a quiet no', async () => {
    for (const user of ['', 'root\nPermitRootLogin yes', '../..']) {
      expect(await login(LONELY_INSTANCE, [user])).toMatchObject({ exitCode: 0, events: [] });
    }
  });
});
