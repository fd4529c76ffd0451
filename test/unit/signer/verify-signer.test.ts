import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import {
  verifySigner,
  type PathElement,
  type SignerVerdict,
  type VerifiedSigner,
} from '../../../src/signer/verify-signer.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import {
  distinguishedName,
  extension,
  instanceConnectChain,
  integer,
  member,
  oid,
  pemOf,
  scenario,
  sequence,
  set,
  staple,
  testKey,
  tlv,
  type Cast,
  type InstanceConnectChain,
  type TestCertificate,
} from '../../pki/index.ts';
import { delegate } from '../../vectors/signer-staple-cases.ts';
import { decide } from '../../vectors/signer-vector.ts';

const NOW = 1_764_000_000;

function judge(
  chain: InstanceConnectChain,
  changes: { chainPem?: string; staples?: readonly Buffer[]; now?: number } = {},
): SignerVerdict {
  return verifySigner(
    {
      chainPem: changes.chainPem ?? chain.chainPem,
      staples: changes.staples ?? chain.staples.map(({ der }) => der),
    },
    {
      signerName: chain.signerName,
      anchors: TrustAnchors.fromPem(chain.root.pem),
      now: changes.now ?? NOW,
    },
  );
}

function believed(verdict: SignerVerdict): VerifiedSigner {
  if (!verdict.ok) throw new Error(`${verdict.reason}: ${verdict.detail}`);
  return verdict.value;
}

