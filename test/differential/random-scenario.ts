import type { Random } from '../fuzz/random.ts';
import {
  basicConstraints,
  extKeyUsage,
  generalName,
  keyUsage,
  nameConstraints,
  scenario,
  staple,
  subjectAltName,
  testKey,
  unknownExtension,
  type Cast,
  type Role,
  type Scenario,
  type ScenarioSpec,
} from '../pki/index.ts';
import { delegate } from '../vectors/signer-staple-cases.ts';
import type { Answer } from './answers.ts';

/** Something unusual in a scenario, and what OpenSSL makes of it where it decides otherwise. */
export interface Feature<T> {
  readonly name: string;
  readonly made: T;
  readonly openssl?: Answer;
  readonly because?: string;
}

const DAY = 86_400;
const SIGNER = 'managed-ssh-signer.us-east-1.amazonaws.com';

type RoleFeature = Feature<(now: number) => Role>;
const role = (name: string, made: Role | ((now: number) => Role)): RoleFeature => ({
  name,
  made: typeof made === 'function' ? made : () => made,
});
const laxer = (because: string, feature: RoleFeature): RoleFeature => ({
  ...feature,
  openssl: 'accepts',
  because,
});

/** What any certificate can have. */
const ANYBODY: readonly RoleFeature[] = [
  role('expired yesterday', (now) => ({ notAfter: now - DAY })),
  role('not valid until tomorrow', (now) => ({ notBefore: now + DAY })),
  role('a critical extension that nobody knows', { also: [unknownExtension(true)] }),
  role('an extension that nobody knows', { also: [unknownExtension(false)] }),
  role('a validity until 2060', { notAfter: Date.UTC(2060, 0) / 1000 }),
];
/** What a certificate has that is signed by another. */
const SIGNED: readonly RoleFeature[] = [
  role('SHA-1', { hash: 'sha1' }),
  role('SHA-384', { hash: 'sha384' }),
  role('SHA-512', { hash: 'sha512' }),
  role('another signing key', { signingKey: testKey('p256', 'stranger') }),
];
const LEAF: readonly RoleFeature[] = [
  laxer('a signer never issues', role('a CA flag', { basic: basicConstraints(true) })),
  role('no basic constraints', { basic: null }),
  role('no key usage', { usage: null }),
  role('the key usage keyCertSign', { usage: keyUsage('digitalSignature', 'keyCertSign') }),
  laxer(
    'enough for a TLS server, not for signing pushed keys',
    role('the key usage keyEncipherment alone', { usage: keyUsage('keyEncipherment') }),
  ),
  role('no purposes', { purposes: null }),
  role('the purpose codeSigning', { purposes: extKeyUsage('codeSigning') }),
  role('another name', { names: subjectAltName(['example.net']) }),
  role('two names', { names: subjectAltName(['example.net', SIGNER]) }),
  role('a common name alone', { names: null }),
  role('its name in upper case', { names: subjectAltName([SIGNER.toUpperCase()]) }),
  laxer(
    'the signer has its own name',
    role('a wildcard', { names: subjectAltName(['*.us-east-1.amazonaws.com']) }),
  ),
  role('RSA 1024', { key: testKey('rsa1024', 'leaf') }),
  role('RSA 3072', { key: testKey('rsa3072', 'leaf') }),
  laxer(
    'pushed keys are signed with RSA-PSS',
    role('a P-256 key', { key: testKey('p256', 'leaf') }),
  ),
];
const permits = (...names: readonly string[]): Role => ({
  also: [nameConstraints({ permitted: names.map(generalName.dns) })],
});
const excludes = (...names: readonly string[]): Role => ({
  also: [nameConstraints({ excluded: names.map(generalName.dns) })],
});
const CA: readonly RoleFeature[] = [
  role('no CA flag', { basic: basicConstraints(false) }),
  role('a path length of 0', { basic: basicConstraints(true, { pathLength: 0 }) }),
  role('a path length of 1', { basic: basicConstraints(true, { pathLength: 1 }) }),
  role('no keyCertSign', { usage: keyUsage('digitalSignature') }),
  role('the purpose serverAuth', { purposes: extKeyUsage('serverAuth') }),
  role('the purpose codeSigning', { purposes: extKeyUsage('codeSigning') }),
  role('amazonaws.com permitted', permits('amazonaws.com')),
  role('example.com and amazonaws.com permitted', permits('example.com', 'amazonaws.com')),
  role('example.com permitted', permits('example.com')),
  role('example.com excluded', excludes('example.com')),
  role('amazonaws.com excluded', excludes('amazonaws.com')),
  role('P-384', { key: testKey('p384', 'ca') }),
  role('RSA 2048', { key: testKey('rsa2048', 'ca') }),
  role('RSA 1024', { key: testKey('rsa1024', 'ca') }),
];

