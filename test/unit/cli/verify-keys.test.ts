import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError, verifyKeys, type VerifyKeysOptions } from '../../../src/cli/verify-keys.ts';
import { BODY_LIMITS } from '../../../src/imds/limits.ts';
import { MAX_STAPLES } from '../../../src/signer/verify-signer.ts';
import { fingerprintOf, parseFingerprint } from '../../../src/ssh/fingerprint.ts';
import { Captured } from '../../support/captured.ts';
import { bodyOf, chain, goodEntry, KEY_LINE, NOW } from '../../support/signed-blobs.ts';
import { keyLine, testBlob } from '../../support/ssh-keys.ts';

const RSA_LINE = keyLine(testBlob('rsa2048'));

/** The error about a file of the captured material, changed by `change`; undefined where all is well. */
function errorOf(change: (captured: Captured) => Partial<VerifyKeysOptions>): unknown {
  using captured = new Captured(bodyOf(goodEntry()));
  try {
    verifyKeys({ ...captured.options, ...change(captured) });
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('verifyKeys', () => {
  it('gives the lines for sshd and the exit code 0 where a key is accepted', () => {
    using captured = new Captured(bodyOf(goodEntry(), goodEntry({ Timestamp: NOW }), 'x\n'));
    const { lines, exitCode, report } = verifyKeys(captured.options);
    expect({ lines, exitCode }).toEqual({ lines: `${KEY_LINE}\n`, exitCode: 0 });
    expect(report.keys.map(({ verdict, reason }) => reason ?? verdict)).toEqual([
      'accepted',
      'expired',
      'entry-malformed',
    ]);
  });

  it('gives nothing and the exit code 1 where no key is accepted', () => {
    using captured = new Captured(bodyOf(goodEntry()));
    expect(verifyKeys({ ...captured.options, at: NOW + 60 })).toMatchObject({
      lines: '',
      exitCode: 1,
      report: { signer: { verdict: 'verified' }, keys: [{ reason: 'expired' }] },
    });
  });

  it('judges an empty file of keys: there is none', () => {
    using captured = new Captured(Buffer.alloc(0));
    const report = { signer: { verdict: 'not-needed' }, keys: [] };
    expect(verifyKeys(captured.options)).toEqual({ lines: '', exitCode: 1, report });
  });

  it('needs no signer where no entry holds the key in question', () => {
    using captured = new Captured(bodyOf(goodEntry({}, RSA_LINE)));
    const fingerprint = parseFingerprint(fingerprintOf(testBlob('ed25519')));
    const { report } = verifyKeys({ ...captured.options, fingerprint });
    expect(report).toMatchObject({
      signer: { verdict: 'not-needed' },
      keys: [{ reason: 'fingerprint-mismatch' }],
    });
  });

  it('refuses keys of another instance and signers of another name', () => {
    using captured = new Captured(bodyOf(goodEntry()));
    const elsewhere = verifyKeys({ ...captured.options, instanceId: 'i-0fedcba9876543210' });
    expect(elsewhere.report.keys).toMatchObject([{ reason: 'instance-mismatch' }]);
    const signerName = 'managed-ssh-signer.us-west-2.amazonaws.com';
    const misnamed = verifyKeys({ ...captured.options, signerName });
    expect(misnamed.report.signer).toMatchObject({ verdict: 'refused', reason: 'name-mismatch' });
  });

  it('refuses the signer where the folder of staples is empty', () => {
    using captured = new Captured(bodyOf(goodEntry()));
    rmSync(captured.options.signerOcsp, { recursive: true });
    mkdirSync(captured.options.signerOcsp);
    expect(verifyKeys(captured.options).report.signer).toMatchObject({ reason: 'staple-missing' });
  });

  it('passes over a staple that a login would not read', () => {
    using captured = new Captured(bodyOf(goodEntry()));
    captured.write('staples/big', Buffer.alloc(BODY_LIMITS.staple + 1));
    expect(verifyKeys(captured.options)).toMatchObject({ exitCode: 0 });
    captured.write('staples/0.any', Buffer.alloc(BODY_LIMITS.staple + 1));
    expect(verifyKeys(captured.options).report.signer).toMatchObject({ reason: 'staple-missing' });
  });

  it('refuses the signer where there are more staples than a login would ask for', () => {
    using captured = new Captured(bodyOf(goodEntry()));
    for (let count = chain.staples.length; count < MAX_STAPLES; count++) {
      captured.write(`staples/more${count}`, chain.staples[0]?.der ?? '');
    }
    expect(verifyKeys(captured.options)).toMatchObject({ exitCode: 0 });
    captured.write('staples/one-more', chain.staples[0]?.der ?? '');
    const { report } = verifyKeys(captured.options);
    expect(report.signer).toMatchObject({ reason: 'staple-malformed' });
  });

  it('trusts no file that is no bundle of anchors', () => {
    using captured = new Captured(bodyOf(goodEntry()));
    const trustAnchors = captured.write('text', 'no certificate\n');
    const { report } = verifyKeys({ ...captured.options, trustAnchors });
    expect(report.signer).toMatchObject({ reason: 'path-not-trusted' });
  });
});

describe('verifyKeys, on what cannot be read', () => {
  it('says in words what is wrong, with the option and the path', () => {
    const messages = [
      errorOf(() => ({ keys: '/nowhere' })),
      errorOf(() => ({ signerOcsp: '/nowhere' })),
      errorOf(({ folder }) => ({ trustAnchors: folder })),
      errorOf(({ options }) => ({ signerOcsp: options.keys })),
    ].map((error) => (error as Error).message);
    expect(messages.slice(0, 2)).toEqual([
      '--keys: /nowhere does not exist',
      '--signer-ocsp: /nowhere does not exist',
    ]);
    expect(messages[2]).toMatch(/^--trust-anchors: \S+ is a directory, expected a file$/);
    expect(messages[3]).toMatch(/^--signer-ocsp: \S+ is not a directory$/);
  });

  const inputs = ['keys', 'signerCert', 'signerOcsp', 'trustAnchors'] as const;

  it.each(inputs)('names the path of %s where nothing is there', (name) => {
    const error = errorOf(() => ({ [name]: '/nowhere/at/all' }));
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain('/nowhere/at/all');
  });

  it.each(['keys', 'signerCert', 'trustAnchors'] as const)(
    'names the path of %s where it is a folder',
    (name) => {
      const error = errorOf(({ folder }) => ({ [name]: folder }));
      expect(error).toBeInstanceOf(InputError);
    },
  );

  it('names a folder of staples that is a file, and a staple that is a folder', () => {
    expect(errorOf(({ options }) => ({ signerOcsp: options.keys }))).toBeInstanceOf(InputError);
    const nested = errorOf(({ options }) => {
      mkdirSync(join(options.signerOcsp, 'deeper'));
      return {};
    });
    expect(nested).toBeInstanceOf(InputError);
    expect(String(nested)).toContain('deeper');
  });

  it.each([
    ['keys', 'keys', BODY_LIMITS.keys],
    ['signerCert', 'chain.pem', BODY_LIMITS.chain],
    ['trustAnchors', 'anchors.pem', 8 * 1024 * 1024],
  ] as const)('reads no more of %s than a login would', (_, file, limit) => {
    const withSize = (size: number): unknown =>
      errorOf((captured) => {
        captured.write(file, Buffer.alloc(size, '\n'));
        return {};
      });
    expect(withSize(limit)).toBeUndefined();
    expect(withSize(limit + 1)).toBeInstanceOf(InputError);
  });

  it('shows a strange path as it may be shown', () => {
    const error = errorOf(() => ({ keys: '/no\u001b[31m/where\n' }));
    expect(String(error)).toMatch(/^[\x20-\x7e]+$/);
  });
});