describe('verifySigner', () => {
  it.each([{ delegated: false }, { delegated: true }])(
    'believes the four-certificate shape that the service sends (delegated: $delegated)',
    ({ delegated }) => {
      const chain = instanceConnectChain({ now: NOW, delegated });
      const signer = believed(judge(chain));
      expect(signer.name).toBe(chain.signerName);
      expect(signer.publicKey.equals(chain.signerKey.publicKey)).toBe(true);
    },
  );

  it('tells what the path is, and until when each staple holds', () => {
    const chain = instanceConnectChain({ now: NOW, delegated: true });
    const responder = 'C=US, O=Test Amazon, CN=Test OCSP Responder';
    const times = { thisUpdate: NOW - 3600, nextUpdate: NOW + 3 * 86_400, responder };
    const [leaf, intermediate, anchor] = believed(judge(chain)).path;
    expect(leaf).toEqual<PathElement>({
      subject: `CN=${chain.signerName}`,
      serial: chain.leaf.serial.toString(16),
      notBefore: NOW - 30 * 86_400,
      notAfter: NOW + 300 * 86_400,
      staple: times,
    });
    expect(intermediate).toMatchObject({ staple: times });
    expect(anchor?.subject).toBe('C=US, O=Test Amazon, CN=Test Amazon Root CA 1');
    expect(anchor).not.toHaveProperty('staple');
  });

  it.each(['cn-north-1', 'us-gov-west-1'])('believes a signer of %s', (region) => {
    const domain = region.startsWith('cn') ? 'amazonaws.com.cn' : 'amazonaws.com';
    expect(judge(instanceConnectChain({ now: NOW, region, domain }))).toMatchObject({ ok: true });
  });

  it('takes staples in any order and under any name, as DER or as text', () => {
    const chain = instanceConnectChain({ now: NOW });
    const text = (der: Buffer): Buffer => Buffer.from(`${der.toString('base64')}\n`);
    const staples = chain.staples.map(({ der }, i) => (i === 0 ? text(der) : der)).reverse();
    expect(judge(chain, { staples })).toMatchObject({ ok: true });
  });

  it('needs no staple for the root, however it was served', () => {
    const chain = instanceConnectChain({ now: NOW });
    const staples = chain.staples.slice(0, 2).map(({ der }) => der);
    expect(judge(chain, { staples })).toMatchObject({ ok: true });
  });

  it('asks for a staple of the cross-signed root when only the older root is trusted', () => {
    const chain = instanceConnectChain({ now: NOW });
    const older = { ...chain, root: chain.olderRoot };
    expect(believed(judge(older)).path).toHaveLength(4);
    const staples = chain.staples.slice(0, 2).map(({ der }) => der);
    expect(judge(older, { staples })).toMatchObject({
      reason: 'staple-missing',
      subject: 'C=US, O=Test Amazon, CN=Test Amazon Root CA 1',
    });
  });

  it('takes text around the certificates, and refuses other blocks and too many characters', () => {
    const chain = instanceConnectChain({ now: NOW });
    expect(judge(chain, { chainPem: `\n\n${chain.chainPem}\n# end` })).toMatchObject({ ok: true });
    for (const more of [pemOf(Buffer.of(5, 0), 'PRIVATE KEY'), ' '.repeat(65_536)]) {
      const chainPem = chain.chainPem + more;
      expect(judge(chain, { chainPem })).toMatchObject({ reason: 'chain-malformed' });
    }
  });

  it('holds until the staples are over and not longer', () => {
    const chain = instanceConnectChain({ now: NOW });
    const end = NOW + 3 * 86_400;
    expect(judge(chain, { now: end + 300 })).toMatchObject({ ok: true });
    expect(judge(chain, { now: end + 301 })).toMatchObject({ reason: 'staple-expired' });
    expect(judge(chain, { now: NOW - 3600 - 300 })).toMatchObject({ ok: true });
    expect(judge(chain, { now: NOW - 3600 - 301 })).toMatchObject({ reason: 'staple-expired' });
  });

  it.each([
    [
      'the intermediate that has expired',
      'CN=Scenario Intermediate',
      scenario({ intermediate: { notAfter: 1 } }),
    ],
    ['the signer without a staple', /^CN=managed-ssh-signer/, scenario({ staples: () => [] })],
  ])('names the certificate to blame: %s', (_what, subject, material) => {
    const verdict = decide(material);
    expect(verdict.ok ? '' : verdict.subject).toEqual(
      subject instanceof RegExp ? expect.stringMatching(subject) : subject,
    );
  });

  it.each([
    ['is no name', Buffer.of(0x30, 1, 0)],
    ['is no text', sequence(set(sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.of(0xff)))))],
  ])('refuses a signer of the right alternative name whose subject %s', (_what, subject) => {
    const verdict = decide(scenario({ leaf: { subject } }));
    expect(verdict).toMatchObject({ ok: false, reason: 'chain-malformed' });
  });

  it('keeps what the network says printable and short', () => {
    const subject = distinguishedName(`\u001b[2J\n\u00e9\u007f${'x'.repeat(900)}`);
    const verdict = decide(scenario({ leaf: { subject, names: null } }));
    expect(verdict).toMatchObject({ reason: 'name-mismatch' });
    expect(verdict.ok ? '' : verdict.subject).toMatch(/^[ -~]{1,260}$/);
    expect(verdict.ok ? '' : verdict.detail).toMatch(/^[ -~]{1,400}$/);
  });

  it('says that a served certificate cannot be read only when the path needed one', () => {
    const garbage = Buffer.from('garbage');
    expect(decide(scenario({ serve: (c) => [c.leaf, garbage, c.intermediate] }))).toMatchObject({
      ok: true,
    });
    expect(decide(scenario({ serve: (c) => [c.leaf, garbage] }))).toMatchObject({
      reason: 'chain-malformed',
    });
  });

  it('tells of another fault of the path where the certificate that cannot be read is not missed', () => {
    const garbage = Buffer.from('garbage');
    const leaf = { notBefore: 1, notAfter: 2 };
    const serve = (c: Cast): readonly (TestCertificate | Buffer)[] => [
      c.leaf,
      garbage,
      c.intermediate,
    ];
    expect(decide(scenario({ leaf, serve }))).toMatchObject({ reason: 'path-expired' });
  });

  it('counts the served certificates from 1, the leaf, where one cannot be read', () => {
    const serve = (c: Cast): readonly (TestCertificate | Buffer)[] => [
      c.leaf,
      c.root,
      Buffer.from('garbage'),
    ];
    expect(decide(scenario({ serve }))).toMatchObject({
      reason: 'chain-malformed',
      detail: expect.stringMatching(/^served certificate 3: /) as string,
    });
  });

  it('refuses a key that node:crypto does not import', () => {
    const { createPublicKey } = crypto;
    const material = scenario();
    const spy = vi.spyOn(crypto, 'createPublicKey').mockImplementation((key) => {
      const { key: spki } = key as { readonly key: Buffer };
      if (spki.equals(material.leaf.key.spki)) throw new Error('error:1E08010C');
      return createPublicKey(key);
    });
    syncBuiltinESMExports();
    try {
      expect(decide(material)).toMatchObject({
        reason: 'weak-signature',
        subject: expect.stringContaining('CN=managed-ssh-signer.') as string,
        detail: expect.stringMatching(/^expected .*, found rsa 2048$/) as string,
      });
    } finally {
      spy.mockRestore();
      syncBuiltinESMExports();
    }
    expect(decide(material)).toMatchObject({ ok: true });
  });

  it('takes no bug for a chain that cannot be read', () => {
    const chain = instanceConnectChain({ now: NOW });
    expect(() => judge({ ...chain, chainPem: null as unknown as string })).toThrow(TypeError);
  });

  it('tries other anchors of the same name before it gives up', () => {
    const twin = (i: number): Buffer =>
      member(NOW, { subject: 'Scenario Root', key: testKey('p256', `twin-${i}`) }).der;
    const good = scenario();
    expect(decide({ ...good, trusted: [twin(0), twin(1), good.root.der] })).toMatchObject({
      ok: true,
    });
  });

  it('ends at the first anchor that it meets, even when that has expired and an older root has not', () => {
    const good = scenario({ root: { notAfter: scenario().now - 1 } });
    const older = member(good.now, { subject: 'Older', key: testKey('p256', 'older') });
    const { subject, key } = good.root;
    const cross = member(good.now, { subject, key, issuedBy: older });
    const staples = [...good.staples, staple(good, cross, older)];
    const served = [good.leaf, good.intermediate, cross].map(({ der }) => der);
    const trusted = [good.root.der, older.der];
    expect(decide({ ...good, served, staples, trusted })).toMatchObject({ reason: 'path-expired' });
  });
});

