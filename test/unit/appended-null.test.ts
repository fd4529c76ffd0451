import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-reader.ts';
import { readOcspResponse, type BasicResponse } from '../../src/ocsp/ocsp-response.ts';
import { readCertificate, unknownCriticalExtension } from '../../src/x509/certificate.ts';
import { checkSignature } from '../../src/x509/signature.ts';
import {
  authorityKeyId,
  basicConstraints,
  bitString,
  boolean,
  certId,
  context,
  enumerated,
  extension,
  extKeyUsage,
  generalizedTime,
  generalName,
  distinguishedName,
  ia5String,
  issueCertificate,
  keyUsage,
  nameConstraints,
  nullValue,
  oid,
  scenario,
  sequence,
  staple,
  subjectAltName,
  testKey,
  wrapBasic,
} from '../pki/index.ts';
import { withNullAppended } from '../support/der-tree.ts';

const NOW = 1_764_000_000;

/** Where one element more is not noticed. Every other error than a DerError passes. */
function unnoticed(bytes: Buffer, read: (bytes: Buffer) => boolean): readonly string[] {
  expect(read(bytes)).toBe(true);
  const places = withNullAppended(bytes);
  const found = places.filter((place) => {
    try {
      return read(place.bytes);
    } catch (error) {
      if (error instanceof DerError) return false;
      throw error;
    }
  });
  return found.map(({ path }) => path);
}

const policies = sequence(
  sequence(
    oid('2.23.140.1.2.1'),
    sequence(sequence(oid('1.3.6.1.5.5.7.2.1'), ia5String('https://ca.example/cps'))),
  ),
);

function basicOf(bytes: Buffer): BasicResponse {
  const response = readOcspResponse(bytes);
  if (response.outcome !== 'basic') throw new Error(`expected basic, found ${response.outcome}`);
  return response.basic;
}

describe('one element more, in any constructed element', () => {
  it('is noticed in a certificate, but for what names nobody and decides nothing', () => {
    const { der } = issueCertificate({
      subject: [
        ['C', 'US'],
        ['CN', 'Subject'],
      ],
      key: testKey('rsa2048', 'leaf'),
      notBefore: NOW,
      notAfter: NOW + 60,
      serial: 7n,
      extensions: [
        basicConstraints(true, { pathLength: 3 }),
        keyUsage('digitalSignature', 'keyCertSign'),
        extKeyUsage('serverAuth', 'ocspSigning'),
        subjectAltName(['a.example', generalName.directory(distinguishedName('x'))]),
        nameConstraints({
          permitted: [generalName.dns('example')],
          excluded: [generalName.dns('b.example')],
        }),
        extension('2.5.29.32', true, policies),
        authorityKeyId(Buffer.alloc(20, 0x7f)),
      ],
    });
    const found = unnoticed(der, (bytes) => {
      const certificate = readCertificate(bytes);
      const { kind } = certificate.publicKey;
      return kind === 'rsa' && unknownCriticalExtension(certificate.extensions) === undefined;
    });
    expect(found).toEqual([
      // A directory name among the alternative names: held against name constraints as bytes.
      ...['0.7.0.3.1.0.1', '0.7.0.3.1.0.1.0', '0.7.0.3.1.0.1.0.0', '0.7.0.3.1.0.1.0.0.0'],
    ]);
  });

  it('is noticed in a staple, but for what is compared or read elsewhere', () => {
    const cast = scenario({ now: NOW });
    const { leaf, intermediate } = cast;
    const der = staple(cast, leaf, intermediate, {
      embed: [],
      extensions: [extension('1.2.3', false, sequence(boolean(true)))],
      single: { extensions: [extension('1.2.4', false, Buffer.of(5, 0))] },
    });
    const found = unnoticed(der, (bytes) => {
      const basic = basicOf(bytes);
      const { responderId, signatureAlgorithm } = basic;
      const isNamed = responderId.by === 'name' && responderId.name.equals(intermediate.subject);
      // ECDSA with SHA-256, whole, as the table of algorithms has it.
      return isNamed && signatureAlgorithm.toString('hex') === '300a06082a8648ce3d040302';
    });
    expect(found).toEqual([
      // The value of an extension that nobody knows: where it is critical the staple is refused.
      ...['1.0.1.0.0.3.0.0.1', '1.0.1.0.0.3.0.0.1.0'],
      // An ECDSA signature, which node:crypto reads; the next test asks it.
      ...['1.0.1.0.2', '1.0.1.0.2.0'],
    ]);
  });

  it('makes an ECDSA signature invalid', () => {
    const cast = scenario({ now: NOW });
    const issuer = readCertificate(cast.intermediate.der).publicKey;
    const basic = basicOf(staple(cast, cast.leaf, cast.intermediate));
    expect(checkSignature(basic, issuer)).toBe('valid');
    for (const { bytes } of withNullAppended(basic.signature)) {
      expect(checkSignature({ ...basic, signature: bytes }, issuer)).toBe('invalid');
    }
    const longer = Buffer.concat([basic.signature, nullValue()]);
    expect(checkSignature({ ...basic, signature: longer }, issuer)).toBe('invalid');
  });

  it('is noticed in a revocation, but for its reason', () => {
    const { leaf, intermediate } = scenario({ now: NOW });
    const time = generalizedTime(NOW);
    const revoked = context(1, time, context(0, enumerated(1)));
    const single = sequence(certId(leaf, intermediate), revoked, time);
    const data = sequence(context(1, intermediate.subject), time, sequence(single));
    const response = wrapBasic(sequence(data, sequence(oid('1.2.3')), bitString(Buffer.of(1))));
    const found = unnoticed(response, (bytes) => {
      const { singles, responderId, signatureAlgorithm } = basicOf(bytes);
      const isNamed = responderId.by === 'name' && responderId.name.equals(intermediate.subject);
      const isUsual = signatureAlgorithm.equals(sequence(oid('1.2.3')));
      return isNamed && isUsual && singles[0]?.status === 'revoked';
    });
    expect(found).toEqual(['1.0.1.0.0.2.0.1.1']);
  });
});
