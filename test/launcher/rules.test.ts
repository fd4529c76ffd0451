import { request } from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseToken } from '../../src/imds/documents.ts';
import { parseFingerprint } from '../../src/ssh/fingerprint.ts';
import { isPushableUserName } from '../../src/ssh/user-name.ts';
import { hostileAnswer, randomNumbers } from './hostile-answers.ts';
import { Judge, type Kind } from './judge.ts';

const HOSTILE_ANSWERS = 100_000;
/** EIC_SEED repeats a run. */
const SEED = inject('seed');

let judge: Judge;
beforeAll(() => {
  judge = new Judge();
}, 120_000);
afterAll(() => {
  judge.close();
});

function verdicts(kind: Kind, texts: readonly (string | Buffer)[]): readonly string[] {
  return judge.hear(texts.map((text) => ({ kind, text: Buffer.from(text as string, 'latin1') })));
}

/** What a client made of some bytes: status and body, or the code of its error. */
interface Understood {
  readonly status?: number;
  readonly body?: string;
  readonly error?: string;
}

function givesToken({ status, body = '' }: Understood, token: string): boolean {
  return status === 200 && body === token && parseToken(Buffer.from(body, 'latin1')) === token;
}

function saysNobody({ status, error }: Understood, seen: Buffer): boolean {
  if (error === undefined) return status === 404;
  // The gate waits neither for the end of the head nor for the body, in whatever pieces that comes.
  if (seen.includes('\r\n\r\n')) return /chunked/i.test(seen.toString('latin1'));
  return error === 'ECONNRESET';
}

/** What Node's own client, which the program uses, makes of the bytes. */
function askNode(bytes: Buffer): Promise<Understood> {
  const socket = new Duplex({
    read() {
      this.push(bytes);
      this.push(null);
    },
    write(_chunk, _encoding, done) {
      done();
    },
  });
  return new Promise((resolve) => {
    const asked = request({ createConnection: () => socket });
    asked.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ error: error.code ?? error.message });
    });
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      const finish = (): void => {
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('latin1'),
        });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', finish).on('error', finish);
    });
    asked.end();
  });
}

it(`is not led astray by ${HOSTILE_ANSWERS} hostile answers (EIC_SEED=${SEED})`, async () => {
  const next = randomNumbers(SEED);
  const pleas = Array.from({ length: HOSTILE_ANSWERS }, () => {
    const kind = next() % 2 === 0 ? ('token' as const) : ('nobody' as const);
    return { kind, text: hostileAnswer(next), pieces: next() };
  });
  const lines = judge.hear(pleas);
  const counts = { token: 0, nobody: 0 };
  const disagreements: unknown[] = [];
  for (const [index, { kind, text }] of pleas.entries()) {
    const [verdict, size, token = ''] = (lines[index] ?? '').split(' ');
    if (verdict !== 'Y') continue;
    counts[kind] += 1;
    // What the gate went by, up to the byte with which it decided.
    const read = text.subarray(0, Number(size));
    // Of a head it goes by whole lines.
    const seen = kind === 'token' ? read : read.subarray(0, read.lastIndexOf('\r\n') + 2);
    const understood = await askNode(seen);
    const agrees = kind === 'token' ? givesToken(understood, token) : saysNobody(understood, seen);
    if (!agrees) disagreements.push([kind, understood, seen.toString('latin1')]);
  }
  expect(disagreements).toEqual([]);
  expect(counts.token).toBeGreaterThan(1000);
  expect(counts.nobody).toBeGreaterThan(1000);
}, 120_000);

describe('of an answer', () => {
  const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\n';
  it('says what it means for the question who has pushed a key', () => {
    const meanings = [
      [NOT_FOUND, 'Y'],
      ['HTTP/1.0 404 \r\n', 'Y'],
      [`${NOT_FOUND}Content-Length: 5\r\n\r\nab`, 'Y'],
      ['HTTP/1.1 404 Not Found', 'W'],
      ['HTTP/1.1 404 Not Found\r', 'W'],
      [`HTTP/1.1 404 ${'x'.repeat(2100)}`, 'W'],
      ['HTTP/1.1 404\r\n', 'A'],
      ['HTTP/1.1 404 Not Found\n', 'A'],
      ['HTTP/2 404 Not Found\r\n', 'A'],
      ['HTTP/1.1 200 OK\r\n', 'A'],
      ['HTTP/1.1 403 Forbidden\r\n', 'A'],
      ['HTTP/1.1 4040 Not Found\r\n', 'A'],
      ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n', 'A'],
      ['SSH-2.0-OpenSSH_9.9\r\n', 'A'],
    ] as const;
    const heard = verdicts(
      'nobody',
      meanings.map(([answer]) => answer),
    );
    const found = heard.map((line, index) => [meanings[index]?.[0], line[0]]);
    expect(found).toEqual(meanings);
  });

  it('takes no token that the program would not take, and none without its length', () => {
    const answer = (head: string, body: string): string =>
      `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`;
    const answers = [
      answer('content-length: 5', 'ab+/='),
      answer(`Content-Length:1000`, 'a'.repeat(1000)),
      answer(`Content-Length:1001`, 'a'.repeat(1001)),
      answer('Content-Length: 5', 'ab cd'),
      answer('Content-Length: 5', 'abcdef'),
      answer('Content-Length: 0', ''),
      answer('Server: x', 'abcde'),
      answer('Content-Length: 5\r\nContent-Length: 5', 'abcde'),
      answer('Content-Length: 5\r\nTransfer-Encoding: chunked', 'abcde'),
    ];
    const found = verdicts('token', answers).map((line) => line[0]);
    expect(found.join('')).toBe('YYAAAAAAA');
  });
});

