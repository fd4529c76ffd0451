import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ControlClient } from './control-client.ts';
import { Emulator } from './emulator.ts';
import type { FaultAction } from './faults.ts';
import { FRAMES, type Frame } from './frames.ts';
import { testConfig } from './support.ts';

const emulator = new Emulator({
  config: testConfig(),
  imds: ['127.0.0.1:0'],
  control: '127.0.0.1:0',
});
let port: number;
let control: ControlClient;

beforeAll(async () => {
  const { imds, control: address } = await emulator.start();
  port = Number(imds[0]?.split(':')[1]);
  control = new ControlClient(address[0] ?? '');
});
beforeEach(() => control.reset());
afterAll(() => emulator.stop());

const REQUEST = `PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n`;

/** Everything that comes for a request, byte by byte; rejects with the code of a lost connection. */
async function ask(action: FaultAction, skip?: number): Promise<string> {
  const rule = { service: 'imds', path: '*', count: 1, action } as const;
  await control.setFaults([skip === undefined ? rule : { ...rule, skip }]);
  return exchange();
}

function exchange(): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(REQUEST.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  return text(socket);
}

const TOKEN = '[A-Za-z0-9+/]{54}==';

it.each<[Frame, RegExp]>([
  ['http-1.0', RegExp(`^HTTP/1\\.0 200 .*content-length: 56\r\n\r\n${TOKEN}$`, 's')],
  ['chunked', /\r\n\r\n1c\r\n[^\r]{28}\r\n1c\r\n[^\r]{28}\r\n0\r\n\r\n$/],
  ['cut-chunk', /\r\n\r\n1c\r\n[^\r]{28}\r\n1c\r\n[^\r]{28}\r\n$/],
  ['bad-chunk', /\r\n1c\r\n[^\r]{28}\r\nnone\r\n\r\n$/],
  ['two-lengths', RegExp(`content-length: 56\r\ncontent-length: 57\r\n\r\n${TOKEN}$`)],
  ['length-and-chunks', /content-length: 56\r\ntransfer-encoding: chunked\r\n\r\n1c\r\n/],
  ['no-length', RegExp(`^(?!.*(content-length|chunked)).*\r\n\r\n${TOKEN}$`, 's')],
  ['interim', RegExp(`^HTTP/1\\.1 100 .*^HTTP/1\\.1 103 .*^HTTP/1\\.1 200 .*${TOKEN}$`, 'ms')],
  ['switching', /^HTTP\/1\.1 101 .*\r\nupgrade: other\r\n\r\n/s],
  ['other-type', RegExp(`content-type: image/png\r\n.*${TOKEN}$`, 's')],
])('sends the true answer as %s', async (frame, wire) => {
  expect(await ask({ kind: 'frame', frame })).toMatch(wire);
});

it.each<[Frame, RegExp]>([
  ['endless-headers', /^HTTP\/1\.1 200 OK\r\n(X-More: x+\r\n){20}/],
  ['endless-interim', /^(HTTP\/1\.1 100 Continue\r\n\r\n){20}/],
])('sends %s until the client has gone', async (frame, wire) => {
  const action = { kind: 'frame', frame } as const;
  await control.setFaults([{ service: 'imds', path: '*', count: 1, action }]);
  const socket = connect(port, '127.0.0.1');
  socket.write(REQUEST);
  let received = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received += chunk.toString();
    if (wire.test(received)) break;
  }
  expect(received).toMatch(wire);
  expect(received).not.toMatch(/==$/);
});

it('has a test for each frame', () => {
  const tested = 10 + 2;
  expect(FRAMES).toHaveLength(tested);
});

it('resets the connection in the middle of a body', async () => {
  await expect(ask({ kind: 'reset-body' })).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it('lets as many requests pass as a rule says, and strikes the next', async () => {
  expect(await ask({ kind: 'answer', status: 503, body: '' }, 1)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await exchange()).toMatch(/^HTTP\/1\.1 503 /);
  expect(await exchange()).toMatch(/^HTTP\/1\.1 200 /);
});

it('vanishes behind its answer: nobody can connect any more', async () => {
  const other = new Emulator({ config: testConfig(), imds: ['127.0.0.1:0'] });
  const { imds } = await other.start();
  other.setFaults([{ service: 'imds', path: '*', count: 1, action: { kind: 'vanish' } }]);
  const at = Number(imds[0]?.split(':')[1]);
  const socket = connect(at, '127.0.0.1');
  socket.write(REQUEST);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
  await expect(text(connect(at, '127.0.0.1'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await other.stop();
});
