import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { EmulatorConfig, Principal } from './config.ts';
import type { HttpRequest } from './http.ts';

/** Why a request's signature is not accepted. */
export type SignatureProblem =
  'missing' | 'malformed' | 'unknown-access-key' | 'wrong-token' | 'mismatch' | 'out-of-date';

/** Who signed a request, or why nobody did. */
export type SignatureVerdict =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly problem: SignatureProblem; readonly detail: string };

/** What a signature must be made for. */
export interface SignatureScope {
  readonly region: string;
  readonly service: string;
  readonly principals: readonly Principal[];
  /** false: believe the access key and compute nothing. */
  readonly verify: boolean;
  /** Unix seconds. */
  readonly now: number;
}

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** AWS refuses requests whose clock differs by more, in seconds. */
const MAX_SKEW = 300;

/**
 * Verifies a header-signed request (Signature Version 4, "Create a signed AWS API request" in the IAM
 * User Guide). Presigned queries are not taken: no client of these two operations sends them.
 */
export function verifySignature(request: HttpRequest, scope: SignatureScope): SignatureVerdict {
  const header = request.headers['authorization'];
  if (header === undefined) return problem('missing', 'the request has no Authorization header');
  const authorization = parseAuthorization(header);
  if (authorization === undefined)
    return problem('malformed', 'the Authorization header is incomplete');
  const principal = scope.principals.find((one) => one.accessKeyId === authorization.accessKeyId);
  if (principal === undefined) return problem('unknown-access-key', authorization.accessKeyId);
  if (request.headers['x-amz-security-token'] !== principal.sessionToken) {
    return problem('wrong-token', 'the session token is not that of the access key');
  }
  if (!scope.verify) return { ok: true, principal };
  return checkSignature(request, authorization, principal, scope);
}

/** Verifies a request's signature for one service of the emulated region; `now` in Unix seconds. */
export function identify(
  request: HttpRequest,
  config: EmulatorConfig,
  service: string,
  now: number,
): SignatureVerdict {
  const { region, principals, verifySignatures: verify } = config;
  return verifySignature(request, { region, service, principals, verify, now });
}

function problem(kind: SignatureProblem, detail: string): SignatureVerdict {
  return { ok: false, problem: kind, detail };
}

function parseAuthorization(header: string): Authorization | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([\w]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) return undefined;
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] =
    match;
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature };
}

function checkSignature(
  request: HttpRequest,
  authorization: Authorization,
  principal: Principal,
  scope: SignatureScope,
): SignatureVerdict {
  const { region, service, signedHeaders } = authorization;
  if (region !== scope.region || service !== scope.service) {
    const expected = `${scope.region}/${scope.service}`;
    return problem('mismatch', `expected the scope ${expected}, got ${region}/${service}`);
  }
  const date = request.headers['x-amz-date'] ?? '';
  const signedAt = parseAmzDate(date);
  if (signedAt === undefined || !date.startsWith(authorization.date)) {
    return problem('malformed', `not a date of the credential's scope: ${date}`);
  }
  if (Math.abs(signedAt - scope.now) > MAX_SKEW) return problem('out-of-date', `signed at ${date}`);
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date')) {
    return problem('mismatch', 'host and x-amz-date must be signed');
  }
  const expected = signatureOf(request, authorization, date, principal.secretAccessKey);
  const holds = timingSafeEqual(Buffer.from(expected), Buffer.from(authorization.signature));
  return holds ? { ok: true, principal } : problem('mismatch', 'the signature does not hold');
}

/** Reads `20261122T121723Z` as Unix seconds. */
function parseAmzDate(date: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function signatureOf(
  request: HttpRequest,
  authorization: Authorization,
  date: string,
  secret: string,
): string {
  const names = authorization.signedHeaders;
  const headers = names.map((name) => {
    return `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`;
  });
  const canonical = [
    request.method,
    request.path,
    request.query.split('&').sort().join('&'),
    headers.join(''),
    names.join(';'),
    sha256(request.body),
  ].join('\n');
  const scope = `${authorization.date}/${authorization.region}/${authorization.service}/aws4_request`;
  const toSign = [ALGORITHM, date, scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