describe('a certificate that cannot be read', () => {
  /** BasicConstraints of a path length without the CA flag, which nobody may write. */
  const unreadable = {
    basic: extension('2.5.29.19', true, sequence(integer(1))),
  };
  const because = 'expected a path length only with the ca flag';

  it('is named where it is the trust anchor', () => {
    expect(decide(scenario({ root: unreadable }))).toMatchObject({
      reason: 'path-not-trusted',
      detail: expect.stringMatching(`the CA store has CN=Scenario Root, .*${because}`) as string,
    });
  });

  it('is named where it was served', () => {
    expect(decide(scenario({ intermediate: unreadable }))).toMatchObject({
      reason: 'chain-malformed',
      subject: 'CN=Scenario Intermediate',
      detail: expect.stringContaining(because) as string,
    });
    expect(decide(scenario({ leaf: unreadable }))).toMatchObject({
      reason: 'chain-malformed',
      subject: expect.stringContaining('CN=managed-ssh-signer.') as string,
      detail: expect.stringContaining(because) as string,
    });
  });

  it("is named where it is the responder's, sent along with a staple", () => {
    const staples = (cast: Cast): readonly Buffer[] => {
      const responder = delegate(cast, unreadable);
      const answer = staple(cast, cast.leaf, cast.intermediate, { responder, embed: [responder] });
      return [answer, staple(cast, cast.intermediate, cast.root)];
    };
    expect(decide(scenario({ staples }))).toMatchObject({
      reason: 'staple-responder-unauthorized',
      detail: expect.stringMatching(`CN=Responder.*${because}`) as string,
    });
  });
});
