import type { KeyObject } from 'node:crypto';
import { DerError } from '../asn1/der-reader.ts';
import { keyText } from '../x509/algorithm-text.ts';
import { readCertificate, type Certificate } from '../x509/certificate.ts';
import { decodeCertificates } from '../x509/pem.ts';
import { importPublicKey } from '../x509/public-key.ts';
import type { TrustAnchors } from '../x509/trust-anchors.ts';
import { accept, refuse, type Accepted } from '../verdict/refusal.ts';
import { certificationPath, type CertificationPath } from './certification-path.ts';
import { readStaple, stapledStatus, type StapledStatus } from './ocsp-staple.ts';
import { checkSigner } from './signer-certificate.ts';
import {
  readOrRefuse,
  refuseCertificate,
  refuseUnreadable,
  subjectText,
  type SignerRefusal,
} from './signer-refusal.ts';

/** What the metadata service serves about the signer, as served. */
export interface SignerMaterial {
  /** PEM, leaf first; at most 64 KiB and 10 certificates. */
  readonly chainPem: string;
  /** OCSP responses, DER or base64 text each, in any order and under any name; at most MAX_STAPLES. */
  readonly staples: readonly Buffer[];
}

/** What the signer is held against. */
export interface SignerPolicy {
  /** From `signerName`. */
  readonly signerName: string;
  readonly anchors: TrustAnchors;
  /** Unix seconds. */
  readonly now: number;
}

/** One certificate of the path, for people and for checks that warn. Times are Unix seconds. */
export interface PathElement {
  /** Printable ASCII. */
  readonly subject: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Missing in the last element only, the trust anchor. */
  readonly staple?: StapledStatus;
}

declare const verified: unique symbol;

/** A signer that may be believed. Only `verifySigner` makes one. */
export interface VerifiedSigner {
  readonly [verified]: true;
  /** RSA, 2048 to 8192 bits; signs pushed keys with RSA-PSS. */
  readonly publicKey: KeyObject;
  readonly name: string;
  /** Leaf first, trust anchor last. */
  readonly path: readonly PathElement[];
}

export type SignerVerdict = Accepted<VerifiedSigner> | SignerRefusal;

/** What is read of a chain, in bytes and certificates. */
export const PEM_LIMITS = { size: 65_536, count: 10 } as const;
/** A chain has four certificates today. One limit for what is fetched and what is captured. */
export const MAX_STAPLES = 16;

/**
 * Decides whether the signer may be believed: it has the name of this region's signer, a path leads
 * from it to a trust anchor, and every certificate below the anchor has a good staple.
 * @returns the signer, or the first reason against it with the subject of the certificate to blame
 */
export function verifySigner(material: SignerMaterial, policy: SignerPolicy): SignerVerdict {
  const chain = readChain(material.chainPem);
  if (!chain.ok) return chain;
  const { leaf, served, unreadable } = chain.value;
  const mismatch = checkSigner(leaf, policy.signerName);
  if (mismatch !== undefined) return mismatch;
  const path = certificationPath(leaf, served, policy.anchors, policy.now);
  if (!path.ok) return path.reason === 'path-not-trusted' ? (unreadable ?? path) : path;
  const statuses = checkRevocation(path.value, material.staples, policy.now);
  if (!statuses.ok) return statuses;
  return vouchFor(path.value, statuses.value, policy.signerName);
}

interface Chain {
  readonly leaf: Certificate;
  /** The certificates after the leaf. */
  readonly served: readonly Certificate[];
  /** The first of them that cannot be read: left out, for it may be one that nobody needs. */
  readonly unreadable: SignerRefusal | undefined;
}

function readChain(pem: string): Accepted<Chain> | SignerRefusal {
  let unreadable: SignerRefusal | undefined;
  try {
    const [first, ...rest] = decodeCertificates(pem, PEM_LIMITS);
    if (first === undefined) return refuse('chain-malformed', 'expected certificates, found none');
    const leaf = readServed(first, 1);
    if (!leaf.ok) return leaf;
    const served = rest.flatMap((der, index) => {
      const certificate = readServed(der, index + 2);
      if (certificate.ok) return [certificate.value];
      unreadable ??= certificate;
      return [];
    });
    return accept({ leaf: leaf.value, served, unreadable });
  } catch (error) {
    if (error instanceof DerError) return refuse('chain-malformed', error.message);
    throw error;
  }
}

/** @param number the place of the certificate in what was served, counted from 1 */
function readServed(der: Buffer, number: number): Accepted<Certificate> | SignerRefusal {
  const read = readOrRefuse(() => readCertificate(der));
  if (read.ok) return read;
  return refuseUnreadable(der, 'chain-malformed', `served certificate ${number}: ${read.detail}`);
}

/** The status of every certificate below the anchor, leaf first. */
function checkRevocation(
  path: CertificationPath,
  served: readonly Buffer[],
  now: number,
): Accepted<readonly StapledStatus[]> | SignerRefusal {
  if (served.length > MAX_STAPLES) {
    return refuse('staple-malformed', `expected at most ${MAX_STAPLES}, found ${served.length}`);
  }
  const staples = served.map(readStaple);
  const statuses: StapledStatus[] = [];
  for (const [index, issuer] of path.slice(1).entries()) {
    const status = stapledStatus(path[index] ?? path[0], issuer, staples, now);
    if (!status.ok) return status;
    statuses.push(status.value);
  }
  return accept(statuses);
}

/** The one place where a VerifiedSigner comes into being. */
function vouchFor(
  path: CertificationPath,
  statuses: readonly StapledStatus[],
  name: string,
): SignerVerdict {
  const publicKey = importPublicKey(path[0].publicKey);
  if (publicKey === undefined) {
    const detail = `expected an rsa key that can be imported, found ${keyText(path[0].publicKey)}`;
    return refuseCertificate(path[0], 'weak-signature', detail);
  }
  const elements = path.map((certificate, index): PathElement => {
    const { notBefore, notAfter, serial } = certificate;
    const staple = statuses[index];
    return {
      subject: subjectText(certificate),
      serial: serial.toString('hex'),
      notBefore,
      notAfter,
      ...(staple === undefined ? {} : { staple }),
    };
  });
  return accept({ publicKey, name, path: elements } as unknown as VerifiedSigner);
}
