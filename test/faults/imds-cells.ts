/**
 * What each request to the metadata service may meet, and what comes of it: one table for `npm run faults` and the
 * end-to-end tests. The first code of a behaviour holds for every request but those that it names.
 */
import { BODY_LIMITS } from '../../src/imds/limits.ts';
import {
  CHAIN,
  DOMAIN,
  ID,
  KEYS,
  on,
  REGION,
  STAPLE_NAMES,
  STAPLES,
  TOKEN,
  ZONE,
} from '../e2e/imds-faults.ts';
import type { FaultAction, FaultRule } from '../emulator/faults.ts';
import type { Outcome } from './outcome.ts';

/** A request by its name in the table. */
export type RequestName =
  | 'token'
  | 'keys'
  | 'chain'
  | 'instance-id'
  | 'region'
  | 'zone'
  | 'domain'
  | 'staple list'
  | 'staples';

interface Request {
  readonly path: string;
  /** The largest body that is read, in bytes. */
  readonly limit: number;
  /** What has to fail before this is asked for. */
  readonly before?: FaultRule;
  /** After which request the service has to vanish so that this one is refused; the gate asks first. */
  readonly vanishAfter?: { readonly path: string; readonly skip?: number };
}

const GATHERED = { vanishAfter: { path: KEYS, skip: 1 } } as const;

/** In the order in which the program asks; the staples at the same time as the rest, behind their list. */
const REQUESTS: Readonly<Record<RequestName, Request>> = {
  token: { path: TOKEN, limit: BODY_LIMITS.token },
  keys: { path: KEYS, limit: BODY_LIMITS.keys, vanishAfter: { path: TOKEN, skip: 1 } },
  chain: { path: CHAIN, limit: BODY_LIMITS.chain, ...GATHERED },
  'instance-id': { path: ID, limit: BODY_LIMITS.word, ...GATHERED },
  region: { path: REGION, limit: BODY_LIMITS.word, ...GATHERED },
  zone: {
    path: ZONE,
    limit: BODY_LIMITS.word,
    before: on(REGION, { kind: 'answer', status: 404, body: '' }),
    ...GATHERED,
  },
  domain: { path: DOMAIN, limit: BODY_LIMITS.word, ...GATHERED },
  'staple list': { path: STAPLE_NAMES, limit: BODY_LIMITS.stapleNames, ...GATHERED },
  staples: { path: STAPLES, limit: BODY_LIMITS.staple, vanishAfter: { path: STAPLE_NAMES } },
};

interface Behaviour {
  readonly action: FaultAction | ((request: Request) => FaultAction);
  /** What comes of it, for every request. */
  readonly all: Outcome;
  /** For these another thing. */
  readonly but?: Partial<Readonly<Record<RequestName, Outcome>>>;
}

/** A staple that is not there, or is none, is left out: then the signer is refused where it mattered. */
const ABSENT = { staples: 'staple-missing' } as const;
const PAGE = '<html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>\n';
const LOCATION = 'http://127.0.0.1:8500/latest/api/token';

function answered(status: number, body = 'busy'): FaultAction {
  return { kind: 'answer', status, body };
}

function statusOf(status: number): Behaviour {
  return { action: answered(status), all: 'IMDS_STATUS', but: ABSENT };
}

