import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { fingerprintOf } from '../../../src/ssh/fingerprint.ts';
import { Captured } from '../../support/captured.ts';
import { runProgram } from '../../support/program.ts';
import {
  bodyOf,
  CALLER,
  chain,
  goodEntry,
  KEY_LINE,
  NOW,
  REQUEST,
} from '../../support/signed-blobs.ts';
import { keyLine, testBlob } from '../../support/ssh-keys.ts';

const ED25519 = testBlob('ed25519');
const RSA_LINE = keyLine(testBlob('rsa2048'));
const GOOD_AND_BAD = bodyOf(goodEntry(), 'nonsense\n', goodEntry({ Timestamp: NOW }, RSA_LINE));

describe('verify-keys', () => {
  it('prints the accepted lines, says why others are refused, and ends with 0', async () => {
    using captured = new Captured(GOOD_AND_BAD);
    const { status, stdout, stderr } = await runProgram(captured.args());
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${KEY_LINE}\n` });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.split(':').slice(0, 2).join(':'))).toEqual([
      'entry 2 refused: entry-malformed',
      'entry 3 refused: expired',
    ]);
  });

  it('ends with 1 and prints nothing where no key is accepted', async () => {
    using captured = new Captured(bodyOf(goodEntry()));
    const { status, stdout, stderr } = await runProgram(captured.args({ at: String(NOW + 60) }));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^entry 1 refused: expired: .*\n$/);
  });

  it('judges as of now where no time is given', async () => {
    using captured = new Captured(bodyOf(goodEntry()));
    const { status, stderr } = await runProgram(captured.args({ at: undefined }));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^signer refused: (staple|path)-expired: /);
  });

  it.each(['SHA256', 'MD5'] as const)('judges only the key of a %s fingerprint', async (hash) => {
    using captured = new Captured(bodyOf(goodEntry(), goodEntry({}, RSA_LINE)));
    const fingerprint = fingerprintOf(ED25519, hash);
    const { status, stdout, stderr } = await runProgram(captured.args({ fingerprint }));
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${KEY_LINE}\n` });
    expect(stderr).toMatch(/^entry 2 refused: fingerprint-mismatch: .*\n$/);
  });

  it('refuses an option that is given twice', async () => {
    using captured = new Captured(bodyOf(goodEntry()));
    const args = [...captured.args({ at: '1' }), '--at', String(NOW)];
    const { status, stderr } = await runProgram(args);
    expect(status).toBe(2);
    expect(stderr).toContain('--at: given more than once');
  });

  it('prints every verdict as JSON where it is asked to', async () => {
    using captured = new Captured(GOOD_AND_BAD);
    const { status, stdout } = await runProgram([...captured.args(), '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      signer: { verdict: 'verified', name: chain.signerName },
      keys: [
        {
          entry: 1,
          verdict: 'accepted',
          fingerprint: fingerprintOf(ED25519),
          keyType: 'ssh-ed25519',
          expiry: NOW + 60,
          caller: CALLER,
          request: REQUEST,
        },
        expect.objectContaining({ entry: 2, verdict: 'refused', reason: 'entry-malformed' }),
        expect.objectContaining({ entry: 3, verdict: 'refused', reason: 'expired' }),
      ],
    });
  });

  it('prints a refused signer as JSON, with the subject of the certificate', async () => {
    using captured = new Captured(bodyOf(goodEntry()));
    const args = captured.args({ 'signer-name': 'managed-ssh-signer.us-west-2.amazonaws.com' });
    const { status, stdout, stderr } = await runProgram([...args, '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      signer: {
        verdict: 'refused',
        reason: 'name-mismatch',
        subject: expect.stringContaining(chain.signerName) as string,
      },
      keys: [],
    });
    expect(stderr).toMatch(/^signer refused: name-mismatch: .*\n$/);
  });
});

describe('verify-keys, on a file that cannot be used', () => {
  it('ends with 2 and names it', async () => {
    using captured = new Captured(bodyOf(goodEntry()));
    const path = join(captured.folder, 'nowhere');
    const { status, stdout, stderr } = await runProgram(captured.args({ 'trust-anchors': path }));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(path);
  });
});
