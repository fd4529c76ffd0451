import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/der-reader.ts';
import { certificateBlocks, decodeCertificates } from '../../../src/x509/pem.ts';
import { pemOf } from '../../pki/index.ts';

const LIMITS = { size: 1000, count: 3 };
const A = Buffer.from('first block');
const B = Buffer.from('the second block, long enough for two lines of sixty-four characters');

describe('decodeCertificates', () => {
  it('reads the blocks in order and skips the text between them', () => {
    const pem = `subject=a\n${pemOf(A)}\n\nsubject=b\n${pemOf(B)}trailer`;
    expect(decodeCertificates(pem, LIMITS)).toEqual([A, B]);
  });

  it('reads CRLF line ends and a block without a final newline', () => {
    expect(decodeCertificates(pemOf(B).replaceAll('\n', '\r\n').trimEnd(), LIMITS)).toEqual([B]);
  });

  it('takes no dashes for the end of one block and the beginning of another', () => {
    const shared = `${pemOf(A).trimEnd()}${pemOf(B).slice('-----'.length)}`;
    expect(shared).toContain('-----END CERTIFICATE-----BEGIN CERTIFICATE-----');
    expect(decodeCertificates(shared, LIMITS)).toEqual([A]);
  });

  it('finds nothing in an empty text', () => {
    expect(decodeCertificates('', LIMITS)).toEqual([]);
    expect(decodeCertificates(' '.repeat(1000), LIMITS)).toEqual([]);
  });

  it.each([
    ['a block that does not end', '-----BEGIN CERTIFICATE-----\nAAAA\n'],
    ['a block within a block', `-----BEGIN CERTIFICATE-----\n${pemOf(A)}`],
    ['a private key', pemOf(A, 'PRIVATE KEY')],
    ['headers inside of a block', pemOf(A).replace('\n', '\nProc-Type: 4\n\n')],
    ['base64 that is not canonical', pemOf(A).replace('=', '')],
    ['more blocks than allowed', pemOf(A).repeat(4)],
    ['more characters than allowed', ' '.repeat(1001)],
  ])('refuses %s', (_what, pem) => {
    expect(() => decodeCertificates(pem, LIMITS)).toThrow(DerError);
  });
});

describe('certificateBlocks', () => {
  const blocks = (pem: string): string[] =>
    [...certificateBlocks(pem)].map(([start, end]) => pem.slice(start, end).trim());

  it('finds every whole block and no other', () => {
    const cut = '-----BEGIN CERTIFICATE-----\nAAAA\n';
    const pem = `# CA\n${cut}${pemOf(A)}${pemOf(A, 'TRUSTED CERTIFICATE')}${pemOf(B)}${cut}`;
    expect(blocks(pem).map((text) => Buffer.from(text, 'base64'))).toEqual([A, B]);
  });

  it('finds no block that is cut off, whatever the text begins with', () => {
    expect(blocks('-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nAAAA')).toEqual([]);
  });
});
