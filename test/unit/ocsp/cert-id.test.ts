import { describe, expect, it } from 'vitest';
import { certIdMatches, isKnownHash } from '../../../src/ocsp/cert-id.ts';
import { readOcspResponse, type CertId } from '../../../src/ocsp/ocsp-response.ts';
import { readCertificate } from '../../../src/x509/certificate.ts';
import { scenario, staple, type CertIdHash } from '../../pki/index.ts';

const cast = scenario();
const leaf = readCertificate(cast.leaf.der);
const issuer = readCertificate(cast.intermediate.der);
const root = readCertificate(cast.root.der);

function certIdOf(certIdHash: CertIdHash): CertId {
  const response = readOcspResponse(
    staple(cast, cast.leaf, cast.intermediate, { single: { certIdHash } }),
  );
  const certId = response.outcome === 'basic' ? response.basic.singles[0]?.certId : undefined;
  if (certId === undefined) throw new Error('expected a status');
  return certId;
}

describe('certIdMatches', () => {
  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)(
    'finds the certificate by %s',
    (hash) => {
      const certId = certIdOf(hash);
      expect(certIdMatches(certId, leaf, issuer)).toBe(true);
      expect(certIdMatches(certId, issuer, root)).toBe(false);
      expect(certIdMatches(certId, leaf, root)).toBe(false);
    },
  );

  it.each([
    ['the serial number', { serial: Buffer.of(1) }],
    ['the hash of the name', { issuerNameHash: Buffer.alloc(20) }],
    ['the hash of the key', { issuerKeyHash: Buffer.alloc(20) }],
    ['the length of a hash', { issuerKeyHash: Buffer.alloc(0) }],
    ['a hash that is not known', { hashAlgorithm: '1.2.840.113549.2.5' }],
    ['another hash than the one that was used', { hashAlgorithm: '2.16.840.1.101.3.4.2.1' }],
  ])('misses it when only %s differs', (_what, change) => {
    expect(certIdMatches({ ...certIdOf('sha1'), ...change }, leaf, issuer)).toBe(false);
  });
});

describe('isKnownHash', () => {
  it.each([
    ['1.3.14.3.2.26', 'sha1', true],
    ['2.16.840.1.101.3.4.2.1', 'sha256', true],
    ['2.16.840.1.101.3.4.2.2', 'sha384', true],
    ['2.16.840.1.101.3.4.2.3', 'sha512', true],
    ['2.16.840.1.101.3.4.2.4', 'sha224', false],
    ['1.2.840.113549.2.5', 'md5', false],
  ])('says of %s, which is %s: %s', (hashAlgorithm, _name, known) => {
    expect(isKnownHash({ ...certIdOf('sha1'), hashAlgorithm })).toBe(known);
  });
});
