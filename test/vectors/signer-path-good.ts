import {
  member,
  scenario,
  staple,
  testKey,
  type Cast,
  type TestCertificate,
} from '../pki/index.ts';
import type { SignerVector } from './signer-vector.ts';

/** An older root that cross-signs the scenario's root. */
function crossSigned(cast: Cast): readonly [cross: TestCertificate, older: TestCertificate] {
  const older = member(cast.now, { subject: 'Older Root', key: testKey('p256', 'older') });
  const { subject, key } = cast.root;
  return [member(cast.now, { subject, key, issuedBy: older }), older];
}

/** Paths that hold. */
export const GOOD_PATHS: readonly SignerVector[] = [
  { title: 'the root missing from the chain', expect: 'accepted', build: () => scenario() },
  {
    title: 'the root served as well',
    expect: 'accepted',
    build: () => scenario({ serve: (c) => [c.leaf, c.intermediate, c.root] }),
  },
  {
    title: 'the root cross-signed by an older root that is served and not trusted',
    expect: 'accepted',
    build: () => scenario({ serve: (c) => [c.leaf, c.intermediate, ...crossSigned(c)] }),
  },
  {
    title: 'only the older root in the store',
    expect: 'accepted',
    build: () =>
      scenario({
        serve: (c) => [c.leaf, c.intermediate, crossSigned(c)[0]],
        trust: (c) => [crossSigned(c)[1]],
        staples: (c) => [
          staple(c, c.leaf, c.intermediate),
          staple(c, c.intermediate, c.root),
          staple(c, ...crossSigned(c)),
        ],
      }),
  },
  {
    title: 'the certificates after the leaf in reverse order',
    expect: 'accepted',
    build: () => scenario({ serve: (c) => [c.leaf, c.root, c.intermediate] }),
  },
  {
    title: 'a certificate that nobody needs among the served ones',
    expect: 'accepted',
    build: () =>
      scenario({
        serve: (c) => [
          c.leaf,
          member(c.now, { subject: 'Nobody', key: testKey('p256', 'nobody') }),
          c.intermediate,
        ],
      }),
  },
  {
    title: 'an expired certificate beyond the anchor',
    expect: 'accepted',
    build: () =>
      scenario({
        serve: (c) => [
          ...[c.leaf, c.intermediate, crossSigned(c)[0]],
          member(
            c.now,
            { subject: 'Older Root', key: testKey('p256', 'older') },
            { notAfter: c.now - 1 },
          ),
        ],
      }),
  },
  {
    title: 'the leaf issued by the root',
    expect: 'accepted',
    build: () => {
      const { root } = scenario();
      return scenario({
        leaf: { issuedBy: root },
        serve: (c) => [c.leaf],
        staples: (c) => [staple(c, c.leaf, c.root)],
      });
    },
  },
  {
    title: 'the intermediate pinned in the store',
    expect: 'accepted',
    build: () =>
      scenario({
        trust: (c) => [c.intermediate],
        staples: (c) => [staple(c, c.leaf, c.intermediate)],
      }),
  },
  {
    title: 'a re-keyed root of the same name first in the store',
    expect: 'accepted',
    build: () =>
      scenario({
        trust: (c) => [
          member(c.now, { subject: 'Scenario Root', key: testKey('p256', 'rekeyed') }),
          c.root,
        ],
      }),
  },
  {
    title: 'a broken certificate first in the store',
    expect: 'accepted',
    build: () => scenario({ trust: (c) => [c.root.der.subarray(0, 100), c.root] }),
    openssl: ['refuses', 'it reads none of a store with a broken member; we only lose that member'],
  },
];
