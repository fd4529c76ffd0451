import { describe, expect, it } from 'vitest';
import {
  acceptedKeys,
  authorize,
  type Evidence,
  type Proof,
} from '../../../src/authorize/authorize.ts';
import { selectCandidates, type Question } from '../../../src/authorize/signed-key.ts';
import { fingerprintOf } from '../../../src/ssh/fingerprint.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import {
  bodyOf,
  chain,
  goodEntry,
  INSTANCE,
  KEY_LINE,
  NOW,
  signedEntry,
} from '../../support/signed-blobs.ts';
import { keyLine, testBlob } from '../../support/ssh-keys.ts';

const QUESTION: Question = { user: 'alice', now: NOW };
const RSA_LINE = keyLine(testBlob('rsa2048'));

function evidenceOf(blob: Buffer, changes: Partial<Proof> = {}): Evidence {
  return {
    selection: selectCandidates(blob),
    proof: {
      instanceId: INSTANCE,
      servedSigner: { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
      expectedSigner: { name: chain.signerName },
      anchors: TrustAnchors.fromPem(chain.root.pem),
      ...changes,
    },
  };
}

/** One word an entry, in the blob's order. */
function verdicts(evidence: Evidence, question: Question = QUESTION): readonly string[] {
  const decision = authorize(evidence, question);
  if (decision.kind === 'signer-refused') return [decision.kind, decision.reason];
  return decision.verdicts.map((verdict) => (verdict.ok ? 'accepted' : verdict.reason));
}

describe('authorize', () => {
  it('accepts what a proven signer signed, and names the signer', () => {
    const decision = authorize(evidenceOf(bodyOf(goodEntry())), QUESTION);
    expect(decision).toMatchObject({ kind: 'judged', provedSigner: { name: chain.signerName } });
    expect(acceptedKeys(decision)).toMatchObject([{ expiry: NOW + 60 }]);
  });

  it('gives every entry its own verdict, in the order of the blob', () => {
    const blob = bodyOf(
      'nonsense\n',
      goodEntry({}, RSA_LINE),
      goodEntry({ Timestamp: NOW }),
      goodEntry({}, 'ssh-dss AAAA'),
      goodEntry(),
      goodEntry({ Instance: 'i-0fedcba9876543210' }),
      goodEntry().replace('#Caller=', '#Caller=x'),
      signedEntry([KEY_LINE]),
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

  it('keeps the place of each entry in the blob', () => {
    const decision = authorize(evidenceOf(bodyOf('x\n', goodEntry(), 'y\n')), QUESTION);
    const numbers = decision.kind === 'judged' ? decision.verdicts.map(({ place }) => place) : [];
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('lets no bad entry spoil a good one among hundreds', () => {
    const bad = goodEntry().replace('#Caller=', '#Caller=x');
    const entries = Array.from({ length: 300 }, (_, index) => (index === 250 ? goodEntry() : bad));
    const accepted = acceptedKeys(authorize(evidenceOf(bodyOf(...entries)), QUESTION));
    expect(accepted).toHaveLength(1);
  });

  it('refuses every entry where the signer is not believed', () => {
    const decision = authorize(
      evidenceOf(bodyOf(goodEntry()), { servedSigner: { chainPem: chain.chainPem, staples: [] } }),
      QUESTION,
    );
    expect(decision).toMatchObject({ kind: 'signer-refused', reason: 'staple-missing' });
    expect(acceptedKeys(decision)).toEqual([]);
  });

  it('keeps the verdicts on entries that nobody could have signed', () => {
    const servedSigner = { chainPem: chain.chainPem, staples: [] };
    const blob = bodyOf('nonsense\n', goodEntry(), goodEntry({}, 'ssh-dss AAAA'));
    expect(authorize(evidenceOf(blob, { servedSigner }), QUESTION)).toMatchObject({
      kind: 'signer-refused',
      verdicts: [
        { place: 1, reason: 'entry-malformed' },
        { place: 3, reason: 'key-malformed' },
      ],
    });
  });

  it('holds the signer against the name that was asked for', () => {
    const expectedSigner = { region: 'us-west-2', domain: 'amazonaws.com' };
    const decision = authorize(evidenceOf(bodyOf(goodEntry()), { expectedSigner }), QUESTION);
    expect(decision).toMatchObject({ kind: 'signer-refused', reason: 'name-mismatch' });
  });

  it.each([
    ['domain-unknown', { region: 'us-east-1', domain: 'example.com' }],
    ['region-unknown', { region: 'cn-north-1', domain: 'amazonaws.com' }],
  ] as const)(
    'refuses a signer for whom region and domain give no name: %s',
    (reason, expectedSigner) => {
      const decision = authorize(
        evidenceOf(bodyOf(goodEntry(), 'x\n'), { expectedSigner }),
        QUESTION,
      );
      expect(decision).toMatchObject({ kind: 'signer-refused', reason, verdicts: [{ place: 2 }] });
    },
  );

  it('holds the signer against the time and the anchors of the question', () => {
    const evidence = evidenceOf(bodyOf(goodEntry()));
    const later = { ...QUESTION, now: NOW + 10 * 86_400 };
    expect(verdicts(evidence, later)).toEqual(['signer-refused', 'staple-expired']);
    const anchors = TrustAnchors.fromPem(chain.leaf.pem);
    expect(verdicts(evidenceOf(bodyOf(goodEntry()), { anchors }))).toEqual([
      'signer-refused',
      'path-not-trusted',
    ]);
  });
});

describe('authorize, where nothing has to be proved', () => {
  it('is the answer where no entry holds the offered key: refusals, and no signer', () => {
    const text = fingerprintOf(testBlob('p256'));
    const selection = selectCandidates(bodyOf(goodEntry()), { hash: 'SHA256', text });
    const decision = authorize({ selection }, QUESTION);
    expect(decision).toEqual({ kind: 'judged', verdicts: selection.refused });
    expect(decision.verdicts).toMatchObject([{ place: 1, reason: 'fingerprint-mismatch' }]);
  });

  it('is an error of the caller where a candidate comes without a proof', () => {
    const selection = selectCandidates(bodyOf(goodEntry()));
    const attempt = (): unknown => authorize({ selection }, QUESTION);
    expect(attempt).toThrow(new Error('candidates without anything to prove them'));
  });
});

describe('acceptedKeys', () => {
  it('gives no key where the signer is refused, whatever the verdicts say', () => {
    const judged = authorize(evidenceOf(bodyOf(goodEntry())), QUESTION);
    expect(acceptedKeys(judged)).toHaveLength(1);
    const { verdicts } = judged;
    const refused = { kind: 'signer-refused', reason: 'staple-missing', detail: 'why' } as const;
    expect(acceptedKeys({ ...refused, verdicts })).toEqual([]);
  });
});
