import { Agent } from 'node:http';
import fetch, { FetchError } from 'node-fetch';
import { Fault } from '../verdict/fault.ts';
import { parseToken } from './documents.ts';
import {
  BODY_LIMITS,
  MAX_CONNECTIONS,
  REQUEST_MS,
  RETRY_PAUSE_MS,
  TOKEN_SECONDS,
} from './limits.ts';

/** One deadline for the whole run, shared by everything that waits. */
export interface Deadline {
  /** Milliseconds left; zero or less when it is over. */
  remaining(): number;
}

/** What the gathering needs of IMDS; `ImdsClient` is the real one. */
export interface Metadata {
  /**
   * @param path below `/latest/meta-data/`, already percent-encoded
   * @param limit the largest body that is read, in bytes
   * @returns the body, or undefined for 404
   */
  get(path: string, limit: number): Promise<Buffer | undefined>;
}

/** The two link-local endpoints. IPv6 is asked only where IPv4 cannot be reached at all. */
export const ENDPOINTS: Endpoints = ['http://169.254.169.254', 'http://[fd00:ec2::254]'];
/** IPv4's, then IPv6's. */
export type Endpoints = readonly [ipv4: string, ipv6: string];

const RESET = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);
const BUSY = new Set([429, 503]);

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * IMDSv2 over node-fetch: a session token first, then documents, all over kept connections. No
 * redirect is followed, no proxy is asked, every body and every wait is bounded.
 */
export class ImdsClient implements Metadata {
  readonly #deadline: Deadline;
  readonly #endpoints: Endpoints;
  readonly #agent: Agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  #session: Promise<{ endpoint: string; token: string }> | undefined;

  /**
   * @param deadline the run's deadline; every request ends with it at the latest
   * @param endpoints never given in `src`: nothing may move the endpoint of the shipped program
   */
  constructor(deadline: Deadline, endpoints: Endpoints = ENDPOINTS) {
    this.#deadline = deadline;
    this.#endpoints = endpoints;
  }

  /**
   * Fetches one document.
   * @throws Fault IMDS_UNREACHABLE, IMDS_TIMEOUT, IMDS_STATUS (anything but 200 and 404),
   * IMDS_BODY_TOO_LARGE, IMDS_MALFORMED (the token) or DEADLINE_EXCEEDED
   */
  async get(path: string, limit: number): Promise<Buffer | undefined> {
    const { endpoint, token } = await (this.#session ??= this.#openSession());
    const url = `${endpoint}/latest/meta-data/${path}`;
    const answer = await this.#ask('GET', url, { 'X-aws-ec2-metadata-token': token }, limit);
    if (answer.status === 404) return undefined;
    if (answer.status === 200) return answer.body;
    throw new Fault('IMDS_STATUS', `expected 200 or 404 for ${path}, got ${answer.status}`);
  }

  /** Closes the connections that are still open. */
  close(): void {
    this.#agent.destroy();
  }

  async #openSession(): Promise<{ endpoint: string; token: string }> {
    const [ipv4, ipv6] = this.#endpoints;
    try {
      return { endpoint: ipv4, token: await this.#fetchToken(ipv4) };
    } catch (error) {
      if (!(error instanceof Fault) || !isRefusedConnection(error.cause)) throw error;
      return { endpoint: ipv6, token: await this.#fetchTokenInstead(ipv6, error) };
    }
  }

  /** Where IPv6 cannot be reached either, IPv4's trouble is the one that matters. */
  async #fetchTokenInstead(endpoint: string, first: Fault): Promise<string> {
    try {
      return await this.#fetchToken(endpoint);
    } catch (error) {
      if (!(error instanceof Fault) || !isRefusedConnection(error.cause)) throw error;
      const message = `${first.message}; ${error.message}`;
      throw new Fault('IMDS_UNREACHABLE', message, { cause: first.cause });
    }
  }

  async #fetchToken(endpoint: string): Promise<string> {
    const url = `${endpoint}/latest/api/token`;
    const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) };
    const { status, body } = await this.#ask('PUT', url, headers, BODY_LIMITS.token);
    if (status !== 200) throw new Fault('IMDS_STATUS', `expected 200 for a token, got ${status}`);
    const token = parseToken(body);
    if (token === undefined) throw new Fault('IMDS_MALFORMED', 'the token is not one word');
    return token;
  }

  /** One request, and one more after 429, 503 or a reset connection. */
  async #ask(
    method: 'GET' | 'PUT',
    url: string,
    headers: Readonly<Record<string, string>>,
    limit: number,
  ): Promise<Answer> {
    const once = (): Promise<Answer> => this.#askOnce(method, url, headers, limit);
    const first = await once().catch((error: unknown) => {
      if (RESET.has(systemCode(error))) return undefined;
      throw toFault(error, url);
    });
    if (first !== undefined && !BUSY.has(first.status)) return first;
    await pause(Math.min(RETRY_PAUSE_MS, this.#deadline.remaining()));
    return once().catch((error: unknown) => {
      throw toFault(error, url);
    });
  }

  async #askOnce(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    limit: number,
  ): Promise<Answer> {
    const left = this.#deadline.remaining();
    if (left <= 0) throw new Fault('DEADLINE_EXCEEDED', 'no time is left for IMDS');
    const controller = new AbortController();
    let late: Fault | undefined;
    const timer = setTimeout(
      () => {
        // What struck is decided beforehand: a timer may be a millisecond early.
        late = tooLate(url, left);
        controller.abort();
      },
      Math.min(REQUEST_MS, left),
    );
    try {
      const response = await fetch(url, {
        method,
        headers: { ...headers, Accept: '*/*', 'User-Agent': 'ec2-instance-connect' },
        agent: this.#agent,
        compress: false,
        redirect: 'manual',
        size: Math.max(limit, BODY_LIMITS.error),
        signal: controller.signal,
      });
      // Every body is read to its end, or the connection could not be kept.
      const body = Buffer.from(await response.arrayBuffer());
      if (response.status === 200 && body.length > limit) throw tooLarge(url);
      return { status: response.status, body };
    } catch (error) {
      throw late ?? error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function toFault(error: unknown, url: string): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof FetchError && error.type === 'max-size') return tooLarge(url);
  const code = systemCode(error);
  const cause = { cause: error };
  if (isRefusedConnection(error)) {
    const { host } = new URL(url);
    return new Fault('IMDS_UNREACHABLE', `cannot reach ${host}: ${code}`, cause);
  }
  if (RESET.has(code)) return new Fault('IMDS_UNREACHABLE', `connection lost: ${url}`, cause);
  if (error instanceof FetchError) {
    return new Fault('IMDS_MALFORMED', `no answer in HTTP from ${url}`, cause);
  }
  throw error;
}

function tooLate(url: string, left: number): Fault {
  return left < REQUEST_MS
    ? new Fault('DEADLINE_EXCEEDED', `no time is left, waiting for ${url}`)
    : new Fault('IMDS_TIMEOUT', `no answer within ${REQUEST_MS} ms from ${url}`);
}

function tooLarge(url: string): Fault {
  return new Fault('IMDS_BODY_TOO_LARGE', `the body is over its limit: ${url}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

/** Whether no connection came to be, at once: refused, no route, no such family of addresses. */
function isRefusedConnection(error: unknown): boolean {
  if (!(error instanceof FetchError)) return false;
  // node-fetch sets it, and its types forget it.
  return 'erroredSysCall' in error && error.erroredSysCall === 'connect';
}

function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message === 'Premature close' ? 'ECONNRESET' : '';
}
