import { request, Agent, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ControlClient } from './control-client.ts';
import { Emulator } from './emulator.ts';
import { FaultTable, parseFaultRule, type FaultAction } from './faults.ts';
import { ShapeError } from './strict-json.ts';
import { testConfig } from './support.ts';

const TTL = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };

const emulator = new Emulator({
  config: testConfig(),
  imds: ['127.0.0.1:0'],
  control: '127.0.0.1:0',
});
const agent = new Agent({ keepAlive: true });
let imds: string;
let control: ControlClient;

beforeAll(async () => {
  const addresses = await emulator.start();
  imds = addresses.imds[0] ?? '';
  control = new ControlClient(addresses.control[0] ?? '');
});
beforeEach(() => control.reset());
afterAll(async () => {
  agent.destroy();
  await emulator.stop();
});

interface Reply {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** Asks for a token; rejects with the error code when the connection fails under it. */
function ask(options: { signal?: AbortSignal; agent?: Agent } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const url = `http://${imds}/latest/api/token`;
    const outgoing = request(url, { method: 'PUT', headers: TTL, agent, ...options });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      readAll(incoming).then(resolve, reject);
    });
    outgoing.end();
  });
}

async function readAll(incoming: IncomingMessage): Promise<Reply> {
  let body = '';
  for await (const chunk of incoming) body += String(chunk);
  return { status: incoming.statusCode ?? 0, location: incoming.headers.location, body };
}

const strike = (action: FaultAction, count = 1): Promise<void> =>
  control.setFaults([{ service: 'imds', path: '*', count, action }]);

describe('faults', () => {
  it('answers with another status and body as often as told, then truly again', async () => {
    await strike({ kind: 'answer', status: 503, body: 'busy' }, 2);
    const [first, second, third] = [await ask(), await ask(), await ask()];
    expect([first, second, third].map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(first.body).toBe('busy');
  });

  it('redirects', async () => {
    await strike({ kind: 'answer', status: 302, body: '', location: 'http://192.0.2.1/' });
    expect(await ask()).toMatchObject({ status: 302, location: 'http://192.0.2.1/' });
  });

  it('resets the connection', async () => {
    await strike({ kind: 'reset' });
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('ends the connection in the middle of a body', async () => {
    await strike({ kind: 'truncate' });
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('never answers a request that hangs', async () => {
    await strike({ kind: 'hang' });
    const abort = new AbortController();
    const hanging = ask({ signal: abort.signal });
    // The next request is answered while the first one still waits: it hangs, it is not just slow.
    expect((await ask()).status).toBe(200);
    abort.abort();
    await expect(hanging).rejects.toMatchObject({ code: 'ABORT_ERR' });
  });

  it('drips a body, delayed, and it is the true one', async () => {
    const delay: FaultAction = { kind: 'delay', ms: 5 };
    const drip: FaultAction = { kind: 'drip', bytes: 20, ms: 5 };
    await control.setFaults(
      [delay, drip].map((action) => ({ service: 'imds', path: '*', action })),
    );
    expect((await ask()).body).toMatch(/^[A-Za-z0-9+/]{54}==$/);
  });

  it('sends a body of any size without declaring its length', async () => {
    await strike({ kind: 'huge', bytes: 1_000_000 });
    expect((await ask()).body.length).toBe(1_000_000);
  });

  it('closes the connection after a true answer', async () => {
    await ask();
    await strike({ kind: 'close' });
    await control.resetCounters();
    for (let round = 0; round < 3; round += 1) expect((await ask()).status).toBe(200);
    expect((await control.counters()).imds).toMatchObject({ requests: 3, connections: 2 });
  });
});

describe('counters', () => {
  it('count requests and the connections that they came on', async () => {
    await ask();
    await control.resetCounters();
    await ask();
    await ask();
    await ask({ agent: new Agent() });
    const { imds: counted } = await control.counters();
    expect(counted).toMatchObject({ requests: 3, connections: 2, maxConcurrentRequests: 1 });
    expect(counted.paths).toEqual({ 'PUT /latest/api/token': { requests: 3, connections: 2 } });
  });

  it('know how many requests were under way at once', async () => {
    await strike({ kind: 'delay', ms: 50 }, 3);
    await Promise.all([ask(), ask(), ask()]);
    expect((await control.counters()).imds).toMatchObject({ maxConcurrentRequests: 3 });
  });
});

describe('FaultTable', () => {
  it('leaves requests of the other service, path and method alone and uses nothing up for them', () => {
    const table = new FaultTable();
    const action: FaultAction = { kind: 'reset' };
    table.set([{ service: 'imds', method: 'GET', path: '*/signer-ocsp/*', count: 1, action }]);
    const path = '/latest/meta-data/managed-ssh-keys/signer-ocsp/AB';
    expect(table.draw('api', 'GET', path)).toEqual({ delayMs: 0 });
    expect(table.draw('imds', 'PUT', path)).toEqual({ delayMs: 0 });
    expect(table.draw('imds', 'GET', '/latest/api/token')).toEqual({ delayMs: 0 });
    expect(table.draw('imds', 'GET', path)).toEqual({ delayMs: 0, action });
    expect(table.rules).toEqual([]);
  });

  it('adds up delays and takes the first other action only', () => {
    const table = new FaultTable();
    const actions: FaultAction[] = [
      { kind: 'delay', ms: 10 },
      { kind: 'hang' },
      { kind: 'reset' },
      { kind: 'delay', ms: 5 },
    ];
    table.set(actions.map((action) => ({ service: 'imds', path: '*', count: 1, action })));
    expect(table.draw('imds', 'GET', '/')).toEqual({ delayMs: 15, action: { kind: 'hang' } });
    expect(table.draw('imds', 'GET', '/')).toEqual({ delayMs: 0, action: { kind: 'reset' } });
  });
});

describe('the control endpoint', () => {
  it.each<[string, unknown]>([
    ['an unknown field', { path: '*', action: { kind: 'hang' }, often: 2 }],
    ['an unknown kind', { action: { kind: 'explode' } }],
    ["another kind's parameter", { action: { kind: 'hang', ms: 5 } }],
    ['a missing parameter', { action: { kind: 'delay' } }],
    ['a count of nothing', { count: 0, action: { kind: 'hang' } }],
    ['an unknown error code', { action: { kind: 'api-error', code: 'Oops' } }],
  ])('refuses a fault with %s', (_title, rule) => {
    expect(() => parseFaultRule(rule)).toThrow(ShapeError);
  });

  it('says what is wrong with a document and changes nothing', async () => {
    const bad = { staples: 'perhaps' } as unknown as { staples: 'none' };
    await expect(control.setMaterial(bad)).rejects.toThrow(/status 400.*material\.staples/);
    expect(emulator.material.staples).toBe('good');
  });
});
