import { createHash } from 'node:crypto';
import { issueCa, issueLeaf, issueResponder, type TestCertificate } from './certificate.ts';
import { freshKey, testKey, type KeyKind, type TestKey } from './keys.ts';
import type { NamePart } from './name.ts';
import { ocspResponse, type SingleSpec } from './ocsp.ts';

const DAY = 86_400;
const YEAR = 365 * DAY;

const amazon = (commonName: string): readonly NamePart[] => [
  ['C', 'US'],
  ['O', 'Test Amazon'],
  ['CN', commonName],
];

export interface ChainOptions {
  /** The time around which everything is valid, Unix seconds. */
  readonly now: number;
  readonly region?: string | undefined;
  readonly domain?: string | undefined;
  /** A set of keys of its own; chains with the same slot share their keys and names. */
  readonly slot?: string | undefined;
  /** Staples signed by a responder that the issuer delegated, instead of by the issuer. */
  readonly delegated?: boolean | undefined;
  /** Keys that no other run has (slower); for an emulator whose root is put into a CA store. */
  readonly fresh?: boolean | undefined;
}

/** One staple as the metadata service lists it. */
export interface NamedStaple {
  /** Upper-case SHA-1 of the certificate's DER, which is how the service usually names it. */
  readonly name: string;
  readonly der: Buffer;
}

export interface InstanceConnectChain {
  readonly signerName: string;
  readonly leaf: TestCertificate;
  readonly intermediate: TestCertificate;
  /** The trusted root's subject and key, in a certificate signed by the older root. */
  readonly crossSignedRoot: TestCertificate;
  readonly olderRoot: TestCertificate;
  /** The self-signed root: the trust anchor. */
  readonly root: TestCertificate;
  /** Leaf, intermediate, cross-signed root, older root: as served. */
  readonly chainPem: string;
  /** For the leaf, the intermediate and the cross-signed root. */
  readonly staples: readonly NamedStaple[];
  /** The signer's key: signs the blocks of a key blob. */
  readonly signerKey: TestKey;
}

/**
 * The shape that AWS serves: a signer (RSA 2048), its intermediate, the root cross-signed by an
 * older root, and that older root; with staples that are good at `now` and for three days after.
 */
export function instanceConnectChain(options: ChainOptions): InstanceConnectChain {
  const { now, region = 'us-east-1', domain = 'amazonaws.com' } = options;
  const signerName = `managed-ssh-signer.${region}.${domain}`;
  const key = (kind: KeyKind, role: string): TestKey =>
    options.fresh === true ? freshKey(kind) : testKey(kind, `${options.slot ?? 'aws'}-${role}`);
  const [rootKey, rootName] = [key('rsa2048', 'root'), amazon('Test Amazon Root CA 1')];
  const old = { notBefore: now - 5 * YEAR, notAfter: now + 15 * YEAR };

  const olderRoot = issueCa({
    subject: amazon('Test Older Root G2'),
    key: key('rsa2048', 'older-root'),
    ...old,
  });
  const root = issueCa({ subject: rootName, key: rootKey, ...old });
  const crossSignedRoot = issueCa({ subject: rootName, key: rootKey, issuedBy: olderRoot, ...old });
  const intermediate = issueCa({
    subject: amazon('Test Amazon RSA 2048 M01'),
    key: key('rsa2048', 'intermediate'),
    issuedBy: root,
    pathLength: 0,
    notBefore: now - YEAR,
    notAfter: now + 5 * YEAR,
  });
  const leaf = issueLeaf({
    subject: [['CN', signerName]],
    dns: [signerName],
    key: key('rsa2048', 'signer'),
    issuedBy: intermediate,
    notBefore: now - 30 * DAY,
    notAfter: now + 300 * DAY,
  });

  const served = [leaf, intermediate, crossSignedRoot, olderRoot];
  const staple = stapler(now, options.delegated ?? false, key);
  return {
    signerName,
    leaf,
    intermediate,
    crossSignedRoot,
    olderRoot,
    root,
    chainPem: served.map((certificate) => certificate.pem).join(''),
    staples: [
      staple(leaf, intermediate),
      staple(intermediate, root),
      staple(crossSignedRoot, olderRoot),
    ],
    signerKey: leaf.key,
  };
}

/** How the metadata service usually names the staple of a certificate. */
export function stapleName(certificate: TestCertificate): string {
  return createHash('sha1').update(certificate.der).digest('hex').toUpperCase();
}

/** A good single response: said an hour before `now`, to be renewed three days after. */
export function goodSingle(
  certificate: TestCertificate,
  issuer: TestCertificate,
  now: number,
): SingleSpec {
  return { certificate, issuer, thisUpdate: now - 3600, nextUpdate: now + 3 * DAY };
}

function stapler(
  now: number,
  delegated: boolean,
  key: (kind: KeyKind, role: string) => TestKey,
): (certificate: TestCertificate, issuer: TestCertificate) => NamedStaple {
  return (certificate, issuer) => {
    const name = stapleName(certificate);
    const single = goodSingle(certificate, issuer, now);
    const common = { singles: [single], producedAt: now - 3600 };
    if (!delegated) return { name, der: ocspResponse({ ...common, responder: issuer }) };
    const responder = issueResponder({
      subject: amazon('Test OCSP Responder'),
      key: key('rsa2048', 'responder'),
      issuedBy: issuer,
      notBefore: now - DAY,
      notAfter: now + 30 * DAY,
    });
    return { name, der: ocspResponse({ ...common, responder, embed: [responder] }) };
  };
}
