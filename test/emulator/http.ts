import { STATUS_CODES } from 'node:http';

/** One request as the handlers see it: no socket, no stream. */
export interface HttpRequest {
  readonly method: string;
  /** The raw path, still percent-encoded, without the query. */
  readonly path: string;
  /** The raw query string without the question mark; empty when there is none. */
  readonly query: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The caller's address, for the CloudTrail record. */
  readonly remoteAddress: string;
}

/** One answer, whole. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Makes a text answer. */
export function text(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body: Buffer.from(body) };
}

/** Makes a JSON answer. */
export function json(status: number, value: unknown): HttpResponse {
  return text(status, `${JSON.stringify(value)}\n`, { 'content-type': 'application/json' });
}

/** The XHTML page with which the metadata service dresses its errors. */
export function errorPage(status: number): HttpResponse {
  const title = `${status} - ${STATUS_CODES[status] ?? 'Error'}`;
  const page = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
  return text(status, page, { 'content-type': 'text/html' });
}

/** An answer whose Date is the emulator's time (Unix seconds): clients compare their clocks with it. */
export function dated({ headers, ...answer }: HttpResponse, now: number): HttpResponse {
  return { ...answer, headers: { ...headers, date: new Date(now * 1000).toUTCString() } };
}
