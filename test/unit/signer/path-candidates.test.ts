import { describe, expect, it, vi } from 'vitest';
import { candidatePaths } from '../../../src/signer/path-candidates.ts';
import { readCertificate, type Certificate } from '../../../src/x509/certificate.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import { member, scenario, testKey, type Scenario, type TestCertificate } from '../../pki/index.ts';

const cast = scenario();
const read = ({ der }: TestCertificate): Certificate => readCertificate(der);
const store = (...certificates: readonly TestCertificate[]): TrustAnchors =>
  TrustAnchors.fromPem(certificates.map(({ pem }) => pem).join(''));

function paths(
  { leaf }: Pick<Scenario, 'leaf'>,
  served: readonly TestCertificate[],
  ...trusted: readonly TestCertificate[]
): readonly (readonly Buffer[])[] {
  const found = candidatePaths(read(leaf), served.map(read), store(...trusted));
  return found.map((path) => path.map(({ der }) => der));
}

const older = member(cast.now, { subject: 'Older', key: testKey('p256', 'older') });
const cross = member(cast.now, { subject: 'Scenario Root', key: cast.root.key, issuedBy: older });
const plain = [cast.leaf, cast.intermediate, cast.root].map(({ der }) => der);

describe('candidatePaths', () => {
  it('ends with the certificate of the store, whether the root was served, cross-signed or not at all', () => {
    const { intermediate, root } = cast;
    expect(paths(cast, [intermediate], root)).toEqual([plain]);
    expect(paths(cast, [root, intermediate], root)).toEqual([plain]);
    expect(paths(cast, [intermediate, cross, older], root)).toEqual([plain]);
    expect(paths(cast, [intermediate, cross, older], root, older)).toEqual([plain]);
  });

  it('goes on to the older root when only that is trusted', () => {
    const [leaf, intermediate] = plain;
    expect(paths(cast, [older, cast.intermediate, cross], older)).toEqual([
      [leaf, intermediate, cross.der, older.der],
    ]);
  });

  it('finds none without an anchor, without an issuer, and from the leaf to itself', () => {
    expect(paths(cast, [cast.intermediate, cross, older])).toEqual([]);
    expect(paths(cast, [cross], cast.root)).toEqual([]);
    expect(paths(cast, [], cast.leaf)).toEqual([]);
  });

  it('has no member twice, where two CAs certify each other', () => {
    const { leaf, intermediate, root } = cast;
    const other = member(cast.now, {
      subject: 'Other',
      key: testKey('p256', 'other'),
      issuedBy: intermediate,
    });
    const { subject, key } = intermediate;
    const back = member(cast.now, { subject, key, issuedBy: other });
    expect(paths(cast, [back, other, intermediate, leaf, root], root)).toEqual([plain]);
    // The way on from the other CA leads back to a member that is on the path already.
    expect(paths(cast, [back, other], root)).toEqual([]);
  });

  it('gives at most eight candidates, and gives up where everybody has the same name', () => {
    const same = scenario({ root: { subject: 'Same' }, intermediate: { subject: 'Same' } });
    const twins = Array.from({ length: 9 }, (_, i) =>
      member(same.now, { subject: 'Same', key: testKey('p256', `twin-${i}`) }),
    );
    expect(paths(same, twins, ...twins)).toHaveLength(8);
    expect(paths(same, [same.intermediate, ...twins], same.root).length).toBeLessThanOrEqual(8);
    const stranger = member(same.now, { subject: 'Stranger', key: testKey('p256') });
    expect(paths(same, twins, stranger)).toEqual([]);
  });

  it('looks no further when it has eight candidates', () => {
    const same = scenario({ root: { subject: 'Same' }, intermediate: { subject: 'Same' } });
    const twins = Array.from({ length: 8 }, (_, i) =>
      member(same.now, { subject: 'Same', key: testKey('p256', `twin-${i}`) }),
    );
    const anchors = store(...twins);
    const looks = vi.spyOn(anchors, 'bySubject');
    expect(candidatePaths(read(same.leaf), [read(same.intermediate)], anchors)).toHaveLength(8);
    expect(looks).toHaveBeenCalledTimes(1);
  });

  it.each([
    [62, 1],
    [63, 0],
  ])('looks at 64 certificates: with %i dead ends before the way on it finds %i', (dead, count) => {
    const issuer = read(cast.intermediate);
    // Twins of another key each, whose issuer was not served.
    const twins = Array.from({ length: dead }, (_, i) => ({
      ...issuer,
      issuer: read(cast.leaf).subject,
      publicKey: { ...issuer.publicKey, spki: Buffer.of(i) },
    }));
    const found = candidatePaths(read(cast.leaf), [...twins, issuer], store(cast.root));
    expect(found).toHaveLength(count);
  });
});
