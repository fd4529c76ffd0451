import { describe, expect, it } from 'vitest';
import {
  acceptedKeys,
  authorize,
  nothingToProve,
  type Evidence,
} from '../../../src/authorize/authorize.ts';
import { selectCandidates, type Request } from '../../../src/authorize/signed-key.ts';
import { fingerprintOf } from '../../../src/ssh/fingerprint.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import {
  blobOf,
  chain,
  goodBlock,
  INSTANCE,
  KEY_LINE,
  NOW,
  signedBlock,
} from '../../support/signed-blobs.ts';
import { keyLine, testBlob } from '../../support/ssh-keys.ts';

const QUESTION: Request = { user: 'alice', instanceId: INSTANCE, now: NOW };
const RSA_LINE = keyLine(testBlob('rsa2048'));

function evidenceOf(blob: Buffer, changes: Partial<Evidence> = {}): Evidence {
  return {
    selection: selectCandidates(blob),
    signer: { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
    signerName: chain.signerName,
    anchors: TrustAnchors.fromPem(chain.root.pem),
    ...changes,
  };
}

/** One word a block, in the blob's order. */
function verdicts(evidence: Evidence, question: Request = QUESTION): readonly string[] {
  const decision = authorize(evidence, question);
  if (decision.kind === 'signer-refused') return [decision.kind, decision.reason];
  return decision.verdicts.map((verdict) => (verdict.ok ? 'accepted' : verdict.reason));
}

describe('authorize', () => {
  it('accepts what a proven signer signed, and names the signer', () => {
    const decision = authorize(evidenceOf(blobOf(goodBlock())), QUESTION);
    expect(decision).toMatchObject({ kind: 'judged', signer: { name: chain.signerName } });
    expect(acceptedKeys(decision)).toMatchObject([{ expiry: NOW + 60 }]);
  });

  it('gives every block its own verdict, in the order of the blob', () => {
    const blob = blobOf(
      'nonsense\n',
      goodBlock({}, RSA_LINE),
      goodBlock({ Timestamp: NOW }),
      goodBlock({}, 'ssh-dss AAAA'),
      goodBlock(),
      goodBlock({ Instance: 'i-0fedcba9876543210' }),
      goodBlock().replace('#Caller=', '#Caller=x'),
      signedBlock([KEY_LINE]),
    );
    expect(verdicts(evidenceOf(blob))).toEqual([
      'entry-malformed',
      'accepted',
      'expired',
      'key-malformed',
      'accepted',
      'instance-mismatch',
      'signature-invalid',
      'field-missing',
    ]);
  });

  it('keeps the number of each block in the blob', () => {
    const decision = authorize(evidenceOf(blobOf('x\n', goodBlock(), 'y\n')), QUESTION);
    const numbers = decision.kind === 'judged' ? decision.verdicts.map(({ number }) => number) : [];
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('lets no bad block spoil a good one among hundreds', () => {
    const bad = goodBlock().replace('#Caller=', '#Caller=x');
    const blocks = Array.from({ length: 300 }, (_, index) => (index === 250 ? goodBlock() : bad));
    const accepted = acceptedKeys(authorize(evidenceOf(blobOf(...blocks)), QUESTION));
    expect(accepted).toHaveLength(1);
  });

  it('refuses every block where the signer is not believed', () => {
    const decision = authorize(
      evidenceOf(blobOf(goodBlock()), { signer: { chainPem: chain.chainPem, staples: [] } }),
      QUESTION,
    );
    expect(decision).toMatchObject({ kind: 'signer-refused', reason: 'staple-missing' });
    expect(acceptedKeys(decision)).toEqual([]);
  });

  it('keeps the verdicts on blocks that nobody could have signed', () => {
    const signer = { chainPem: chain.chainPem, staples: [] };
    const blob = blobOf('nonsense\n', goodBlock(), goodBlock({}, 'ssh-dss AAAA'));
    expect(authorize(evidenceOf(blob, { signer }), QUESTION)).toMatchObject({
      kind: 'signer-refused',
      verdicts: [
        { number: 1, reason: 'entry-malformed' },
        { number: 3, reason: 'key-malformed' },
      ],
    });
  });

  it('holds the signer against the name that was asked for', () => {
    const signerName = 'managed-ssh-signer.us-west-2.amazonaws.com';
    const decision = authorize(evidenceOf(blobOf(goodBlock()), { signerName }), QUESTION);
    expect(decision).toMatchObject({ kind: 'signer-refused', reason: 'name-mismatch' });
  });

  it('holds the signer against the time and the anchors of the question', () => {
    const evidence = evidenceOf(blobOf(goodBlock()));
    const later = { ...QUESTION, now: NOW + 10 * 86_400 };
    expect(verdicts(evidence, later)).toEqual(['signer-refused', 'staple-expired']);
    const anchors = TrustAnchors.fromPem(chain.leaf.pem);
    expect(verdicts({ ...evidence, anchors })).toEqual(['signer-refused', 'path-not-trusted']);
  });
});

describe('nothingToProve', () => {
  it('is the answer where no block holds the offered key: refusals, and no signer', () => {
    const text = fingerprintOf(testBlob('p256'));
    const selection = selectCandidates(blobOf(goodBlock()), { hash: 'SHA256', text });
    const decision = nothingToProve(selection);
    expect(decision).toEqual({ kind: 'judged', verdicts: selection.refused });
    expect(decision.verdicts).toMatchObject([{ number: 1, reason: 'fingerprint-mismatch' }]);
  });
});
