import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS, ImdsClient } from '../../../src/imds/client.ts';
import { BODY_LIMITS, MAX_CONNECTIONS } from '../../../src/imds/limits.ts';
import type { FaultCode } from '../../../src/verdict/fault.ts';
import { faultOf } from '../../support/faults.ts';
import { documents, PATIENT, serve, TOKEN, withToken } from '../../support/imds.ts';
import { LoopbackServer, refusingUrl, type Answer } from '../../support/loopback-server.ts';

/** Longer than a word may be, as the page that comes with a 404 is. */
const PAGE = '<h1>Not Found</h1>'.repeat(100);

const codeOf = async (imds: ImdsClient): Promise<FaultCode> =>
  (await faultOf(() => imds.get('a', 256))).code;

/** What a client gets that asks once for a document: a body, nothing, or a fault. */
async function outcomeOf(answer: Answer, limit = 256): Promise<string> {
  await using served = await serve(answer);
  let body: Buffer | undefined;
  const ask = async (): Promise<void> => {
    body = await served.imds.get('a', limit);
    throw new Error('done');
  };
  const end = await faultOf(ask).catch(() => undefined);
  return end?.code ?? (body === undefined ? 'nothing' : `${body.length} bytes`);
}

describe('ImdsClient', () => {
  it('asks for a token first, and shows it with every document', async () => {
    await using served = await serve(documents({ a: 'one', 'b/c': 'two' }));
    expect((await served.imds.get('a', 256))?.toString()).toBe('one');
    expect((await served.imds.get('b/c', 256))?.toString()).toBe('two');
    const [token, ...others] = served.server.requests;
    expect(token).toMatchObject({ method: 'PUT', path: '/latest/api/token' });
    expect(token?.headers['x-aws-ec2-metadata-token-ttl-seconds']).toMatch(/^[1-9][0-9]*$/);
    expect(token?.headers).not.toHaveProperty('x-aws-ec2-metadata-token');
    expect(others.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /latest/meta-data/a',
      'GET /latest/meta-data/b/c',
    ]);
    for (const { headers } of others) expect(headers['x-aws-ec2-metadata-token']).toBe(TOKEN);
  });

  it('asks for one token only, when many documents are wanted at once', async () => {
    await using served = await serve(documents({ a: 'one' }));
    await Promise.all(['a', 'a', 'b', 'c'].map((path) => served.imds.get(path, 256)));
    expect(served.server.paths.filter((path) => path.endsWith('/token'))).toHaveLength(1);
  });

  it('needs one connection for a no: token and 404', async () => {
    await using served = await serve(documents({}));
    expect(await served.imds.get('managed-ssh-keys/active-keys/alice/', 256)).toBeUndefined();
    expect(served.server.requests).toHaveLength(2);
    expect(served.server.connections).toBe(1);
  });

  it('keeps its connections from one round to the next', async () => {
    await using served = await serve(documents({ a: 'one' }));
    const round = (): Promise<unknown> =>
      Promise.all(['a', 'b', 'c'].map((path) => served.imds.get(path, 256)));
    await round();
    const { connections } = served.server;
    await round();
    await round();
    expect(served.server.connections).toBe(connections);
  });

  it('never holds more connections than its limit', async () => {
    const waiting: (() => void)[] = [];
    const answer = withToken((response) => {
      waiting.push(() => response.end('x'));
      if (waiting.length === MAX_CONNECTIONS) for (const go of waiting.splice(0)) go();
    });
    await using served = await serve(answer);
    const many = Array.from({ length: 3 * MAX_CONNECTIONS }, (_, index) => `d${index}`);
    await Promise.all(many.map((path) => served.imds.get(path, 256)));
    expect(served.server.connections).toBe(MAX_CONNECTIONS);
  });

  it('asks the link-local addresses unless a test tells it others', () => {
    expect(ENDPOINTS).toEqual(['http://169.254.169.254', 'http://[fd00:ec2::254]']);
  });
});

