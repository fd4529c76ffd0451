import { describe, expect, it } from 'vitest';
import { openssl } from '../../differential/openssl.ts';
import {
  goodSingle,
  instanceConnectChain,
  issueCa,
  issueLeaf,
  ocspResponse,
  testKey,
  type KeyKind,
} from '../../pki/index.ts';

// `openssl ocsp` holds the times of a status against the real clock, whatever -attime says.
const NOW = Math.floor(Date.now() / 1000);
const ATTIME = ['-attime', String(NOW)];

describe('the test PKI', () => {
  it.each([{ delegated: false }, { delegated: true }])(
    'makes a chain and staples that openssl believes ($delegated)',
    ({ delegated }) => {
      const chain = instanceConnectChain({ now: NOW, delegated });
      const files = {
        'leaf.pem': chain.leaf.pem,
        'chain.pem': chain.chainPem,
        'root.pem': chain.root.pem,
        'all.pem': chain.chainPem + chain.root.pem,
      };
      const verified = openssl(
        [
          'verify',
          '-x509_strict',
          ...ATTIME,
          '-CAfile',
          'root.pem',
          '-untrusted',
          'chain.pem',
          'leaf.pem',
        ],
        files,
      );
      expect(verified).toMatchObject({ status: 0 });
      const issuers = [chain.intermediate, chain.root, chain.olderRoot];
      const anchors = chain.root.pem + chain.olderRoot.pem;
      for (const [index, staple] of chain.staples.entries()) {
        const subject = [chain.leaf, chain.intermediate, chain.crossSignedRoot][index];
        const answer = openssl(
          [
            ...['ocsp', '-respin', 'r.der', '-issuer', 'issuer.pem', '-cert', 'cert.pem'],
            ...['-CAfile', 'anchors.pem', '-verify_other', 'chain.pem', ...ATTIME],
          ],
          {
            ...files,
            'r.der': staple.der,
            'issuer.pem': issuers[index]?.pem ?? '',
            'cert.pem': subject?.pem ?? '',
            'anchors.pem': anchors,
          },
        );
        expect(answer.text).toContain('Response verify OK');
        expect(answer.text).toContain('cert.pem: good');
      }
    },
  );

  it.each<KeyKind>(['rsa1024', 'rsa4096', 'p256', 'p384', 'p521'])(
    'issues with %s keys in a way that openssl can check',
    (kind) => {
      const dates = { notBefore: NOW - 10, notAfter: NOW + 10 };
      const root = issueCa({ subject: 'Root', key: testKey(kind, 'root'), ...dates });
      const leaf = issueLeaf({
        subject: 'a',
        dns: ['a'],
        key: testKey(kind),
        issuedBy: root,
        ...dates,
      });
      const args = ['verify', '-auth_level', '0', ...ATTIME, '-CAfile', 'root.pem', 'leaf.pem'];
      const files = { 'leaf.pem': leaf.pem, 'root.pem': root.pem };
      expect(openssl(args, files)).toMatchObject({ status: 0 });
      const spec = { singles: [goodSingle(leaf, root, NOW)], responder: root, producedAt: NOW };
      const text = openssl(
        [
          'ocsp',
          '-respin',
          'r.der',
          '-CAfile',
          'root.pem',
          '-issuer',
          'root.pem',
          '-cert',
          'leaf.pem',
          ...ATTIME,
        ],
        { ...files, 'r.der': ocspResponse({ ...spec, responderId: 'byKey' }) },
      ).text;
      expect(text).toContain('Response verify OK');
    },
    // A key of 4096 bits may take seconds the first time.
    60_000,
  );
});