const SERVED: readonly Feature<NonNullable<ScenarioSpec['serve']>>[] = [
  { name: 'the intermediate missing', made: (c) => [c.leaf] },
  { name: 'the root beside', made: (c) => [c.leaf, c.root, c.intermediate] },
  { name: 'the intermediate twice', made: (c) => [c.leaf, c.intermediate, c.intermediate] },
  { name: 'another store', made: (c) => [c.leaf, c.intermediate, c.root] },
];

type Stapler = (cast: Cast) => readonly Buffer[];
type Unusual = NonNullable<Parameters<typeof staple>[3]>;
const ofLeaf =
  (unusual: (cast: Cast) => Unusual): Stapler =>
  (c) => [staple(c, c.leaf, c.intermediate, unusual(c))];
const byDelegate = (unusual: (cast: Cast) => Role): Stapler =>
  ofLeaf((c) => {
    const responder = delegate(c, unusual(c));
    return { responder, embed: [responder] };
  });

/** The leaf's staple; the intermediate's own is always good. */
const STAPLES: readonly Feature<Stapler>[] = [
  { name: 'revoked', made: ofLeaf(() => ({ single: { status: 'revoked' } })) },
  { name: 'unknown', made: ofLeaf(() => ({ single: { status: 'unknown' } })) },
  {
    name: 'a staple of last week',
    made: ofLeaf((c) => ({ single: { thisUpdate: c.now - 9 * DAY, nextUpdate: c.now - 2 * DAY } })),
  },
  {
    name: 'a staple of tomorrow',
    made: ofLeaf((c) => ({ single: { thisUpdate: c.now + DAY, nextUpdate: c.now + 2 * DAY } })),
  },
  { name: 'a responder by its key', made: ofLeaf(() => ({ responderId: 'byKey' })) },
  { name: 'a CertID by SHA-256', made: ofLeaf(() => ({ single: { certIdHash: 'sha256' } })) },
  {
    name: 'the signature of a stranger',
    made: ofLeaf(() => ({ signingKey: testKey('p256', 'stranger') })),
  },
  { name: 'no staple', made: () => [] },
  { name: "the intermediate's staple alone", made: (c) => [staple(c, c.intermediate, c.root)] },
  { name: 'a delegate', made: byDelegate(() => ({})) },
  {
    name: 'a delegate without the purpose',
    made: byDelegate(() => ({ purposes: extKeyUsage('serverAuth') })),
  },
  { name: 'a delegate that has expired', made: byDelegate((c) => ({ notAfter: c.now - DAY })) },
  { name: 'a delegate of the root', made: byDelegate((c) => ({ issuedBy: c.root })) },
  {
    name: 'good and revoked in two staples',
    made: (c) => [
      staple(c, c.leaf, c.intermediate),
      staple(c, c.leaf, c.intermediate, { single: { status: 'revoked' } }),
    ],
    openssl: 'accepts',
    because: 'it is asked about one response at a time',
  },
];

/** A scenario with up to six unusual things in it. */
export interface RandomScenario {
  readonly features: readonly string[];
  /** Of those, the ones that OpenSSL judges otherwise. */
  readonly differing: readonly Feature<unknown>[];
  readonly build: () => Scenario;
}

/** Most of what is picked is nothing, so that one unusual thing often is alone. */
function maybe<T extends Feature<unknown>>(random: Random, all: readonly T[]): T | undefined {
  return random.oneIn(3) ? random.pick(all) : undefined;
}

/** Puts a scenario together by chance. */
export function randomScenario(random: Random): RandomScenario {
  const root = maybe(random, [...ANYBODY, ...CA]);
  const intermediate = maybe(random, [...ANYBODY, ...SIGNED, ...CA]);
  const leaf = maybe(random, [...ANYBODY, ...SIGNED, ...LEAF]);
  const served = random.oneIn(2) ? undefined : maybe(random, SERVED);
  const stapled = maybe(random, STAPLES);
  const parts = { root, intermediate, leaf, served, staples: stapled };
  const named = Object.entries(parts).flatMap(([who, feature]) =>
    feature === undefined ? [] : [{ ...feature, name: `${who}: ${feature.name}` }],
  );
  const build = (): Scenario => {
    const { now } = scenario();
    return scenario({
      now,
      root: root?.made(now) ?? {},
      intermediate: intermediate?.made(now) ?? {},
      leaf: leaf?.made(now) ?? {},
      ...(served === undefined ? {} : { serve: served.made }),
      ...(stapled === undefined
        ? {}
        : { staples: (c: Cast) => [...stapled.made(c), staple(c, c.intermediate, c.root)] }),
    });
  };
  return {
    features: named.map(({ name }) => name),
    differing: named.filter(({ openssl }) => openssl !== undefined),
    build,
  };
}
