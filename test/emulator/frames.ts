/** The true answer in a frame that a client has to bear, or has to refuse (RFC 9110, RFC 9112). */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpResponse } from './http.ts';

/** Each form of an answer. */
export const FRAMES = [
  /** The version of before: no kept connection, no chunks (RFC 1945). */
  'http-1.0',
  /** In chunks, the last of which is empty (RFC 9112 section 7.1). */
  'chunked',
  /** Without the last chunk: what came is not the whole body. */
  'cut-chunk',
  /** A chunk whose size is no hexadecimal number. */
  'bad-chunk',
  /** Two lengths that differ (RFC 9112 section 6.3). */
  'two-lengths',
  /** A length and chunks, which is how requests and answers are smuggled (RFC 9112 section 6.1). */
  'length-and-chunks',
  /** No length: the end of the connection is that of the body. */
  'no-length',
  /** Header fields without an end. */
  'endless-headers',
  /** Two interim answers first, 100 and 103 (RFC 9110 section 15.2). */
  'interim',
  /** Interim answers without an end. */
  'endless-interim',
  /** 101 in the place of an answer, which nobody asked for. */
  'switching',
  /** Another Content-Type than that of the document. */
  'other-type',
] as const;

/** A form of an answer. */
export type Frame = (typeof FRAMES)[number];

/** A client that does not give up is cut off here: the most that is sent without an end, in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Sends an answer in this frame, past node:http, and ends the connection. */
export async function sendFramed(
  outgoing: ServerResponse,
  answer: HttpResponse,
  frame: Frame,
): Promise<void> {
  const { socket } = outgoing;
  if (socket === null) return;
  socket.on('error', () => undefined);
  const endless = ENDLESS[frame];
  if (endless === undefined) {
    socket.end(framed(answer, frame));
    return;
  }
  socket.write(endless.first);
  for (let sent = 0; sent < MOST_BYTES && !socket.destroyed; sent += endless.piece.length) {
    socket.write(endless.piece);
    // As a slow sender does: what counts is that there is no end.
    await sleep(1, undefined, { ref: false });
  }
  socket.destroy();
}

const OK = 'HTTP/1.1 200 OK\r\n';
const ENDLESS: Partial<
  Readonly<Record<Frame, { readonly first: string; readonly piece: string }>>
> = {
  'endless-headers': { first: OK, piece: `X-More: ${'x'.repeat(1000)}\r\n` },
  'endless-interim': { first: '', piece: 'HTTP/1.1 100 Continue\r\n\r\n' },
};

function framed({ status, headers, body }: HttpResponse, frame: Frame): Buffer {
  const version = frame === 'http-1.0' ? 'HTTP/1.0' : 'HTTP/1.1';
  const fields = { ...headers, ...(frame === 'other-type' ? { 'content-type': 'image/png' } : {}) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${version} ${status} \r\n${lines.join('')}connection: close\r\n`;
  const sized = `content-length: ${body.length}\r\n`;
  const [before, inside] = ((): readonly [string, Buffer] => {
    switch (frame) {
      case 'chunked':
        return ['transfer-encoding: chunked\r\n', chunks(body, '0\r\n\r\n')];
      case 'cut-chunk':
        return ['transfer-encoding: chunked\r\n', chunks(body, '')];
      case 'bad-chunk':
        return ['transfer-encoding: chunked\r\n', chunks(body, 'none\r\n\r\n')];
      case 'two-lengths':
        return [`${sized}content-length: ${body.length + 1}\r\n`, body];
      case 'length-and-chunks':
        return [`${sized}transfer-encoding: chunked\r\n`, chunks(body, '0\r\n\r\n')];
      case 'no-length':
        return ['', body];
      default:
        return [sized, body];
    }
  })();
  return Buffer.concat([Buffer.from(`${prelude(frame)}${head}${before}\r\n`), inside]);
}

function prelude(frame: Frame): string {
  if (frame === 'interim') {
    return 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n';
  }
  return frame === 'switching'
    ? 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'
    : '';
}

/** The body in two chunks, and what stands behind them. */
function chunks(body: Buffer, last: string): Buffer {
  const middle = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, middle), body.subarray(middle)].filter(
    ({ length }) => length > 0,
  );
  const written = parts.flatMap((part) => [
    Buffer.from(`${part.length.toString(16)}\r\n`),
    part,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...written, Buffer.from(last)]);
}
