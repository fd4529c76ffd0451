import { describe, expect, it } from 'vitest';
import { authorize, type Decision } from '../../../src/authorize/authorize.ts';
import { selectCandidates, type KeyVerdict } from '../../../src/authorize/signed-key.ts';
import { describeVerdicts, refusalLines } from '../../../src/cli/verdict-report.ts';
import { KEY_REASONS, SIGNER_REASONS } from '../../../src/verdict/reasons.ts';
import type { KeyReason, SignerReason } from '../../../src/verdict/reasons.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import {
  bodyOf,
  CALLER,
  chain,
  goodEntry,
  INSTANCE,
  NOW,
  REQUEST,
} from '../../support/signed-blobs.ts';

const HOSTILE = `\u001b[31m\n${'x'.repeat(10_000)}`;

const signerRefused = (
  reason: SignerReason,
  detail = 'why',
  subject?: string,
  verdicts: readonly KeyVerdict[] = [],
): Decision => ({
  kind: 'signer-refused',
  reason,
  detail,
  subject,
  verdicts,
});

const keyRefused = (reason: KeyReason, detail = 'why'): Decision => ({
  kind: 'judged',
  verdicts: [{ place: 7, ok: false, reason, detail }],
});

function judged(...blocks: readonly string[]): Decision {
  const evidence = {
    selection: selectCandidates(bodyOf(...blocks)),
    proof: {
      instanceId: INSTANCE,
      servedSigner: { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
      expectedSigner: { name: chain.signerName },
      anchors: TrustAnchors.fromPem(chain.root.pem),
    },
  };
  return authorize(evidence, { now: NOW });
}

describe('describeVerdicts', () => {
  it('tells a verified signer, and each entry by its place', () => {
    const report = describeVerdicts(judged('x\n', goodEntry()));
    expect(report.signer).toEqual({ verdict: 'verified', name: chain.signerName });
    expect(report.keys).toMatchObject([
      { entry: 1, verdict: 'refused', reason: 'entry-malformed' },
      { entry: 2, verdict: 'accepted', expiry: NOW + 60 },
    ]);
  });

  it('tells of a refused entry what stands under its signature, and nothing where it does not hold', () => {
    const expired = goodEntry({ Timestamp: NOW });
    const { keys } = describeVerdicts(judged(expired, expired.replace('#Caller=', '#Caller=x')));
    expect(keys).toMatchObject([
      { reason: 'expired', keyType: 'ssh-ed25519', caller: CALLER, request: REQUEST, expiry: NOW },
      { reason: 'signature-invalid' },
    ]);
    expect(keys[0]?.['fingerprint']).toMatch(/^SHA256:/);
    expect(Object.keys(keys[1] ?? {})).toEqual(['entry', 'verdict', 'reason', 'detail']);
  });

  it('leaves out what the service left out', () => {
    const block = goodEntry({ Caller: undefined, Request: undefined });
    const [key] = describeVerdicts(judged(block)).keys;
    expect(Object.keys(key ?? {})).toEqual([
      'entry',
      'verdict',
      'fingerprint',
      'keyType',
      'expiry',
    ]);
  });

  it('has no keys where the signer is refused and nothing was judged', () => {
    const report = describeVerdicts(signerRefused('name-mismatch', 'why', 'CN=x'));
    expect(report).toEqual({
      signer: { verdict: 'refused', reason: 'name-mismatch', detail: 'why', subject: 'CN=x' },
      keys: [],
    });
  });

  it('tells of a refused signer the entries too that nobody could have signed', () => {
    const malformed = {
      place: 2,
      ok: false,
      reason: 'entry-malformed',
      detail: 'no key',
    } as const;
    const report = describeVerdicts(signerRefused('staple-missing', 'why', undefined, [malformed]));
    expect(report.keys).toEqual([
      { entry: 2, verdict: 'refused', reason: 'entry-malformed', detail: 'no key' },
    ]);
    expect(refusalLines(report).map((line) => line.split(':')[0])).toEqual([
      'signer refused',
      'entry 2 refused',
    ]);
  });

  it('is printable and bounded, whatever the material says', () => {
    const caller = `\u001b[31m${'x'.repeat(10_000)}`;
    const decisions = [
      signerRefused('chain-malformed', HOSTILE, HOSTILE),
      keyRefused('expired', HOSTILE),
      judged(goodEntry({ Caller: caller, Request: caller })),
    ];
    for (const decision of decisions) {
      expect(JSON.stringify(describeVerdicts(decision))).toMatch(/^[\x20-\x7e]{0,2000}$/);
    }
  });
});

describe('refusalLines', () => {
  it.each(Object.keys(SIGNER_REASONS) as SignerReason[])('names the signer reason %s', (reason) => {
    const [line, ...others] = refusalLines(describeVerdicts(signerRefused(reason)));
    expect(line).toMatch(new RegExp(`^signer refused: ${reason}: .*\\(why\\)$`));
    expect(others).toEqual([]);
  });

  it.each(Object.keys(KEY_REASONS) as KeyReason[])('names the key reason %s', (reason) => {
    const [line, ...others] = refusalLines(describeVerdicts(keyRefused(reason)));
    expect(line).toMatch(new RegExp(`^entry 7 refused: ${reason}: .*\\(why\\)$`));
    expect(others).toEqual([]);
  });

  it('names the certificate that the refusal is about, if there is one', () => {
    const report = describeVerdicts(signerRefused('certificate-revoked', 'why', 'CN=x'));
    expect(refusalLines(report)[0]).toMatch(/\[CN=x\]$/);
  });

  it('has nothing to say of accepted keys', () => {
    expect(refusalLines(describeVerdicts(judged(goodEntry())))).toEqual([]);
  });
});
