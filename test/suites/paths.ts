import {
  basicConstraints,
  extKeyUsage,
  keyUsage,
  member,
  nameConstraints,
  generalName,
  scenario,
  staple,
  testKey,
  type Cast,
  type Role,
  type ScenarioSpec,
  type TestCertificate,
} from '../pki/index.ts';
import { alike, stricter, type SuiteCase } from './suite-case.ts';

/** The intermediate's subject and key in a second certificate that has something unusual. */
const twin = (unusual: (cast: Cast) => Role): ((cast: Cast) => TestCertificate) => {
  return (cast) => {
    const { subject, key } = cast.intermediate;
    return member(cast.now, { subject, key, issuedBy: cast.root, serial: 77n }, unusual(cast));
  };
};

/** A good intermediate behind a twin that must not be used. */
const beside = (unusual: (cast: Cast) => Role): ScenarioSpec => ({
  serve: (c) => [c.leaf, twin(unusual)(c), c.intermediate],
  staples: (c) => [
    staple(c, c.leaf, c.intermediate),
    staple(c, twin(unusual)(c), c.root),
    staple(c, c.intermediate, c.root),
  ],
});

const root =
  (slot: string, unusual: Role = {}) =>
  (c: Pick<Cast, 'now'>) =>
    member(c.now, { subject: 'Scenario Root', key: testKey('p256', slot) }, unusual);

/** Two certificates for the root's own key: the same trust, two papers. */
const rerooted = (unusual: (cast: Cast) => Role): ScenarioSpec => ({
  trust: (c) => [root('root', { serial: 78n, ...unusual(c) })(c), c.root],
});

/** `count` intermediates one below the other, and the leaf below the last. */
function deep(count: number, top: Role = {}): ScenarioSpec {
  const { now, root: anchor } = scenario();
  const cas: TestCertificate[] = [];
  let issuer = anchor;
  for (let i = 1; i <= count; i++) {
    const usual = { subject: `CA ${i}`, key: testKey('p256', `ca-${i}`), issuedBy: issuer };
    issuer = member(now, usual, i === 1 ? top : {});
    cas.unshift(issuer);
  }
  return {
    leaf: { issuedBy: issuer },
    serve: (c) => [c.leaf, ...cas],
    staples: (c) => [c.leaf, ...cas].map((each, i) => staple(c, each, cas[i] ?? anchor)),
  };
}

/** Path building: BetterTLS's and x509-limbo's forks in the road, each with one way that holds. */
const BUILDING: readonly SuiteCase[] = [
  alike('BetterTLS', 'accepted', 'an expired twin of the intermediate first', () =>
    beside((c) => ({ notAfter: c.now - 1 })),
  ),
  alike('BetterTLS', 'accepted', 'a twin of the intermediate that is no CA first', () =>
    beside(() => ({ basic: basicConstraints(false) })),
  ),
  alike('BetterTLS', 'accepted', 'a twin of the intermediate for code signing first', () =>
    beside(() => ({ purposes: extKeyUsage('codeSigning') })),
  ),
  alike('BetterTLS', 'accepted', 'a twin of the intermediate that excludes the name first', () =>
    beside(() => ({ also: [nameConstraints({ excluded: [generalName.dns('amazonaws.com')] })] })),
  ),
  alike('BetterTLS', 'accepted', 'a twin of the intermediate signed with SHA-1 first', () =>
    beside(() => ({ hash: 'sha1' })),
  ),
  alike('x509-limbo', 'accepted', "an expired paper of the root's key first in the store", () =>
    rerooted((c) => ({ notAfter: c.now - 1 })),
  ),
  alike(
    'x509-limbo',
    'accepted',
    "a paper of the root's key that is no CA first in the store",
    () => rerooted(() => ({ basic: basicConstraints(false) })),
  ),
  alike('PKITS', 'accepted', 'four roots of one name, the last of which has the key', {
    trust: (c) => [...['a', 'b', 'c'].map((slot) => root(slot)(c)), c.root],
  }),
  alike(
    'BetterTLS',
    'accepted',
    'two CAs that certify each other beside the way to the root',
    () => {
      const { now, intermediate, root: anchor } = scenario();
      const other = member(now, {
        subject: 'Other',
        key: testKey('p256', 'other'),
        issuedBy: intermediate,
      });
      const { subject, key } = intermediate;
      const back = member(now, { subject, key, issuedBy: other });
      return {
        serve: (c) => [c.leaf, back, other, c.intermediate],
        staples: (c) => [
          staple(c, c.leaf, c.intermediate),
          staple(c, c.intermediate, anchor),
          staple(c, back, other),
          staple(c, other, c.intermediate),
        ],
      };
    },
  ),
  alike('x509-limbo', 'accepted', 'the order of the served certificates reversed', {
    serve: (c) => [c.leaf, c.root, c.intermediate],
  }),
  alike('PKITS', 'path-not-trusted', 'names that are chained the wrong way round', () => ({
    leaf: { issuer: scenario().root.subject },
    trust: (c) => [c.intermediate],
  })),
  stricter(
    'x509-limbo',
    'path-expired',
    'an expired root in the store, and its key cross-signed by a root that holds',
    () => {
      const { now } = scenario();
      const older = member(now, { subject: 'Older Root', key: testKey('p256', 'older') });
      const { subject, key } = scenario().root;
      const cross = member(now, { subject, key, issuedBy: older });
      return {
        root: { notAfter: now - 1 },
        serve: (c) => [c.leaf, c.intermediate, cross],
        trust: (c) => [c.root, older],
      };
    },
  ),
];

