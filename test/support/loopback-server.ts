import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** One request as a test sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Which connection it came over, counted from 1. */
  readonly connection: number;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

/** A real HTTP server on loopback that keeps count of what comes. */
export class LoopbackServer implements AsyncDisposable {
  readonly #server: Server;
  readonly requests: SeenRequest[] = [];
  /** How many connections were opened. */
  connections = 0;

  private constructor(answer: Answer) {
    const numbers = new WeakMap<object, number>();
    this.#server = createServer((request, response) => {
      const seen: SeenRequest = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        connection: numbers.get(request.socket) ?? 0,
      };
      this.requests.push(seen);
      answer(response, seen);
    });
    this.#server.on('connection', (socket) => numbers.set(socket, ++this.connections));
  }

  /** Starts a server on a free port of 127.0.0.1, or of ::1. */
  static async start(answer: Answer, address = '127.0.0.1'): Promise<LoopbackServer> {
    const server = new LoopbackServer(answer);
    server.#server.listen(0, address);
    await once(server.#server, 'listening');
    return server;
  }

  /** Where it listens, as a URL without a path. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** The paths that were asked for, in their order. */
  get paths(): readonly string[] {
    return this.requests.map(({ path }) => path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** An address of loopback at which nobody listens: connections are refused at once. */
export async function refusingUrl(): Promise<string> {
  await using server = await LoopbackServer.start(() => undefined);
  return server.url;
}
