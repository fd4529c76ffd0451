import { JSON_ERROR_CODES, type JsonErrorCode } from './aws-errors.ts';
import { matchesGlob } from './glob.ts';
import { asInteger, asOneOf, asRecord, asString } from './strict-json.ts';
import { FRAMES, type Frame } from './frames.ts';

/** Which of the two services a fault befalls. */
export type Service = 'imds' | 'api';

/** What goes wrong with one request. */
export type FaultAction =
  /** The answer comes late; goes together with every other action. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request is read and never answered. */
  | { readonly kind: 'hang' }
  /** The connection ends with RST instead of an answer. */
  | { readonly kind: 'reset' }
  /** The declared length is sent, half of the body, then the connection ends with RST. */
  | { readonly kind: 'reset-body' }
  /** The headers come at once, the body `bytes` at a time every `ms`. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly ms: number }
  /** A body of so many bytes, without a declared length. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** The declared length is sent, half of the body, then the connection ends. */
  | { readonly kind: 'truncate' }
  /** The true answer, after which the connection is closed. */
  | { readonly kind: 'close' }
  /** The true answer, after which this address refuses connections until the emulator is started anew. */
  | { readonly kind: 'vanish' }
  /** The true answer in another frame. */
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Another answer; a redirect needs `location`. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly location?: string;
    }
  /** SendSSHPublicKey fails with this error, and CloudTrail says so. */
  | { readonly kind: 'api-error'; readonly code: JsonErrorCode };

/** A fault and the requests that it befalls. */
export interface FaultRule {
  readonly service: Service;
  /** `*` and `?` match as in a shell, also across slashes. */
  readonly path: string;
  readonly method?: string;
  /** How many of these requests pass first; none when left out. */
  readonly skip?: number;
  /** How many requests; all of them when left out. */
  readonly count?: number;
  readonly action: FaultAction;
}

const KINDS = {
  delay: ['ms'],
  hang: [],
  reset: [],
  'reset-body': [],
  drip: ['bytes', 'ms'],
  huge: ['bytes'],
  truncate: [],
  close: [],
  vanish: [],
  frame: ['frame'],
  answer: ['status', 'body', 'location'],
  'api-error': ['code'],
} as const satisfies Record<FaultAction['kind'], readonly string[]>;

const RULE_FIELDS = ['service', 'path', 'method', 'skip', 'count', 'action'] as const;

/** Reads one rule from JSON; throws ShapeError for anything that it does not know. */
export function parseFaultRule(value: unknown): FaultRule {
  const rule = asRecord(value, 'fault', [...RULE_FIELDS]);
  const { method, skip, count } = rule;
  return {
    service: asOneOf(rule['service'] ?? 'imds', 'fault.service', ['imds', 'api']),
    path: asString(rule['path'] ?? '*', 'fault.path'),
    ...(method === undefined ? {} : { method: asString(method, 'fault.method') }),
    ...(skip === undefined ? {} : { skip: asInteger(skip, 'fault.skip', 1) }),
    ...(count === undefined ? {} : { count: asInteger(count, 'fault.count', 1) }),
    action: parseAction(rule['action']),
  };
}

function parseAction(value: unknown): FaultAction {
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const fields = Object.values(KINDS).flat();
  const kind = asOneOf(
    asRecord(value, 'action', ['kind', ...fields])['kind'],
    'action.kind',
    kinds,
  );
  const action = asRecord(value, 'action', ['kind', ...KINDS[kind]]);
  const ms = (): number => asInteger(action['ms'], 'action.ms', 1);
  const bytes = (): number => asInteger(action['bytes'], 'action.bytes', 1);
  switch (kind) {
    case 'delay':
      return { kind, ms: ms() };
    case 'drip':
      return { kind, bytes: bytes(), ms: ms() };
    case 'huge':
      return { kind, bytes: bytes() };
    case 'answer':
      return parseAnswer(action);
    case 'frame':
      return { kind, frame: asOneOf(action['frame'], 'action.frame', FRAMES) };
    case 'api-error':
      return { kind, code: asOneOf(action['code'], 'action.code', JSON_ERROR_CODES) };
    default:
      return { kind };
  }
}

function parseAnswer(action: Record<string, unknown>): FaultAction {
  const { body = '', location } = action;
  return {
    kind: 'answer',
    status: asInteger(action['status'] ?? 200, 'action.status', 200),
    body: body === '' ? '' : asString(body, 'action.body'),
    ...(location === undefined ? {} : { location: asString(location, 'action.location') }),
  };
}

/** What befalls one request: a delay, and at most one thing more. */
export interface DrawnFault {
  readonly delayMs: number;
  readonly action?: FaultAction;
}

/** The faults that are switched on, with how often each may still strike. */
export class FaultTable {
  #rules: { rule: FaultRule; skip: number; left: number }[] = [];

  /** Replaces all rules. */
  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({
      rule,
      skip: rule.skip ?? 0,
      left: rule.count ?? Infinity,
    }));
  }

  /** The rules that can still strike. */
  get rules(): readonly FaultRule[] {
    return this.#rules.filter(({ left }) => left > 0).map(({ rule }) => rule);
  }

  /** Uses up and returns what befalls this request: every delay, and the first other action. */
  draw(service: Service, method: string, path: string): DrawnFault {
    let delayMs = 0;
    let action: FaultAction | undefined;
    for (const entry of this.#rules) {
      const { rule } = entry;
      const fits =
        entry.left > 0 &&
        rule.service === service &&
        (rule.method ?? method) === method &&
        matchesGlob(rule.path, path);
      const isDelay = rule.action.kind === 'delay';
      if (!fits || (!isDelay && action !== undefined)) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.left -= 1;
      if (rule.action.kind === 'delay') delayMs += rule.action.ms;
      else action = rule.action;
    }
    return action === undefined ? { delayMs } : { delayMs, action };
  }
}
