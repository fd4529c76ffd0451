import {
  issueCertificate,
  keyHash,
  type CertificateSpec,
  type TestCertificate,
} from './certificate.ts';
import {
  authorityKeyId,
  basicConstraints,
  extKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyId,
} from './extensions.ts';
import { goodSingle } from './instance-connect-chain.ts';
import { testKey } from './keys.ts';
import { ocspResponse, type OcspSpec, type SingleSpec } from './ocsp.ts';

const DAY = 86_400;

/** What one member of a scenario has that is not usual; an extension of `null` is left out. */
export interface Role extends Partial<Omit<CertificateSpec, 'extensions'>> {
  readonly basic?: Buffer | null;
  readonly usage?: Buffer | null;
  readonly purposes?: Buffer | null;
  readonly names?: Buffer | null;
  /** More extensions. */
  readonly also?: readonly Buffer[];
}

/** The members of a scenario. */
export interface Cast {
  readonly now: number;
  readonly signerName: string;
  readonly root: TestCertificate;
  readonly intermediate: TestCertificate;
  readonly leaf: TestCertificate;
}

/** What is put before `verifySigner`, and before openssl. */
export interface Scenario extends Cast {
  /** The certificates as served, DER, leaf first. */
  readonly served: readonly Buffer[];
  /** The certificates of the CA store, DER. */
  readonly trusted: readonly Buffer[];
  readonly staples: readonly Buffer[];
}

/** How a scenario differs from the plain good one: root -> intermediate -> leaf, all staples good. */
export interface ScenarioSpec {
  readonly now?: number;
  readonly root?: Role;
  readonly intermediate?: Role;
  readonly leaf?: Role;
  readonly serve?: (cast: Cast) => readonly (TestCertificate | Buffer)[];
  readonly trust?: (cast: Cast) => readonly (TestCertificate | Buffer)[];
  readonly staples?: (cast: Cast) => readonly Buffer[];
}

/**
 * Makes a scenario that takes place at the second of its making: `openssl ocsp` knows only the real time,
 * and the times that it is asked about are minutes away from every limit.
 * CAs have P-256 keys, which are quick; the leaf has RSA 2048.
 */
export function scenario(spec: ScenarioSpec = {}): Scenario {
  const now = spec.now ?? Math.floor(Date.now() / 1000);
  const signerName = 'managed-ssh-signer.us-east-1.amazonaws.com';
  const root = member(now, { subject: 'Scenario Root', key: testKey('p256', 'root') }, spec.root);
  const intermediate = member(
    now,
    { subject: 'Scenario Intermediate', key: testKey('p256', 'intermediate'), issuedBy: root },
    spec.intermediate,
  );
  const leaf = member(
    now,
    {
      subject: signerName,
      key: testKey('rsa2048', 'leaf'),
      issuedBy: intermediate,
      basic: basicConstraints(false),
      usage: keyUsage('digitalSignature', 'keyEncipherment'),
      purposes: extKeyUsage('serverAuth', 'clientAuth'),
      names: subjectAltName([signerName]),
    },
    spec.leaf,
  );
  const cast = { now, signerName, root, intermediate, leaf };
  const der = (each: TestCertificate | Buffer): Buffer => (Buffer.isBuffer(each) ? each : each.der);
  return {
    ...cast,
    served: (spec.serve?.(cast) ?? [leaf, intermediate]).map(der),
    trusted: (spec.trust?.(cast) ?? [root]).map(der),
    staples: spec.staples?.(cast) ?? [
      staple(cast, leaf, intermediate),
      staple(cast, intermediate, root),
    ],
  };
}

/** A certificate with a CA's usual extensions, unless `usual` or `unusual` say otherwise. */
export function member(
  now: number,
  usual: Role & Pick<CertificateSpec, 'subject' | 'key'>,
  unusual: Role = {},
): TestCertificate {
  const all = {
    notBefore: now - 30 * DAY,
    notAfter: now + 300 * DAY,
    basic: basicConstraints(true),
    usage: keyUsage('digitalSignature', 'keyCertSign', 'cRLSign'),
    purposes: null,
    names: null,
    ...usual,
    ...unusual,
  };
  const extensions = [
    ...[all.basic, all.usage, all.purposes, all.names].filter((each) => each !== null),
    subjectKeyId(keyHash(all.key)),
    ...(all.issuedBy === undefined ? [] : [authorityKeyId(keyHash(all.issuedBy.key))]),
    ...(all.also ?? []),
  ];
  return issueCertificate({ ...all, extensions });
}

/** A staple for `certificate`, good and signed by its issuer unless told otherwise. */
export function staple(
  cast: Pick<Cast, 'now'>,
  certificate: TestCertificate,
  issuer: TestCertificate,
  unusual: Partial<OcspSpec> & { readonly single?: Partial<SingleSpec> } = {},
): Buffer {
  return ocspResponse({
    singles: [{ ...goodSingle(certificate, issuer, cast.now), ...unusual.single }],
    responder: issuer,
    producedAt: cast.now - 3600,
    ...unusual,
  });
}