describe('ImdsClient, the status', () => {
  const status = (code: number, body = ''): Answer =>
    withToken((response) => response.writeHead(code).end(body));

  it('takes 404 for "there is none", with a page of any length that is read', async () => {
    expect(PAGE.length).toBeGreaterThan(256);
    expect(await outcomeOf(status(404))).toBe('nothing');
    expect(await outcomeOf(status(404, PAGE))).toBe('nothing');
    expect(await outcomeOf(status(404, 'x'.repeat(BODY_LIMITS.error)))).toBe('nothing');
  });

  it('keeps the connection of a 404 with a page', async () => {
    await using served = await serve(status(404, PAGE));
    await served.imds.get('a', 256);
    await served.imds.get('b', 256);
    expect(served.server.connections).toBe(1);
  });

  it.each([201, 204, 206, 400, 401, 403, 405, 410, 500, 502, 504])(
    'takes %i for a fault, and asks once',
    async (code) => {
      await using served = await serve(status(code));
      expect(await codeOf(served.imds)).toBe('IMDS_STATUS');
      expect(served.server.requests).toHaveLength(2);
    },
  );

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with %i', async (code) => {
    await using other = await LoopbackServer.start((response) => response.end('stolen'));
    const headers = { Location: `${other.url}/elsewhere` };
    const answer = withToken((response) => response.writeHead(code, headers).end());
    expect(await outcomeOf(answer)).toBe('IMDS_STATUS');
    expect(other.requests).toEqual([]);
  });

  it.each([403, 404, 301, 500])('takes %i for the token for a fault', async (code) => {
    const answer: Answer = (response) => response.writeHead(code, { Location: '/' }).end(TOKEN);
    await using served = await serve(answer);
    expect(await codeOf(served.imds)).toBe('IMDS_STATUS');
    expect(served.server.requests).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['two words', 'abc def'],
    ['with a header inside', 'abc\r\nX-Other: 1'],
    ['a page', PAGE.slice(0, 500)],
    ['not ASCII', 'töken'],
  ])('does not send a token that is %s', async (_, body) => {
    await using served = await serve((response) => response.end(body));
    expect(await codeOf(served.imds)).toBe('IMDS_MALFORMED');
    expect(served.server.requests).toHaveLength(1);
  });
});

describe('ImdsClient, one more try', () => {
  /** Answers the first `failures` requests for a document badly, the others well. */
  function failing(failures: number, bad: Answer): Answer {
    let left = failures;
    return withToken((response, request) => {
      if (left-- > 0) bad(response, request);
      else response.end('fine');
    });
  }
  const cutShort =
    (headers: Readonly<Record<string, string>>): Answer =>
    (response) => {
      response.writeHead(200, headers).write('half', () => response.destroy());
    };
  const troubles: readonly (readonly [string, FaultCode, Answer])[] = [
    ['503', 'IMDS_STATUS', (response) => response.writeHead(503).end(PAGE)],
    ['429', 'IMDS_STATUS', (response) => response.writeHead(429).end()],
    ['a closed connection', 'IMDS_UNREACHABLE', (response) => response.destroy()],
    ['a reset', 'IMDS_UNREACHABLE', (response) => response.socket?.resetAndDestroy()],
    ['a body that ends too early', 'IMDS_UNREACHABLE', cutShort({ 'Content-Length': '10' })],
    ['a chunked body that ends too early', 'IMDS_UNREACHABLE', cutShort({})],
  ];

  it.each(troubles)('follows %s', async (_, _code, bad) => {
    await using served = await serve(failing(1, bad));
    expect((await served.imds.get('a', 256))?.toString()).toBe('fine');
    expect(served.server.requests).toHaveLength(3);
  });

  it.each(troubles)('is the last: %s twice is the fault %s', async (_, code, bad) => {
    await using served = await serve(failing(2, bad));
    expect(await codeOf(served.imds)).toBe(code);
    expect(served.server.requests).toHaveLength(3);
  });

  it('is there for the token, too', async () => {
    let asked = 0;
    await using served = await serve((response) => {
      asked += 1;
      if (asked === 1) response.writeHead(503);
      response.end(TOKEN);
    });
    expect((await served.imds.get('a', 256))?.toString()).toBe(TOKEN);
    expect(asked).toBe(3);
  });

  it('is not made when the deadline is over', async () => {
    let left = 60_000;
    const answer = withToken((response) => {
      left = 0;
      response.writeHead(503).end();
    });
    await using served = await serve(answer, { remaining: () => left });
    expect(await codeOf(served.imds)).toBe('DEADLINE_EXCEEDED');
    expect(served.server.requests).toHaveLength(2);
  });
});

