import { expect, it } from 'vitest';
import { IMDS_CELLS, imdsCell } from './imds-cells.ts';
import { judge, nameOutcome, type Seen } from './outcome.ts';
import type { Result } from './run-cell.ts';
import { SURROUNDINGS } from './surroundings.ts';
import { resultTable, summary } from './table.ts';

const LINE = 'ssh-ed25519 AAAA\n';
const QUIET: Seen = { status: 0, signal: null, stdout: '', events: [], milliseconds: 5, left: [] };
const accepted = { event: 'key-accepted' };
const fault = { event: 'fault', code: 'IMDS_STATUS' };

it.each<[string, Partial<Seen>]>([
  ['key', { stdout: LINE, events: [accepted] }],
  ['key, no log', { stdout: LINE }],
  ['key, void', { stdout: LINE, status: null, signal: 'SIGTERM', events: [accepted] }],
  ['key, unread', { events: [accepted] }],
  ['nothing', {}],
  ['IMDS_STATUS', { status: 1, events: [fault] }],
  ['IMDS_STATUS', { status: 1, events: [accepted, fault] }],
  ['expired', { events: [{ event: 'key-refused', reason: 'expired' }] }],
  [
    'staple-missing',
    { status: 1, events: [{ event: 'signer-refused', reason: 'staple-missing' }] },
  ],
  ['ended', { status: null, signal: 'SIGKILL' }],
  ['ended', { status: 127 }],
  // Not as documented, whatever the cell expects.
  ['[status 1, 17 bytes, log: IMDS_STATUS]', { stdout: LINE, status: 1, events: [fault] }],
  ['[status 0, 5 bytes, log: key-accepted]', { stdout: 'ssh-e', events: [accepted] }],
  ['[SIGTERM, 5 bytes, log: nothing]', { stdout: 'ssh-e', status: null, signal: 'SIGTERM' }],
  ['[status 0, 0 bytes, log: IMDS_STATUS]', { events: [fault] }],
  ['[status 1, 0 bytes, log: key-accepted]', { status: 1, events: [accepted] }],
])('calls what was seen %s', (name, seen) => {
  expect(nameOutcome({ ...QUIET, ...seen }, LINE)).toBe(name);
});

it('finds a wrong outcome, a late one, and what was left behind', () => {
  expect(judge(QUIET, LINE, ['nothing'])).toEqual([]);
  expect(judge(QUIET, LINE, ['key'])).toEqual(['expected key, got nothing']);
  expect(judge({ ...QUIET, milliseconds: 5501 }, LINE, ['nothing'])).toEqual(['took 5501 ms']);
  expect(judge({ ...QUIET, left: ['process 5 x'] }, LINE, ['nothing'])).toHaveLength(1);
});

it('prints a key in no cell but those whose fault is harmless', () => {
  const printing = IMDS_CELLS.filter(({ expected }) => expected.includes('key'));
  const behaviours = new Set(printing.map(({ behaviour }) => behaviour));
  const harmless = ['100 and 103', '404', 'another type', 'HTTP/1.0', 'chunked', 'no length'];
  expect([...behaviours].sort()).toEqual(harmless.toSorted());
  expect(imdsCell('region', '404').expected).toEqual(['key']);
  expect(imdsCell('chain', '404').expected).toEqual(['IMDS_STATUS']);
});

it('has no cell twice', () => {
  const names = [
    ...IMDS_CELLS.map(({ request, behaviour }) => `${request}: ${behaviour}`),
    ...SURROUNDINGS.map(({ about, behaviour }) => `${about}: ${behaviour}`),
  ];
  expect(new Set(names).size).toBe(names.length);
});

it('shows what came of most requests, then those that differ, in 80 columns', () => {
  const cell = (about: string, outcome: string): Result => {
    const judged = { expected: [], problems: [], milliseconds: 1200 };
    return { about, behaviour: '404', outcome, ...judged };
  };
  const results = [
    ...['token', 'chain', 'domain'].map((name) => cell(name, 'IMDS_STATUS')),
    cell('keys', 'nothing'),
    cell('a request with a long name', 'a long outcome that has to be wrapped'),
  ];
  expect(resultTable(results, 'behaviour')).toEqual([
    '404  IMDS_STATUS; keys: nothing; a request with a long name: a long outcome that',
    '     has to be wrapped',
  ]);
  expect(resultTable(results.slice(2, 4), 'about')).toEqual([
    'domain  404: IMDS_STATUS',
    'keys    404: nothing',
  ]);
  expect(summary(results, 0)).toBe('5 cells, 5 as documented; the slowest took 1.2 s');
});
