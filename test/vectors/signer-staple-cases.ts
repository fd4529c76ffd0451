import {
  basicConstraints,
  extKeyUsage,
  keyUsage,
  member,
  scenario,
  staple,
  testKey,
  type Cast,
  type Role,
  type TestCertificate,
} from '../pki/index.ts';
import type { SignerVector } from './signer-vector.ts';

export const DAY = 86_400;

/** A case about the staples of the leaf; the intermediate's is good. */
export const leafStaples = (
  expect: SignerVector['expect'],
  title: string,
  staples: (cast: Cast) => readonly Buffer[],
  openssl?: SignerVector['openssl'],
): SignerVector => ({
  title,
  expect,
  build: () => scenario({ staples: (c) => [...staples(c), staple(c, c.intermediate, c.root)] }),
  ...(openssl === undefined ? {} : { openssl }),
});

type Unusual = Parameters<typeof staple>[3];

/** The leaf's staple with something unusual. */
export const one = (
  expect: SignerVector['expect'],
  title: string,
  unusual: (cast: Cast) => NonNullable<Unusual>,
  openssl?: SignerVector['openssl'],
): SignerVector =>
  leafStaples(expect, title, (c) => [staple(c, c.leaf, c.intermediate, unusual(c))], openssl);

/** The leaf's staple by a delegate that has something unusual. */
export const delegated = (
  expect: SignerVector['expect'],
  title: string,
  unusual: (cast: Cast) => Role = () => ({}),
  openssl?: SignerVector['openssl'],
): SignerVector =>
  one(
    expect,
    title,
    (c) => {
      const responder = delegate(c, unusual(c));
      return { responder, embed: [responder] };
    },
    openssl,
  );

export function delegate(c: Cast, unusual: Role = {}): TestCertificate {
  const usual = {
    subject: 'Responder',
    key: testKey('p256', 'responder'),
    issuedBy: c.intermediate,
    basic: basicConstraints(false),
    usage: keyUsage('digitalSignature'),
    purposes: extKeyUsage('ocspSigning'),
  };
  return member(c.now, usual, unusual);
}

export const good = (c: Cast): Buffer => staple(c, c.leaf, c.intermediate);
export const saying = (c: Cast, status: 'revoked' | 'unknown', thisUpdate?: number): Buffer =>
  staple(c, c.leaf, c.intermediate, {
    single: { status, ...(thisUpdate === undefined ? {} : { thisUpdate }) },
  });
export const stale = (c: Cast, status: 'good' | 'revoked'): Buffer =>
  staple(c, c.leaf, c.intermediate, {
    single: { status, thisUpdate: c.now - 9 * DAY, nextUpdate: c.now - 2 * DAY },
  });
