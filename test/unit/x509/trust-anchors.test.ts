import { describe, expect, it, vi } from 'vitest';
import { DerReader } from '../../../src/asn1/der-reader.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import {
  distinguishedName,
  issueCa,
  issueCertificate,
  pemOf,
  sequence,
  testKey,
} from '../../pki/index.ts';

const dates = { notBefore: 1_764_000_000, notAfter: 1_764_000_060 };
const ca = (name: string, slot = 'default'): ReturnType<typeof issueCa> =>
  issueCa({ subject: name, key: testKey('p256', slot), ...dates });
const v1 = issueCertificate({ subject: 'Root A', key: testKey('p256'), version: 1, ...dates });
const [a, b, c] = [ca('Root A'), ca('Root B'), ca('Root C')];

describe('TrustAnchors', () => {
  it('finds each certificate of a bundle by its subject', () => {
    const anchors = TrustAnchors.fromPem(a.pem + b.pem + c.pem);
    expect(anchors.size).toBe(3);
    for (const { subject, der } of [a, b, c]) {
      expect(anchors.bySubject(subject).map((found) => found.der)).toEqual([der]);
    }
  });

  it('takes bytes as well as text, and text between the blocks', () => {
    const pem = `# Root A\n${a.pem}\n# Root B\r\n${b.pem.replaceAll('\n', '\r\n')}`;
    expect(TrustAnchors.fromPem(Buffer.from(pem)).bySubject(b.subject)).toHaveLength(1);
  });

  it('finds nothing for a name that nobody has, and nothing in an empty bundle', () => {
    const stranger = distinguishedName('Root');
    expect(TrustAnchors.fromPem(a.pem).bySubject(stranger)).toEqual([]);
    expect(TrustAnchors.fromPem('').bySubject(a.subject)).toEqual([]);
  });

  it('takes 4096 certificates and trusts none of those after them', () => {
    const many = pemOf(Buffer.of(5, 0)).repeat(4095);
    const anchors = TrustAnchors.fromPem(many + a.pem + b.pem);
    expect(anchors.size).toBe(4096);
    expect(anchors.bySubject(a.subject)).toHaveLength(1);
    expect(anchors.bySubject(b.subject)).toEqual([]);
  });

  it('finds nothing for a name that only an issuer has', () => {
    const below = issueCa({ subject: 'Below', key: testKey('p256'), issuedBy: a, ...dates });
    expect(TrustAnchors.fromPem(below.pem).bySubject(a.subject)).toEqual([]);
  });

  it('finds all the certificates of one name', () => {
    const rekeyed = ca('Root A', 'rekeyed');
    const anchors = TrustAnchors.fromPem(a.pem + b.pem + rekeyed.pem);
    expect(anchors.bySubject(a.subject).map(({ der }) => der)).toEqual([a.der, rekeyed.der]);
  });

  it.each([
    ['a certificate that is cut off', pemOf(a.der.subarray(0, 200))],
    ['a block that does not end', a.pem.slice(0, -30)],
    ['an empty block', pemOf(Buffer.alloc(0))],
    ['a block that is not base64', a.pem.replace(/\n.{10}/, '\n?!*(%$#@_~')],
    ['a certificate of version 1', v1.pem],
    ['another kind of block', pemOf(a.der, 'TRUSTED CERTIFICATE')],
  ])('trusts the others beside %s', (_what, broken) => {
    const anchors = TrustAnchors.fromPem(b.pem + broken + c.pem);
    expect(anchors.bySubject(a.subject)).toEqual([]);
    expect(anchors.bySubject(b.subject)).toHaveLength(1);
    expect(anchors.bySubject(c.subject)).toHaveLength(1);
  });
});

describe('the work of TrustAnchors, whatever names are asked for', () => {
  it('is one search over the bundle and one look at each certificate for each name', () => {
    // The name occurs in every certificate, also where it is no subject.
    const everywhere = Buffer.of(0x55, 0x04);
    const count = 500;
    const others = Array.from({ length: 4 }, (_, i) => Buffer.of(0x06, 0x03, 0x55, i));
    const anchors = TrustAnchors.fromPem(a.pem.repeat(count));
    const searches = vi.spyOn(Buffer.prototype, 'indexOf');
    const looks = vi.spyOn(DerReader, 'over');
    for (let round = 0; round < 64; round++) {
      for (const name of [everywhere, ...others]) expect(anchors.bySubject(name)).toEqual([]);
    }
    expect(searches.mock.calls.length).toBeLessThanOrEqual(5 * (count + 1));
    expect(looks.mock.calls.length).toBeLessThanOrEqual(5 * count);
    vi.restoreAllMocks();
  });

  it('goes on behind the certificate in which a name was found', () => {
    const anchors = TrustAnchors.fromPem(a.pem + b.pem + a.pem);
    const searches = vi.spyOn(Buffer.prototype, 'indexOf');
    anchors.bySubject(a.subject);
    // The subject stands twice in each, as the issuer too.
    expect(searches.mock.calls.map(([, from]) => Number(from ?? 0))).toEqual([
      0,
      a.der.length,
      2 * a.der.length + b.der.length,
    ]);
    vi.restoreAllMocks();
  });
});

describe('problemsOf', () => {
  it('says why a certificate of that subject is no anchor, and nothing for other names', () => {
    const anchors = TrustAnchors.fromPem(v1.pem + b.pem);
    expect(anchors.problemsOf(v1.subject)).toHaveLength(1);
    expect(anchors.problemsOf(b.subject)).toEqual([]);
    expect(anchors.bySubject(v1.subject)).toEqual([]);
  });

  it('says nothing of what has the name in it and cannot be read as far as its subject', () => {
    const anchors = TrustAnchors.fromPem(pemOf(sequence(sequence(a.subject))) + b.pem);
    expect(anchors.problemsOf(a.subject)).toEqual([]);
    expect(anchors.bySubject(a.subject)).toEqual([]);
  });
});

describe('a bug while a bundle is searched', () => {
  it('is taken neither for a certificate of another name nor for one that cannot be read', () => {
    const anchors = TrustAnchors.fromPem(a.pem);
    expect(() => anchors.bySubject('Root A' as unknown as Buffer)).toThrow(TypeError);
    const utc = vi.spyOn(Date, 'UTC').mockImplementation(() => {
      throw new TypeError('a bug');
    });
    try {
      expect(() => anchors.bySubject(a.subject)).toThrow(TypeError);
    } finally {
      utc.mockRestore();
    }
    expect(anchors.bySubject(a.subject)).toHaveLength(1);
  });
});
