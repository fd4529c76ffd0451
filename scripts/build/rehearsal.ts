import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

/** What a path of IMDS answers in the rehearsal. */
export type Answers = (path: string) => Buffer;

/** Takes the place of node:http while the startup snapshot is made, as far as node-fetch uses it. */
export function rehearsedHttp(answers: Answers): object {
  return {
    Agent: EventEmitter,
    validateHeaderName: () => undefined,
    validateHeaderValue: () => undefined,
    request: (url: string) => new RehearsedRequest(answers(new URL(url).pathname)),
  };
}

class RehearsedRequest extends EventEmitter {
  readonly #body: Buffer;

  constructor(body: Buffer) {
    super();
    this.#body = body;
  }

  setTimeout(): void {
    // There is nothing to wait for.
  }

  end(): void {
    const response = Object.assign(new PassThrough(), {
      statusCode: 200,
      statusMessage: 'OK',
      headers: {},
      rawHeaders: ['Content-Length', String(this.#body.length)],
    });
    this.emit('socket', new EventEmitter());
    this.emit('response', response);
    response.end(this.#body);
  }
}
