import { describe, expect, it } from 'vitest';
import { verifySigner, type SignerVerdict } from '../../../src/signer/verify-signer.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import { instanceConnectChain } from '../../pki/index.ts';

const NOW = 1_764_000_000;

describe('verifySigner', () => {
  it.each([{ delegated: false }, { delegated: true }])(
    'believes the four-certificate shape that the service sends (delegated: $delegated)',
    ({ delegated }) => {
      const chain = instanceConnectChain({ now: NOW, delegated });
      const verdict: SignerVerdict = verifySigner(
        { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
        { signerName: chain.signerName, anchors: TrustAnchors.fromPem(chain.root.pem), now: NOW },
      );
      expect(verdict).toMatchObject({ ok: true });
      if (!verdict.ok) return;
      expect(verdict.value.path.map(({ subject }) => subject)).toEqual([
        `CN=${chain.signerName}`,
        'C=US, O=Test Amazon, CN=Test Amazon RSA 2048 M01',
        'C=US, O=Test Amazon, CN=Test Amazon Root CA 1',
      ]);
    },
  );
});
