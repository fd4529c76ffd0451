/** What the metadata service may do wrong, for the tests of all that asks it. */
import type { FaultAction, FaultRule } from '../emulator/faults.ts';

export const TOKEN = '*/api/token';
export const KEYS = '*/active-keys/*';
export const CHAIN = '*/signer-cert/';
export const STAPLE_NAMES = '*/signer-ocsp/';
export const STAPLES = '*/signer-ocsp/?*';
export const ID = '*/instance-id';
export const REGION = '*/placement/region';
export const ZONE = '*/availability-zone';
export const DOMAIN = '*/services/domain';

/** A fault of these paths. */
export function on(path: string, action: FaultAction, count?: number): FaultRule {
  return { service: 'imds', path, action, ...(count === undefined ? {} : { count }) };
}

export const status = (code: number): FaultAction => ({
  kind: 'answer',
  status: code,
  body: 'busy',
});
export const body = (text: string): FaultAction => ({ kind: 'answer', status: 200, body: text });
export const hang: FaultAction = { kind: 'hang' };
export const reset: FaultAction = { kind: 'reset' };
export const truncate: FaultAction = { kind: 'truncate' };

/** What IMDS does, the code of the program's fault, the rule. */
export const FLOODS_AND_SILENCE: readonly (readonly [string, string, FaultRule])[] = [
  ['hangs', 'IMDS_TIMEOUT', on('*', hang)],
  ['hangs with the keys', 'IMDS_TIMEOUT', on(KEYS, hang)],
  ['hangs with one staple', 'IMDS_TIMEOUT', on(STAPLES, hang, 1)],
  ['is slower than a second', 'IMDS_TIMEOUT', on(KEYS, { kind: 'delay', ms: 1500 })],
  ['drips', 'IMDS_TIMEOUT', on(KEYS, { kind: 'drip', bytes: 8, ms: 50 })],
  ['resets its connections', 'IMDS_UNREACHABLE', on('*', reset)],
  ['breaks off', 'IMDS_UNREACHABLE', on(KEYS, truncate)],
  ['floods the token', 'IMDS_BODY_TOO_LARGE', on(TOKEN, { kind: 'huge', bytes: 1e7 })],
  ['floods the keys', 'IMDS_BODY_TOO_LARGE', on(KEYS, { kind: 'huge', bytes: 1e8 })],
  ['floods the chain', 'IMDS_BODY_TOO_LARGE', on(CHAIN, { kind: 'huge', bytes: 1e7 })],
];

/** A path, its status, and how many requests the program makes then. */
export const STATUSES: readonly (readonly [path: string, code: number, requests: number])[] = [
  [TOKEN, 403, 1],
  [TOKEN, 404, 1],
  [TOKEN, 503, 2],
  [KEYS, 401, 2],
  [KEYS, 500, 2],
  [KEYS, 503, 3],
  [KEYS, 429, 3],
];

/** A path and a body that does not have its form. */
export const MALFORMED: readonly (readonly [path: string, text: string])[] = [
  [TOKEN, 'two words'],
  [TOKEN, 'header\r\nX-Evil: yes'],
  [TOKEN, ''],
  [ID, 'i-0123456789ABCDEF0'],
  [ID, 'i-0123456789abcdef0\ni-0fedcba9876543210'],
  [ID, '<html>'],
  [REGION, 'us-east-1.attacker.example'],
  [REGION, ''],
  [DOMAIN, 'amazonaws.com/x'],
  [DOMAIN, 'amazonaws.com\u0000'],
  [STAPLE_NAMES, Array.from({ length: 17 }, (_, index) => `A${index}`).join('\n')],
];
