import { describe, expect, it } from 'vitest';
import { certificationPath } from '../../../src/signer/certification-path.ts';
import { readCertificate, type Certificate } from '../../../src/x509/certificate.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import {
  generalName,
  integer,
  member,
  nameConstraints,
  scenario,
  sequence,
  testKey,
  type TestCertificate,
} from '../../pki/index.ts';

const { now, root, intermediate, leaf } = scenario();
const ca = (subject: string, issuedBy?: TestCertificate): TestCertificate =>
  member(now, { subject, key: testKey('p256', subject), issuedBy });
const read = ({ der }: TestCertificate): Certificate => readCertificate(der);

function refusal(
  first: TestCertificate,
  served: readonly TestCertificate[],
  trusted: readonly TestCertificate[],
): { readonly reason: string; readonly detail: string } {
  const anchors = TrustAnchors.fromPem(trusted.map(({ pem }) => pem).join(''));
  const verdict = certificationPath(read(first), served.map(read), anchors, now);
  if (verdict.ok) throw new Error('expected a refusal');
  return verdict;
}

describe('a path that leads to no anchor', () => {
  const [d, decoy] = [ca('D'), ca('Decoy', ca('Its Issuer'))];
  const c = ca('C', d);
  const b = ca('B', c);
  const a = ca('A', b);
  const below = ca('Below', a);

  it.each<[string, TestCertificate, readonly TestCertificate[], string]>([
    ['the issuer of the leaf alone', leaf, [], 'CN=Scenario Intermediate'],
    [
      'each issuer from the leaf upwards',
      leaf,
      [intermediate],
      'CN=Scenario Intermediate; CN=Scenario Root',
    ],
    [
      'a root that was served, which is its own issuer, once',
      leaf,
      [root, intermediate],
      'CN=Scenario Intermediate; CN=Scenario Root',
    ],
    [
      'none of what was served beside the path',
      leaf,
      [decoy, intermediate],
      'CN=Scenario Intermediate; CN=Scenario Root',
    ],
    ['three names at most', below, [a, b, c, d], 'CN=A; CN=B; CN=C'],
  ])('names %s', (_what, first, served, names) => {
    const { reason, detail } = refusal(first, served, [ca('Another')]);
    expect(reason).toBe('path-not-trusted');
    expect(detail.split(': ').at(-1)).toBe(names);
  });
});

describe('a name constraint that cannot be read', () => {
  it.each(['permitted', 'excluded'] as const)('refuses the path where it is %s', (kind) => {
    const noName = generalName.directory(sequence(integer(1)));
    const cast = scenario({ intermediate: { also: [nameConstraints({ [kind]: [noName] })] } });
    const { reason, detail } = refusal(cast.leaf, [cast.intermediate], [cast.root]);
    expect(reason).toBe('path-constraint-violated');
    expect(detail).toMatch(/^expected \S/);
  });
});

describe('of several paths that do not hold', () => {
  const rekeyed = member(now, { subject: 'Scenario Root', key: testKey('p256', 'rekeyed') });
  const expired = scenario({ leaf: { notBefore: 1, notAfter: 2 } }).leaf;

  it.each([
    ['first', [rekeyed, root]],
    ['last', [root, rekeyed]],
  ])(
    'the one that is told has signatures that hold, where a re-keyed root stands %s in the store',
    (_where, trusted) => {
      expect(refusal(expired, [intermediate], trusted).reason).toBe('path-expired');
    },
  );
});