describe('of a call', () => {
  const LOGIN = '/opt/aws/bin/eic_run_authorized_keys';
  const SHA256 = `SHA256:${'A'.repeat(43)}`;
  const users = (calls: readonly (readonly string[])[]): readonly string[] =>
    judge.hear(
      calls.map((call) => ({
        kind: 'call',
        text: Buffer.from(call.map((w) => `${w}\0`).join('')),
      })),
    );

  it('takes those that sshd makes, under either name', () => {
    const calls = [
      [LOGIN, 'alice'],
      ['eic_run_authorized_keys', 'alice', SHA256],
      ['/usr/bin/ec2-instance-connect', 'authorized-keys', 'alice', `MD5${':0f'.repeat(16)}`],
    ];
    expect(users(calls)).toEqual(calls.map(() => 'alice'));
  });

  it('leaves every other one to the program', () => {
    const calls = [
      [LOGIN],
      [LOGIN, 'alice', ''],
      [LOGIN, 'alice', SHA256, 'ssh-ed25519'],
      [LOGIN, '--explain', 'alice'],
      [LOGIN, 'alice', `${SHA256}\r`],
      [LOGIN, 'a.b@corp'],
      [LOGIN, 'host$'],
      [`${LOGIN}x`, 'alice'],
      ['/usr/bin/ec2-instance-connect', 'alice'],
      ['/usr/bin/ec2-instance-connect', 'authorized-keys', '--explain', 'alice'],
      ['/usr/bin/ec2-instance-connect', 'authorized-keys'],
      ['', 'verify-keys'],
    ];
    expect(users(calls)).toEqual(calls.map(() => ''));
  });

  it('asks for exactly those users that a key can be pushed for and a URL takes as they are', () => {
    const texts = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9_.-][A-Za-z0-9@._$-]{0,33}$/),
      fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0')),
    );
    const names = fc.sample(texts, { numRuns: 5000, seed: SEED });
    const asked = users(names.map((name) => [LOGIN, name]));
    const expected = names.map((name) =>
      isPushableUserName(name) && encodeURIComponent(name) === name ? name : '',
    );
    expect(asked).toEqual(expected);
    expect(asked.filter((user) => user !== '').length).toBeGreaterThan(500);
  });

  it('takes exactly those fingerprints that the program takes', () => {
    const texts = fc.oneof(
      fc.stringMatching(/^SHA256:[A-Za-z0-9+/]{42,44}$/),
      fc.stringMatching(/^MD5(:[0-9a-f]{2}){15,17}$/),
      fc.stringMatching(/^(SHA256|MD5|SHA1):[A-Za-z0-9+/=:]{0,60}$/),
    );
    const fingerprints = fc.sample(texts, { numRuns: 5000, seed: SEED });
    const asked = users(fingerprints.map((text) => [LOGIN, 'alice', text]));
    const expected = fingerprints.map((text) =>
      parseFingerprint(text) === undefined ? '' : 'alice',
    );
    expect(asked).toEqual(expected);
    expect(asked.filter((user) => user !== '').length).toBeGreaterThan(500);
  });
});

describe('of a machine', () => {
  it('knows an instance by a tag of its form, and by nothing else', () => {
    const tags = ['i-01234567', 'i-0123456789abcdef0\n', `i-${'a'.repeat(32)}`];
    expect(verdicts('instance', tags)).toEqual(['1', '1', '1']);
    const others = [
      '',
      'i-0123456',
      `i-${'a'.repeat(33)}`,
      'i-0123456G',
      'i-01234567\n\n',
      ' i-01234567',
    ];
    expect(verdicts('instance', [...others, 'Not Specified'])).toEqual(
      [...others, 0].map(() => '0'),
    );
  });

  it('knows a Xen guest of EC2 by the beginning of its id', () => {
    const ids = ['ec2e1916-9099-7caf-fd21-012345abcdef\n', 'ec2', 'ec', '', '0ec2', 'EC2E1916'];
    expect(verdicts('xen', ids)).toEqual(['1', '1', '0', '0', '0', '0']);
  });

  it('finds a folder empty that holds itself and its parent alone', () => {
    const entry = (name: string, length = 24 + 8 * Math.ceil(Math.max(0, name.length - 4) / 8)) => {
      const bytes = Buffer.alloc(length);
      bytes.writeUInt16LE(length, 16);
      bytes.write(`${name}\0`, 19, 'latin1');
      return bytes;
    };
    const [self, parent] = [entry('.'), entry('..')];
    expect(verdicts('directory', ['', self, Buffer.concat([parent, self])])).toEqual([
      '1',
      '1',
      '1',
    ]);
    const names = ['x', '.x', '..x', '...', 'README', '.gitkeep'];
    const folders = names.map((name) => Buffer.concat([self, parent, entry(name)]));
    const broken = [self.subarray(0, 23), Buffer.alloc(24), Buffer.concat([self, Buffer.alloc(3)])];
    const lying = Buffer.from(self);
    lying.writeUInt16LE(25, 16);
    const all = [...folders, ...broken, lying];
    expect(verdicts('directory', all)).toEqual(all.map(() => '0'));
  });

  it('reads no byte beyond what there is, whatever it is given', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const texts = fc.sample(bytes, { numRuns: 3000, seed: SEED }).map((text) => Buffer.from(text));
    for (const kind of ['instance', 'xen', 'directory', 'token', 'nobody'] as const) {
      expect(verdicts(kind, texts)).toHaveLength(texts.length);
    }
  });
});
