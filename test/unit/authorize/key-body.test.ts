import { describe, expect, it } from 'vitest';
import { MAX_ENTRIES, parseKeyBody, type Entry } from '../../../src/authorize/key-body.ts';
import { BODY_LIMITS } from '../../../src/imds/limits.ts';
import { bodyOf, fieldLines, goodEntry, KEY_LINE, signLines } from '../../support/signed-blobs.ts';

const LINES = [...fieldLines(), KEY_LINE];
const SIGNED_BYTES = Buffer.from(LINES.map((line) => `${line}\n`).join(''));
const SIGNATURE = signLines(LINES);
const BASE64 = SIGNATURE.toString('base64');

/** One character a verdict: `+` for an entry, `-` for `entry-malformed`. */
function shape(text: string): string {
  return parseKeyBody(Buffer.from(text, 'latin1'))
    .map(({ entry }) => (entry.ok ? '+' : '-'))
    .join('');
}

function onlyEntry(text: string): Entry | undefined {
  const [entry, ...others] = parseKeyBody(Buffer.from(text, 'latin1'));
  return others.length === 0 && entry?.entry.ok === true ? entry.entry.value : undefined;
}

const entryOf = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

describe('parseKeyBody', () => {
  it('takes an entry apart into fields, key line, signed bytes and signature', () => {
    expect(onlyEntry(entryOf(...LINES, BASE64))).toEqual({
      fields: [
        { name: 'Timestamp', value: '1764000060' },
        { name: 'Instance', value: 'i-0123456789abcdef0' },
        { name: 'Caller', value: 'arn:aws:sts::123456789012:assumed-role/admin/alice' },
        { name: 'Request', value: '0a1b2c3d-1111-2222-3333-444455556666' },
      ],
      keyLine: KEY_LINE,
      signedBytes: SIGNED_BYTES,
      signature: SIGNATURE,
    });
  });

  it.each([64, 76, 1])('joins a signature that is wrapped every %i characters', (width) => {
    const wrapped = BASE64.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    expect(onlyEntry(entryOf(...LINES, ...wrapped))?.signature).toEqual(SIGNATURE);
  });

  it('takes a last entry that ends without a line break', () => {
    expect(shape(entryOf(...LINES, BASE64).trimEnd())).toBe('+');
  });

  it('keeps unknown fields in their place, because they are signed too', () => {
    const lines = ['#New.Field-1_x=', ...LINES];
    const found = onlyEntry(entryOf(...lines, BASE64));
    expect(found?.fields[0]).toEqual({ name: 'New.Field-1_x', value: '' });
    expect(found?.signedBytes.toString()).toBe(entryOf(...lines));
  });

  it('keeps every byte of a value as it is served', () => {
    const value = Buffer.from([...Array(256).keys()].filter((byte) => byte !== 10 && byte !== 13));
    const body = Buffer.concat([
      Buffer.from('#Any='),
      value,
      Buffer.from(`\n${KEY_LINE}\n${BASE64}\n`),
    ]);
    const [entry] = parseKeyBody(body);
    const signed = entry?.entry.ok === true ? entry.entry.value.signedBytes : undefined;
    expect(signed).toEqual(
      Buffer.concat([Buffer.from('#Any='), value, Buffer.from(`\n${KEY_LINE}\n`)]),
    );
  });

  it('takes an entry without any field: what is missing is judged behind the signature', () => {
    expect(onlyEntry(entryOf(KEY_LINE, BASE64))?.fields).toEqual([]);
  });

  it.each(['', '\n', '\n\n\n\n'])('finds nothing in a body without text: %j', (text) => {
    expect(shape(text)).toBe('');
  });

  it('ignores line breaks in front, behind and in excess between entries', () => {
    const one = entryOf(...LINES, BASE64);
    expect(shape(`\n${one}\n\n\n\n${one}\n\n`)).toBe('++');
  });

  it('numbers the entries from 1, malformed ones too', () => {
    const entries = parseKeyBody(bodyOf('nonsense\n', goodEntry(), '#\n', goodEntry()));
    expect(entries.map(({ place, entry: { ok } }) => [place, ok])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [4, true],
    ]);
  });

  it.each([
    ['a single word', 'nonsense\n'],
    ['fields only', entryOf(...fieldLines())],
    ['a key without a signature', entryOf(...LINES)],
    ['a signature without a key', entryOf(...fieldLines(), BASE64)],
    ['two key lines', entryOf(...LINES, KEY_LINE, BASE64)],
    ['a field behind the key', entryOf(...LINES, '#Late=1', BASE64)],
    ['a field behind the signature', entryOf(...LINES, BASE64, '#Late=1')],
    ['a field without "="', entryOf('#Note', ...LINES, BASE64)],
    ['a "#" before a field', entryOf('##Timestamp=1764000060', ...LINES, BASE64)],
    ['text between "#" and a field', entryOf('# x#Caller=root', ...LINES, BASE64)],
    ['a field without a name', entryOf('#=value', ...LINES, BASE64)],
    ['a field name that begins with a digit', entryOf('#1=value', ...LINES, BASE64)],
    ['a space in front of a field name', entryOf('# Instance=i-1', ...LINES, BASE64)],
    ['a space behind a field name', entryOf('#Instance =i-1', ...LINES, BASE64)],
    ['a field name of 65 characters', entryOf(`#${'n'.repeat(65)}=1`, ...LINES, BASE64)],
    ['65 fields', entryOf(...Array<string>(65).fill('#Many=1'), KEY_LINE, BASE64)],
    ['a carriage return at the end of a field', entryOf('#A=1\r', ...LINES, BASE64)],
    ['a carriage return inside a field', entryOf('#A=1\rroot', ...LINES, BASE64)],
    ['a carriage return behind the key', entryOf(...fieldLines(), `${KEY_LINE}\r`, BASE64)],
    ['a carriage return behind the signature', entryOf(...LINES, `${BASE64}\r`)],
    ['a space inside the signature', entryOf(...LINES, BASE64.replace(/.{9}/, '$& '))],
    ['a signature in base64url', entryOf(...LINES, `_${BASE64.slice(1)}`)],
    ['a signature without its padding', entryOf(...LINES, BASE64.replaceAll('=', ''))],
    ['padding in the middle of the signature', entryOf(...LINES, BASE64, BASE64)],
    ['a signature that is too short for RSA 2048', entryOf(...LINES, signatureOf(255))],
    ['a signature that is too long for RSA 16384', entryOf(...LINES, signatureOf(2049))],
  ])('refuses an entry with %s, and no other', (_, text) => {
    expect(shape(text)).toBe('-');
    expect(shape(`${goodEntry()}\n${text}\n${goodEntry()}`)).toBe('+-+');
  });

  it('tells an entry without a key line from one without a signature', () => {
    const body = bodyOf(entryOf(...fieldLines()), entryOf(...LINES));
    const details = parseKeyBody(body).map(({ entry }) => (entry.ok ? '' : entry.detail));
    expect(new Set(details).size).toBe(2);
  });

  it.each([256, 384, 512, 2048])('takes a signature of %i bytes', (length) => {
    expect(shape(entryOf(...LINES, signatureOf(length)))).toBe('+');
  });

  it('takes 64 fields, and a field name of 64 characters', () => {
    expect(shape(entryOf(...Array<string>(64).fill('#Many=1'), KEY_LINE, BASE64))).toBe('+');
    expect(shape(entryOf(`#${'n'.repeat(64)}=1`, KEY_LINE, BASE64))).toBe('+');
  });

  it.each(['', '\n\n'])('reads 4096 entries, and one for all that is behind them (%j)', (front) => {
    const body = (count: number): string => front + goodEntry() + '\nx\n'.repeat(count - 1);
    expect(shape(body(MAX_ENTRIES))).toBe(`+${'-'.repeat(MAX_ENTRIES - 1)}`);
    expect(shape(body(MAX_ENTRIES + 1))).toHaveLength(MAX_ENTRIES + 1);
    expect(shape(body(100_000))).toHaveLength(MAX_ENTRIES + 1);
    const withGoodEnd = `${front}${'x\n\n'.repeat(MAX_ENTRIES)}${goodEntry()}`;
    expect(shape(withGoodEnd)).toBe('-'.repeat(MAX_ENTRIES + 1));
  });

  it('has room for every entry that a body can hold', () => {
    const shortest = entryOf('ssh-rsa A', signatureOf(256)).length + 1;
    expect(MAX_ENTRIES * shortest).toBeGreaterThan(BODY_LIMITS.keys);
  });

  it('does not take blank lines with a carriage return for an end of an entry', () => {
    expect(shape(`${goodEntry()}\r\n${goodEntry()}`)).toBe('-');
  });
});

function signatureOf(length: number): string {
  return Buffer.alloc(length, 1).toString('base64');
}
