import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-reader.ts';
import { readOcspResponse } from '../../src/ocsp/ocsp-response.ts';
import { readCertificate } from '../../src/x509/certificate.ts';
import { foldedName, nameText, readName } from '../../src/x509/name.ts';
import { decodeCertificates } from '../../src/x509/pem.ts';
import { readPublicKeyInfo } from '../../src/x509/public-key.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import {
  distinguishedName,
  instanceConnectChain,
  nameConstraints,
  generalName,
  pemOf,
  scenario,
  staple,
  subjectAltName,
} from '../pki/index.ts';
import { anyBytes, anyMutation, mutate } from './mutation.ts';

const cast = scenario({
  intermediate: { also: [nameConstraints({ permitted: [generalName.dns('amazonaws.com')] })] },
  leaf: { names: subjectAltName(['a.example', generalName.directory(distinguishedName('x'))]) },
});
const { leaf, intermediate, root } = cast;
const ocsp = staple(cast, leaf, intermediate, { embed: [root, intermediate] });
const SAMPLES: readonly (readonly [read: (bytes: Buffer) => unknown, sample: Buffer])[] = [
  [readCertificate, leaf.der],
  [readCertificate, intermediate.der],
  [readOcspResponse, ocsp],
  [readPublicKeyInfo, leaf.key.spki],
  [readName, root.subject],
  [nameText, root.subject],
  [foldedName, root.subject],
];

/** Whether the bytes could be read; every error but a DerError passes. */
function isReadable(read: (bytes: Buffer) => unknown, bytes: Buffer): boolean {
  try {
    read(bytes);
    return true;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

it('a reader answers any bytes with a value or a DerError', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SAMPLES), anyBytes, ([read], bytes) => {
      isReadable(read, bytes);
    }),
    { numRuns: 2000 },
  );
});

it('a reader answers a changed original with a value or a DerError', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SAMPLES),
      fc.array(anyMutation, { maxLength: 3 }),
      ([read, sample], changes) => {
        isReadable(read, changes.reduce(mutate, sample));
      },
    ),
    { numRuns: 3000 },
  );
});

it('a certificate that was read again is the same, whatever was changed in between', () => {
  fc.assert(
    fc.property(anyMutation, (change) => {
      const changed = mutate(leaf.der, change);
      if (!isReadable(readCertificate, changed)) return;
      const again = readCertificate(changed);
      expect(again.der).toEqual(changed);
      // What is signed and what is read are the same octets.
      expect(changed.includes(again.signed)).toBe(true);
      expect(again.signed.includes(again.subject)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

const line = fc.oneof(
  fc.constantFrom(
    '-----BEGIN CERTIFICATE-----',
    '-----END CERTIFICATE-----',
    '-----BEGIN ',
    '-',
    '',
  ),
  fc.base64String({ maxLength: 64 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const anyPem = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'));

it('any text is read as blocks or refused with a DerError', () => {
  fc.assert(
    fc.property(anyPem, (pem) => {
      try {
        const blocks = decodeCertificates(pem, { size: 5000, count: 4 });
        expect(blocks.length).toBeLessThanOrEqual(4);
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
      }
    }),
  );
});

it('blocks that were written are read', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 }), { maxLength: 5 }), (blocks) => {
      const pem = blocks.map((block) => pemOf(block)).join('\n');
      const expected = blocks.map((block) => Buffer.from(block));
      expect(decodeCertificates(pem, { size: 10_000, count: 5 })).toEqual(expected);
    }),
  );
});

it('an anchor is found in a bundle, whatever stands around it', () => {
  const anchor = instanceConnectChain({ now: cast.now }).root;
  fc.assert(
    fc.property(anyPem, anyPem, anyMutation, (before, after, change) => {
      const broken = pemOf(mutate(anchor.der, change));
      const bundle = `${before}\n${broken}\n${anchor.pem}${broken}${after}`;
      const found = TrustAnchors.fromPem(bundle).bySubject(anchor.subject);
      expect(found.some(({ der }) => der.equals(anchor.der))).toBe(true);
    }),
  );
});
