/** Answers of a metadata service that means no good, or is none; pure, and the same for the same seed. */

const TOKEN = 'AQAEAHk3VmUAbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/aB_-cD==';

/** Numbers from 0 up to 2^32, by a linear congruential generator with a mixed output (PCG's idea). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 747_796_405) + 2_891_336_453) >>> 0;
    const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277_803_737) >>> 0;
    return ((word >>> 22) ^ word) >>> 0;
  };
}

type Choice = readonly string[];

const VERSIONS: Choice = [
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2',
  'http/1.1',
  'ICY',
  'SSH-2.0',
  '',
];
const GAPS: Choice = [' ', '  ', '\t', '', '\u0000'];
const STATUSES: Choice = [
  '200',
  '404',
  '403',
  '503',
  '100',
  '000',
  '4040',
  '40',
  '+404',
  '0x194',
  '999',
  '',
];
const PHRASES: Choice = [
  'Not Found',
  'OK',
  '',
  '\u0001',
  'H\u00e9',
  'x'.repeat(2100),
  '%s%n',
  '404',
];
const ENDS: Choice = ['\r\n', '\n', '\r', '\r\r\n', '\r\n\r\n', '', ' \r\n', '\u0000\r\n'];
const FIELDS: Choice = [
  'Content-Type: text/plain',
  'Server: EC2ws',
  'X-aws-ec2-metadata-token-ttl-seconds: 10',
  'Connection: close',
  'Connection: keep-alive',
  'Transfer-Encoding: chunked',
  'transfer-encoding: identity',
  'Content-Length: 0',
  'Content-Length: 4294967296',
  'Content-Length: 18446744073709551617',
  'Content-Length: -1',
  'Content-Length: +5',
  'Content-Length: 0x10',
  'Content-Length: 5, 5',
  'Content-Length:',
  'Content-Length : 5',
  'Content-LengthX: 5',
  ' folded: line',
  'no colon',
  ': no name',
  'b\u0000d: x',
  'b\u00e4d: x',
  'Name: v\u0007',
  'Name: \u00ff',
  `X: ${'y'.repeat(1900)}`,
  'Upgrade: h2c',
];
const BODIES: Choice = [
  TOKEN,
  TOKEN,
  TOKEN,
  '',
  'two words',
  `${TOKEN}\r\n`,
  `${TOKEN}\nX: y`,
  '\u0000',
  'A'.repeat(1001),
];
const LENGTHS = [0, 0, 0, 0, 1, -1, 1000, 5];

/** One answer and something behind it, sometimes; bytes as latin1. */
export function hostileAnswer(next: () => number): Buffer {
  // The first is the honest one, and comes more often than all others together.
  const pick = (choice: Choice): string =>
    choice[next() % 8 < 6 ? 0 : next() % choice.length] ?? '';
  const any = (choice: Choice): string => choice[next() % choice.length] ?? '';
  const isNobody = next() % 2 === 0;
  const status = next() % 8 < 6 ? (isNobody ? '404' : '200') : any(STATUSES);
  const body = pick(BODIES);
  const length = body.length + (LENGTHS[next() % LENGTHS.length] ?? 0);
  const fields = Array.from({ length: next() % 5 }, () =>
    any(next() % 6 === 0 ? FIELDS : FIELDS.slice(0, 3)),
  );
  if (next() % 8 > 0)
    fields.push(`${any(['Content-Length', 'content-length'])}:${pick(GAPS)}${length}`);
  const lines = [
    `${pick(VERSIONS)}${pick(GAPS)}${status}${pick(GAPS)}${pick(PHRASES)}`,
    ...fields,
    '',
  ];
  const text = lines.map((line) => line + (next() % 32 === 0 ? any(ENDS) : '\r\n')).join('') + body;
  return damage(Buffer.from(text, 'latin1'), next);
}

/** Changes up to three bytes, or cuts or doubles a part. */
function damage(bytes: Buffer, next: () => number): Buffer {
  if (next() % 2 === 0) return bytes;
  let result = bytes;
  for (let times = 1 + (next() % 3); times > 0; times--) {
    const at = next() % (result.length + 1);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const kinds = [
      () => Buffer.concat([before, Buffer.of(next() % 256), after.subarray(1)]),
      () => Buffer.concat([before, Buffer.of(next() % 256), after]),
      () => Buffer.concat([before, after.subarray(1 + (next() % 8))]),
      () => Buffer.concat([before, after, before]),
      () => (next() % 4 === 0 ? before : result),
    ];
    result = kinds[next() % kinds.length]?.() ?? result;
  }
  return result;
}
