import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenOptions } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestCounter } from './counters.ts';
import type { DrawnFault, FaultAction } from './faults.ts';
import { sendFramed } from './frames.ts';
import { text, type HttpRequest, type HttpResponse } from './http.ts';

/** What a listener serves. */
export interface Listener {
  /** `host:port`, `[v6]:port`, or the path of a Unix socket (begins with a slash). */
  readonly address: string;
  readonly handle: (request: HttpRequest, fault: DrawnFault) => HttpResponse;
  readonly draw?: (method: string, path: string) => DrawnFault;
  readonly counter?: RequestCounter;
}

/** A listener that serves. */
export interface RunningListener {
  /** Where it really listens, with the port that the system gave. */
  readonly address: string;
  /** Ends every connection and frees the address. */
  readonly stop: () => Promise<void>;
}

/** No request of the emulated services comes near this, in bytes. */
const MAX_BODY = 65_536;

/** Binds the address and serves until stopped; rejects when it cannot be bound. */
export async function startListener(listener: Listener): Promise<RunningListener> {
  // Longer than any client keeps a connection, so that none is closed under a request.
  const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
    serve({ ...listener, vanish: () => server.close() }, incoming, outgoing).catch(
      (error: unknown) => {
        process.stderr.write(`emulator: ${String(error)}\n`);
        outgoing.destroy();
      },
    );
  });
  server.on('connection', (socket) => {
    listener.counter?.opened();
    socket.on('close', () => listener.counter?.closed());
  });
  await listen(server, parseAddress(listener.address));
  return {
    address: boundAddress(server),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Reads an address as `Listener.address` describes it; throws when it has another form. */
export function parseAddress(address: string): ListenOptions {
  if (address.startsWith('/')) return { path: address };
  const match = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(address);
  if (match === null) throw new Error(`expected host:port, [v6]:port or /path, got ${address}`);
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
}

function boundAddress(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return bound ?? '';
  return bound.family === 'IPv6'
    ? `[${bound.address}]:${bound.port}`
    : `${bound.address}:${bound.port}`;
}

/** A listener that can be told to refuse connections from now on. */
interface Serving extends Listener {
  readonly vanish: () => unknown;
}

async function serve(
  listener: Serving,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const [path = '', query = ''] = (incoming.url ?? '/').split('?', 2);
  const method = incoming.method ?? 'GET';
  const { socket } = incoming;
  listener.counter?.began(socket, method, path);
  outgoing.once('close', () => listener.counter?.ended());
  const body = await readBody(incoming);
  if (body === undefined) {
    await send(outgoing, text(413, 'too large\n'), undefined);
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const fault = listener.draw?.(method, path) ?? { delayMs: 0 };
  if (fault.delayMs > 0) await sleep(fault.delayMs, undefined, { ref: false });
  const remoteAddress = socket.remoteAddress ?? '127.0.0.1';
  const request = { method, path, query, headers, body, remoteAddress };
  // Before the answer: whoever has it finds nobody any more.
  if (fault.action?.kind === 'vanish') listener.vanish();
  await send(outgoing, listener.handle(request, fault), fault.action);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function send(
  outgoing: ServerResponse,
  answer: HttpResponse,
  action: FaultAction | undefined,
): Promise<void> {
  const { status, headers, body } = answer;
  const head = { server: 'EC2ws', ...headers };
  const sized = { ...head, 'content-length': String(body.length) };
  switch (action?.kind) {
    case 'hang':
      return;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'truncate':
    case 'reset-body':
      outgoing.writeHead(status, sized).write(body.subarray(0, body.length / 2), () => {
        if (action.kind === 'truncate') outgoing.socket?.end();
        else outgoing.socket?.resetAndDestroy();
      });
      return;
    case 'frame':
      return sendFramed(outgoing, { status, headers: head, body }, action.frame);
    case 'drip':
      outgoing.writeHead(status, sized).flushHeaders();
      return drip(outgoing, body, action.bytes, action.ms);
    case 'huge':
      outgoing.writeHead(status, head);
      return flood(outgoing, action.bytes);
    case 'answer': {
      const location = action.location === undefined ? {} : { location: action.location };
      const length = { 'content-length': String(Buffer.byteLength(action.body)) };
      outgoing.writeHead(action.status, { ...head, ...length, ...location }).end(action.body);
      return;
    }
    default:
      if (action?.kind === 'close' || action?.kind === 'vanish') outgoing.shouldKeepAlive = false;
      outgoing.writeHead(status, sized).end(body);
  }
}

async function drip(
  outgoing: ServerResponse,
  body: Buffer,
  bytes: number,
  ms: number,
): Promise<void> {
  for (let sent = 0; sent < body.length && !outgoing.destroyed; sent += bytes) {
    await sleep(ms, undefined, { ref: false });
    outgoing.write(body.subarray(sent, sent + bytes));
  }
  outgoing.end();
}

async function flood(outgoing: ServerResponse, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(16_384, 'x');
  for (let left = bytes; left > 0 && !outgoing.destroyed; left -= chunk.length) {
    const goesOn = outgoing.write(chunk.subarray(0, Math.min(left, chunk.length)));
    if (!goesOn) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const proceed = (): void => {
      outgoing.off('drain', proceed).off('close', proceed);
      resolve();
    };
    outgoing.on('drain', proceed).on('close', proceed);
  });
}