/** What the service may do to one request, by the name in the table. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  refused: { action: { kind: 'vanish' }, all: 'IMDS_UNREACHABLE' },
  reset: { action: { kind: 'reset' }, all: 'IMDS_UNREACHABLE' },
  'reset in the body': { action: { kind: 'reset-body' }, all: 'IMDS_UNREACHABLE' },
  'end in the body': { action: { kind: 'truncate' }, all: 'IMDS_UNREACHABLE' },
  hang: { action: { kind: 'hang' }, all: 'IMDS_TIMEOUT' },
  drip: { action: { kind: 'drip', bytes: 1, ms: 150 }, all: 'IMDS_TIMEOUT' },
  '100 and 103': { action: { kind: 'frame', frame: 'interim' }, all: 'key' },
  'endless 100': { action: { kind: 'frame', frame: 'endless-interim' }, all: 'IMDS_TIMEOUT' },
  // An answer that changes the protocol is none, and nothing comes behind it.
  '101': { action: { kind: 'frame', frame: 'switching' }, all: 'IMDS_TIMEOUT' },
  '301': {
    action: { kind: 'answer', status: 301, body: '', location: LOCATION },
    all: 'IMDS_STATUS',
    but: ABSENT,
  },
  '400': statusOf(400),
  '401': statusOf(401),
  '403': statusOf(403),
  '404': {
    action: answered(404, ''),
    all: 'IMDS_STATUS',
    // Nobody pushed a key; and where there is no region, the zone has it.
    but: { keys: 'nothing', region: 'key', ...ABSENT },
  },
  '429': statusOf(429),
  '500': statusOf(500),
  '503': statusOf(503),
  'empty body': {
    action: answered(200, ''),
    all: 'IMDS_MALFORMED',
    but: {
      keys: 'nothing',
      chain: 'chain-malformed',
      'staple list': 'staple-missing',
      staples: 'staple-malformed',
    },
  },
  'another page': {
    action: answered(200, PAGE),
    all: 'IMDS_MALFORMED',
    but: {
      keys: 'entry-malformed',
      chain: 'chain-malformed',
      'staple list': 'staple-missing',
      staples: 'staple-malformed',
    },
  },
  'another type': { action: { kind: 'frame', frame: 'other-type' }, all: 'key' },
  'a byte too long': {
    action: ({ limit }) => ({ kind: 'huge', bytes: limit + 1 }),
    all: 'IMDS_BODY_TOO_LARGE',
    but: ABSENT,
  },
  '50 MB': { action: { kind: 'huge', bytes: 5e7 }, all: 'IMDS_BODY_TOO_LARGE', but: ABSENT },
  'HTTP/1.0': { action: { kind: 'frame', frame: 'http-1.0' }, all: 'key' },
  chunked: { action: { kind: 'frame', frame: 'chunked' }, all: 'key' },
  'chunks cut off': { action: { kind: 'frame', frame: 'cut-chunk' }, all: 'IMDS_UNREACHABLE' },
  // Within a body a client cannot tell it from a lost connection.
  'bad chunk': { action: { kind: 'frame', frame: 'bad-chunk' }, all: 'IMDS_UNREACHABLE' },
  'two lengths': { action: { kind: 'frame', frame: 'two-lengths' }, all: 'IMDS_MALFORMED' },
  'length and chunks': {
    action: { kind: 'frame', frame: 'length-and-chunks' },
    all: 'IMDS_MALFORMED',
  },
  'no length': { action: { kind: 'frame', frame: 'no-length' }, all: 'key' },
  'endless headers': { action: { kind: 'frame', frame: 'endless-headers' }, all: 'IMDS_MALFORMED' },
};

/** One request that meets one behaviour. */
export interface ImdsCell {
  readonly request: RequestName;
  readonly behaviour: string;
  readonly expected: readonly Outcome[];
  /** What the emulator is told; undefined where nobody is to listen at all. */
  readonly rules: readonly FaultRule[] | undefined;
}

/** The whole matrix, request by request. */
export const IMDS_CELLS: readonly ImdsCell[] = (Object.keys(REQUESTS) as RequestName[]).flatMap(
  (request) => Object.keys(BEHAVIOURS).map((behaviour) => imdsCell(request, behaviour)),
);

/** The cell of a request and a behaviour; throws where there is no behaviour of that name. */
export function imdsCell(request: RequestName, behaviour: string): ImdsCell {
  const asked = REQUESTS[request];
  const found = BEHAVIOURS[behaviour];
  if (found === undefined) throw new Error(`expected a behaviour of the table, got ${behaviour}`);
  const { action, all, but } = found;
  const expected = [but?.[request] ?? all];
  const at: Request['vanishAfter'] =
    behaviour === 'refused' ? asked.vanishAfter : { path: asked.path };
  if (at === undefined) return { request, behaviour, expected, rules: undefined };
  const rule = on(at.path, typeof action === 'function' ? action(asked) : action);
  const skip = at.skip === undefined ? {} : { skip: at.skip };
  const before = asked.before === undefined ? [] : [asked.before];
  return { request, behaviour, expected, rules: [...before, { ...rule, ...skip }] };
}
