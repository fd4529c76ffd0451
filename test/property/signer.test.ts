import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PARTITIONS } from '../../src/signer/partitions.ts';
import { signerName } from '../../src/signer/signer-name.ts';
import { verifySigner } from '../../src/signer/verify-signer.ts';
import { SIGNER_REASONS } from '../../src/verdict/reasons.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import { instanceConnectChain, pemOf, type TestCertificate } from '../pki/index.ts';
import { anyBytes, anyMutation, mutate } from './mutation.ts';

const NOW = 1_764_000_000;
const CHAINS = [false, true].map((delegated) => instanceConnectChain({ now: NOW, delegated }));
const anyChain = fc.constantFrom(...CHAINS);
const [first] = CHAINS;
const policy = {
  signerName: first?.signerName ?? '',
  anchors: TrustAnchors.fromPem(first?.root.pem ?? ''),
  now: NOW,
};

function outcome(chainPem: string, staples: readonly Buffer[]): string {
  const verdict = verifySigner({ chainPem, staples }, policy);
  return verdict.ok ? 'accepted' : verdict.reason;
}

const pem = (certificates: readonly TestCertificate[]): string =>
  certificates.map((each) => each.pem).join('');

it('no change to a certificate of the path goes unnoticed', () => {
  fc.assert(
    fc.property(anyChain, fc.constantFrom(0, 1), anyMutation, (chain, index, change) => {
      const served = [chain.leaf.der, chain.intermediate.der];
      served[index] = mutate(served[index] ?? Buffer.alloc(0), change);
      const reason = outcome(
        served.map((der) => pemOf(der)).join(''),
        chain.staples.map(({ der }) => der),
      );
      expect(Object.keys(SIGNER_REASONS)).toContain(reason);
    }),
    { numRuns: 1000 },
  );
});

it('no change to a staple of the path goes unnoticed', () => {
  fc.assert(
    fc.property(anyChain, fc.constantFrom(0, 1), anyMutation, (chain, index, change) => {
      const staples = chain.staples.map(({ der }, i) => (i === index ? mutate(der, change) : der));
      expect(Object.keys(SIGNER_REASONS)).toContain(outcome(chain.chainPem, staples));
    }),
    { numRuns: 1000 },
  );
});

it('no change to what lies beyond the anchor does harm', () => {
  fc.assert(
    fc.property(anyChain, anyMutation, anyMutation, (chain, change, another) => {
      const beyond = [
        mutate(chain.crossSignedRoot.der, change),
        mutate(chain.olderRoot.der, another),
      ];
      const served = [chain.leaf.der, chain.intermediate.der, ...beyond];
      const staples = chain.staples.map(({ der }, i) => (i === 2 ? mutate(der, change) : der));
      expect(outcome(served.map((der) => pemOf(der)).join(''), staples)).toBe('accepted');
    }),
    { numRuns: 300 },
  );
});

it('the order of staples and of the certificates after the leaf says nothing', () => {
  const anyOrder = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
  fc.assert(
    fc.property(anyChain, anyOrder, anyOrder, (chain, one, other) => {
      const { leaf, intermediate, crossSignedRoot, olderRoot, root } = chain;
      const after = [intermediate, crossSignedRoot, olderRoot, root];
      const chainPem = pem([leaf, ...one.flatMap((index) => after[index] ?? [])]);
      const staples = other.flatMap((index) => chain.staples[index]?.der ?? []);
      expect(outcome(chainPem, staples)).toBe('accepted');
    }),
    { numRuns: 50 },
  );
});

it('anything served is answered with a verdict', () => {
  const block = fc.oneof(
    anyBytes.map((bytes) => pemOf(bytes)),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...CHAINS.map(({ leaf }) => leaf.pem)),
  );
  const anyStaple = fc.oneof(
    anyBytes,
    fc.base64String().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 4 }),
      fc.array(anyStaple, { maxLength: 4 }),
      (blocks, staples) => {
        expect(Object.keys(SIGNER_REASONS)).toContain(outcome(blocks.join('\n'), staples));
      },
    ),
    { numRuns: 500 },
  );
});

it('a signer name has nothing in it that was not in the tables', () => {
  const claims = PARTITIONS.flatMap(({ domain, regions }) => [domain, ...regions]);
  const claim = fc.oneof(fc.constantFrom(...claims), fc.string({ unit: 'binary', maxLength: 30 }));
  fc.assert(
    fc.property(claim, claim, (region, domain) => {
      const verdict = signerName(region, domain);
      if (!verdict.ok) return;
      expect(PARTITIONS.map((each) => each.domain)).toContain(domain);
      expect(verdict.value).toMatch(/^managed-ssh-signer\.[a-z0-9-]{9,30}\.[a-z0-9.-]+$/);
    }),
  );
});
