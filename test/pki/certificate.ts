import { createHash } from 'node:crypto';
import { bitString, contentOf, context, integer, sequence, time } from './der.ts';
import {
  authorityKeyId,
  basicConstraints,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  subjectAltName,
  subjectKeyId,
} from './extensions.ts';
import type { TestKey } from './keys.ts';
import { distinguishedName, type NamePart } from './name.ts';
import { algorithmIdentifier, signData, type SignatureHash } from './signature.ts';

/** A certificate with everything that its owner needs to issue others or to answer for them. */
export interface TestCertificate {
  readonly der: Buffer;
  readonly pem: string;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly serial: bigint;
  readonly key: TestKey;
}

/** What a certificate says. Everything wrong that a test wants to say can be said here. */
export interface CertificateSpec {
  /** A common name, the parts of a name, or a Name in DER. */
  readonly subject: string | readonly NamePart[] | Buffer;
  readonly key: TestKey;
  /** Who signs; left out: self-signed. */
  readonly issuedBy?: TestCertificate | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Default: derived from subject, key and issuer, hence the same in every run. */
  readonly serial?: bigint | undefined;
  /** Complete extensions in DER, see extensions.ts. */
  readonly extensions?: readonly Buffer[] | undefined;
  readonly hash?: SignatureHash | 'pss' | undefined;
  /** The issuer's name, if it should not be the issuer's own subject. */
  readonly issuer?: Buffer | undefined;
  /** The signing key, if it should not be the issuer's own. */
  readonly signingKey?: TestKey | undefined;
  /** The AlgorithmIdentifier of the signature, inside and outside, if it should not be the usual form. */
  readonly algorithm?: Buffer | undefined;
  /** The AlgorithmIdentifier inside tbsCertificate, if it should differ from the outer one. */
  readonly innerAlgorithm?: Buffer | undefined;
  /** 3 unless told otherwise. */
  readonly version?: 1 | 2 | 3 | undefined;
  /** Validity in DER, if it should not be the usual form. */
  readonly validity?: Buffer | undefined;
  /** Changes tbsCertificate before it is signed. */
  readonly alterTbs?: ((tbs: Buffer) => Buffer) | undefined;
  /** Changes the signature octets. */
  readonly alterSignature?: ((signature: Buffer) => Buffer) | undefined;
}

/** The SHA-1 of the subjectPublicKey bits, as key identifiers and OCSP's issuerKeyHash use it. */
export function keyHash(
  key: TestKey,
  hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' = 'sha1',
): Buffer {
  // The key's bits follow the algorithm and the count of unused bits.
  const content = contentOf(key.spki);
  const bits = content.subarray(2 + content.readUInt8(1));
  return createHash(hash).update(contentOf(bits).subarray(1)).digest();
}

/** Makes and signs a certificate exactly as the specification says. */
export function issueCertificate(spec: CertificateSpec): TestCertificate {
  const subject = Buffer.isBuffer(spec.subject) ? spec.subject : distinguishedName(spec.subject);
  const issuer = spec.issuer ?? spec.issuedBy?.subject ?? subject;
  const signingKey = spec.signingKey ?? spec.issuedBy?.key ?? spec.key;
  const serial = spec.serial ?? derivedSerial(subject, issuer, spec.key);
  const algorithm = spec.algorithm ?? algorithmIdentifier(signingKey, spec.hash ?? 'sha256');
  const version = spec.version ?? 3;
  const extensions = spec.extensions ?? [];
  const tbs = sequence(
    ...(version === 1 ? [] : [context(0, integer(version - 1))]),
    integer(serial),
    spec.innerAlgorithm ?? algorithm,
    issuer,
    spec.validity ?? sequence(time(spec.notBefore), time(spec.notAfter)),
    subject,
    spec.key.spki,
    ...(extensions.length === 0 ? [] : [context(3, sequence(...extensions))]),
  );
  const signed = spec.alterTbs?.(tbs) ?? tbs;
  const signature = signData(signingKey, spec.hash ?? 'sha256', signed);
  const der = sequence(signed, algorithm, bitString(spec.alterSignature?.(signature) ?? signature));
  return { der, pem: pemOf(der), subject, issuer, serial, key: spec.key };
}

function derivedSerial(subject: Buffer, issuer: Buffer, key: TestKey): bigint {
  const digest = createHash('sha256').update(subject).update(issuer).update(key.spki).digest('hex');
  return BigInt(`0x4${digest.slice(0, 31)}`);
}

/** PEM text of one block, with lines of 64 characters. */
export function pemOf(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

type Usual = Omit<CertificateSpec, 'extensions'> & {
  /** Added to the usual extensions. */
  readonly also?: readonly Buffer[] | undefined;
};

const keyIds = (spec: Usual): Buffer[] => [
  subjectKeyId(keyHash(spec.key)),
  ...(spec.issuedBy === undefined ? [] : [authorityKeyId(keyHash(spec.issuedBy.key))]),
];

/** A CA certificate with the usual extensions; self-signed unless `issuedBy` is given. */
export function issueCa(
  spec: Usual & { readonly pathLength?: number | undefined },
): TestCertificate {
  const { pathLength } = spec;
  return issueCertificate({
    ...spec,
    extensions: [
      basicConstraints(true, pathLength === undefined ? {} : { pathLength }),
      keyUsage('digitalSignature', 'keyCertSign', 'cRLSign'),
      ...keyIds(spec),
      ...(spec.also ?? []),
    ],
  });
}

/** A TLS-like end entity certificate, as public CAs issue them; `dns` becomes its SubjectAltName. */
export function issueLeaf(
  spec: Usual & { readonly dns?: readonly string[] | undefined },
): TestCertificate {
  return issueCertificate({
    ...spec,
    extensions: [
      basicConstraints(false),
      keyUsage('digitalSignature', 'keyEncipherment'),
      extKeyUsage('serverAuth', 'clientAuth'),
      ...(spec.dns === undefined ? [] : [subjectAltName(spec.dns)]),
      ...keyIds(spec),
      ...(spec.also ?? []),
    ],
  });
}

/** A delegated OCSP responder's certificate (RFC 6960 4.2.2.2). */
export function issueResponder(spec: Usual): TestCertificate {
  return issueCertificate({
    ...spec,
    extensions: [
      basicConstraints(false),
      keyUsage('digitalSignature'),
      extKeyUsage('ocspSigning'),
      ocspNoCheck(),
      ...keyIds(spec),
      ...(spec.also ?? []),
    ],
  });
}