describe('ImdsClient, the body', () => {
  const body = (bytes: number): Answer => withToken((response) => response.end('x'.repeat(bytes)));
  const chunks = (bytes: number): Answer =>
    withToken((response) => {
      for (let sent = 0; sent < bytes; sent += 100) response.write('x'.repeat(100));
      response.end();
    });

  it.each([256, BODY_LIMITS.keys])('is read up to a limit of %i bytes', async (limit) => {
    expect(await outcomeOf(body(limit), limit)).toBe(`${limit} bytes`);
    expect(await outcomeOf(body(limit + 1), limit)).toBe('IMDS_BODY_TOO_LARGE');
  });

  it('is as limited when its length is not announced', async () => {
    expect(await outcomeOf(chunks(200))).toBe('200 bytes');
    expect(await outcomeOf(chunks(300))).toBe('IMDS_BODY_TOO_LARGE');
    expect(await outcomeOf(chunks(20_000))).toBe('IMDS_BODY_TOO_LARGE');
  });

  it('is given up while it is still coming, however much would come', async () => {
    const endless = withToken((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(await outcomeOf(endless)).toBe('IMDS_BODY_TOO_LARGE');
  });

  it('of an error is limited as well', async () => {
    const page = 'x'.repeat(BODY_LIMITS.error + 1);
    const answer = withToken((response) => response.writeHead(404).end(page));
    expect(await outcomeOf(answer)).toBe('IMDS_BODY_TOO_LARGE');
  });

  it('of a token is limited as well', async () => {
    const answer: Answer = (response) => response.end('x'.repeat(BODY_LIMITS.token + 1));
    expect(await outcomeOf(answer)).toBe('IMDS_BODY_TOO_LARGE');
  });

  it('is taken as it is: nothing is decompressed', async () => {
    const headers = { 'Content-Encoding': 'gzip' };
    const answer = withToken((response) => response.writeHead(200, headers).end('plain'));
    await using served = await serve(answer);
    expect((await served.imds.get('a', 256))?.toString()).toBe('plain');
    expect(served.server.requests[1]?.headers).not.toHaveProperty('accept-encoding');
  });
});

describe('ImdsClient, the time', () => {
  const hang: Answer = () => undefined;
  const drip: Answer = (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => {
      clearInterval(timer);
    });
  };

  it.each([
    ['no answer comes', hang],
    ['a body drips', drip],
  ])('is bounded for one request, where %s', async (_, answer) => {
    expect(await outcomeOf(withToken(answer))).toBe('IMDS_TIMEOUT');
  });

  it('is bounded for the token', async () => {
    await using served = await serve(hang);
    expect(await codeOf(served.imds)).toBe('IMDS_TIMEOUT');
    expect(served.server.requests).toHaveLength(1);
  });

  it.each([
    ['no answer comes', hang],
    ['a body drips', drip],
  ])('ends with the deadline of the run, where %s', async (_, answer) => {
    const end = performance.now() + 200;
    const deadline = { remaining: () => end - performance.now() };
    await using served = await serve(withToken(answer), deadline);
    expect(await codeOf(served.imds)).toBe('DEADLINE_EXCEEDED');
  });

  it('is not spent at all when the deadline is over before the start', async () => {
    await using served = await serve(documents({}), { remaining: () => 0 });
    expect(await codeOf(served.imds)).toBe('DEADLINE_EXCEEDED');
    expect(served.server.connections).toBe(0);
  });
});

describe('ImdsClient, the way', () => {
  it('goes to the IPv6 endpoint where IPv4 is refused at once, and stays there', async () => {
    await using server = await LoopbackServer.start(documents({ a: 'six' }), '::1');
    const imds = new ImdsClient(PATIENT, [await refusingUrl(), server.url]);
    expect((await imds.get('a', 256))?.toString()).toBe('six');
    expect((await imds.get('a', 256))?.toString()).toBe('six');
    expect(server.requests).toHaveLength(3);
    imds.close();
  });

  it.each<[string, Answer]>([
    ['a refusal', (response) => response.writeHead(403).end()],
    ['a malformed token', (response) => response.end('no token')],
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    ['a timeout', () => undefined],
  ])('does not go to IPv6 after %s of IPv4', async (_, answer) => {
    await using ipv4 = await LoopbackServer.start(answer);
    await using ipv6 = await LoopbackServer.start(documents({ a: 'six' }), '::1');
    const imds = new ImdsClient(PATIENT, [ipv4.url, ipv6.url]);
    await faultOf(() => imds.get('a', 256));
    expect(ipv6.requests).toEqual([]);
    imds.close();
  });

  it('ends where both endpoints refuse, and names both', async () => {
    const endpoints = [await refusingUrl(), await refusingUrl()] as const;
    const imds = new ImdsClient(PATIENT, endpoints);
    const fault = await faultOf(() => imds.get('a', 256));
    expect(fault.code).toBe('IMDS_UNREACHABLE');
    for (const endpoint of endpoints) expect(fault.message).toContain(new URL(endpoint).host);
  });

  it('takes what is no HTTP for a malformed answer', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const imds = new ImdsClient(PATIENT, [`http://127.0.0.1:${port}`, await refusingUrl()]);
    expect(await codeOf(imds)).toBe('IMDS_MALFORMED');
    server.close();
  });
});