/** What a scenario has at a second that is known before its certificates are made. */
const at = (spec: (now: number) => ScenarioSpec) => (): ScenarioSpec => {
  const { now } = scenario();
  return { now, ...spec(now) };
};

/** The ends of the validity. */
const SECONDS: readonly SuiteCase[] = [
  alike(
    'x509-limbo',
    'accepted',
    'the first second of the validity',
    at((now) => ({ leaf: { notBefore: now } })),
  ),
  alike(
    'x509-limbo',
    'accepted',
    'the last second of the validity',
    at((now) => ({ leaf: { notAfter: now } })),
  ),
  alike(
    'x509-limbo',
    'path-expired',
    'a second before the validity',
    at((now) => ({ leaf: { notBefore: now + 1 } })),
  ),
  alike(
    'x509-limbo',
    'path-expired',
    'a second after the validity',
    at((now) => ({ intermediate: { notAfter: now - 1 } })),
  ),
];

/** Path length, validity, key usage and purposes of CAs: PKITS 4.2, 4.6, 4.7 and x509-limbo. */
const MEMBERS: readonly SuiteCase[] = [
  alike('PKITS', 'accepted', 'seven CAs below a root that says nothing of a length', () => deep(7)),
  alike('PKITS', 'accepted', 'two CAs below one that allows one', () =>
    deep(2, { basic: basicConstraints(true, { pathLength: 1 }) }),
  ),
  alike('PKITS', 'path-constraint-violated', 'two CAs below one that allows none', () =>
    deep(3, { basic: basicConstraints(true, { pathLength: 1 }) }),
  ),
  alike('x509-limbo', 'accepted', 'the leaf right below a CA that allows none', {
    intermediate: { basic: basicConstraints(true, { pathLength: 0 }) },
  }),
  alike('PKITS', 'accepted', 'a CA flag that is not critical', {
    intermediate: { basic: basicConstraints(true, { critical: false }) },
  }),
  alike('PKITS', 'path-constraint-violated', 'a CA that may sign revocation lists alone', {
    intermediate: { usage: keyUsage('cRLSign') },
  }),
  alike('x509-limbo', 'accepted', 'a CA without KeyUsage', { intermediate: { usage: null } }),
  alike('x509-limbo', 'accepted', 'a CA restricted to TLS servers', {
    intermediate: { purposes: extKeyUsage('serverAuth') },
  }),
  alike('x509-limbo', 'path-constraint-violated', 'a CA restricted to TLS clients', {
    intermediate: { purposes: extKeyUsage('clientAuth') },
  }),
  stricter('x509-limbo', 'path-constraint-violated', 'a CA for any purpose', {
    intermediate: { purposes: extKeyUsage('any') },
  }),
  stricter('x509-limbo', 'path-constraint-violated', 'a root in the store for code signing alone', {
    root: { purposes: extKeyUsage('codeSigning') },
  }),
  ...SECONDS,
];

/** How a path is found, and what its members may be used for. */
export const PATH_CASES: readonly SuiteCase[] = [...BUILDING, ...MEMBERS];
