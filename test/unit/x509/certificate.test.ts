import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/der-reader.ts';
import {
  readCertificate,
  sameSubjectAndKey,
  unknownCriticalExtension,
} from '../../../src/x509/certificate.ts';
import { KEY_USAGE, PURPOSE, unknownQualifier } from '../../../src/x509/extensions.ts';
import {
  basicConstraints,
  boolean,
  context,
  contentOf,
  contextPrimitive,
  extension,
  extKeyUsage,
  generalName,
  ia5String,
  integer,
  issueCertificate,
  keyUsage,
  nameConstraints,
  nullValue,
  octetString,
  oid,
  sequence,
  set,
  subjectAltName,
  testKey,
  tlv,
  unknownExtension,
  utf8String,
  type CertificateSpec,
} from '../../pki/index.ts';

const NOW = 1_764_000_000;
const issue = (spec: Partial<CertificateSpec> = {}): ReturnType<typeof issueCertificate> =>
  issueCertificate({
    subject: 'Subject',
    key: testKey('p256'),
    notBefore: NOW,
    notAfter: NOW + 60,
    ...spec,
  });
const read = (spec: Partial<CertificateSpec> = {}): ReturnType<typeof readCertificate> =>
  readCertificate(issue(spec).der);

const KEY_ID = Buffer.alloc(20, 7);
/** An identifier of the issuer (1) or of the subject (2). */
const uniqueId = (n: 1 | 2): Buffer => contextPrimitive(n, Buffer.of(0, 1));
/** A Name with one common name of this type. */
const nameOf = (tag: number, ...octets: readonly number[]): Buffer =>
  sequence(set(sequence(oid('2.5.4.3'), tlv(tag, Buffer.from(octets)))));

describe('readCertificate', () => {
  it('reads what the issuer wrote', () => {
    const issued = issue({ serial: 0xabcdn });
    expect(readCertificate(issued.der)).toMatchObject({
      der: issued.der,
      serial: Buffer.of(0, 0xab, 0xcd),
      issuer: issued.issuer,
      subject: issued.subject,
      notBefore: NOW,
      notAfter: NOW + 60,
      publicKey: { kind: 'ec', spki: issued.key.spki },
    });
  });

  it('reads the extensions that mean something', () => {
    const certificate = read({
      extensions: [
        basicConstraints(true, { pathLength: 3 }),
        keyUsage('digitalSignature', 'keyCertSign'),
        extKeyUsage('serverAuth', 'ocspSigning'),
        subjectAltName(['a.example', generalName.ip([10, 0, 0, 1])]),
        nameConstraints({ permitted: [generalName.dns('example')] }),
      ],
    });
    expect(certificate).toMatchObject({
      basicConstraints: { ca: true, pathLength: 3 },
      keyUsage: KEY_USAGE.digitalSignature | KEY_USAGE.keyCertSign,
      extKeyUsage: [PURPOSE.serverAuth, PURPOSE.ocspSigning],
      subjectAltName: [
        { form: 'dns', content: Buffer.from('a.example') },
        { form: 'ip', content: Buffer.of(10, 0, 0, 1) },
      ],
      nameConstraints: { permitted: [{ form: 'dns' }], excluded: [] },
    });
  });

  it('reads name constraints that permit nothing by name, or exclude nothing', () => {
    const base = generalName.dns('example');
    const subtree = { form: 'dns', content: Buffer.from('example') };
    const constraintsOf = (...[trees]: Parameters<typeof nameConstraints>): unknown =>
      read({ extensions: [nameConstraints(trees)] }).nameConstraints;
    expect(constraintsOf({ permitted: [base] })).toEqual({ permitted: [subtree], excluded: [] });
    expect(constraintsOf({ excluded: [base] })).toEqual({ permitted: [], excluded: [subtree] });
  });

  it('takes a serial number of zero, which old roots have, and one of 20 octets', () => {
    expect(read({ serial: 0n }).serial).toEqual(Buffer.of(0));
    expect(read({ serial: 1n << 158n }).serial).toHaveLength(20);
  });

  it('takes flags that are explicitly false, which certificates in use have', () => {
    const explicit = sequence(
      oid('2.5.29.19'),
      boolean(false),
      octetString(sequence(boolean(false))),
    );
    expect(read({ extensions: [explicit] }).basicConstraints).toEqual({ ca: false });
  });

  const value = (id: string, der: Buffer): Partial<CertificateSpec> => ({
    extensions: [extension(id, false, der)],
  });
  it.each<[string, Partial<CertificateSpec>]>([
    ['version 1', { version: 1 }],
    ['version 2', { version: 2 }],
    ['a serial number of 21 octets', { serial: 1n << 160n }],
    ['an empty issuer', { issuer: sequence() }],
    [
      'a unique identifier in the wrong place',
      {
        extensions: [unknownExtension(false)],
        alterTbs: (tbs) => sequence(contentOf(tbs), uniqueId(1)),
      },
    ],
    [
      'a unique identifier of each kind in the wrong order',
      { alterTbs: (tbs) => sequence(contentOf(tbs), uniqueId(2), uniqueId(1)) },
    ],
    ['an extension twice', { extensions: [unknownExtension(false), unknownExtension(false)] }],
    [
      'an empty list of extensions',
      { alterTbs: (tbs) => sequence(contentOf(tbs), context(3, sequence())) },
    ],
    [
      'more than 32 extensions',
      {
        extensions: Array.from({ length: 33 }, (_, i) =>
          extension(`1.3.${i}`, false, Buffer.of(5, 0)),
        ),
      },
    ],
    ['a path length of somebody who is no ca', value('2.5.29.19', sequence(integer(1)))],
    [
      'a negative path length',
      value('2.5.29.19', sequence(boolean(true), integer(Buffer.of(0xff)))),
    ],
    ['bytes after BasicConstraints', value('2.5.29.19', Buffer.of(0x30, 0, 0))],
    ['a key usage with set padding bits', value('2.5.29.15', Buffer.of(3, 2, 7, 0xc0))],
    ['a subject that is no name', { subject: Buffer.of(0x30, 1, 0) }],
    ['a subject of octets that are no UTF-8', { subject: nameOf(0x0c, 0xc3) }],
    ['a subject of half a wide letter', { subject: nameOf(0x1e, 0, 65, 0) }],
    ['a subject of half a pair of wide letters', { subject: nameOf(0x1e, 0xd8, 0) }],
    ['an issuer of octets that are no UTF-8', { issuer: nameOf(0x0c, 0x80) }],
    ['a subject key identifier of another type', value('2.5.29.14', sequence())],
    ['bytes after a subject key identifier', value('2.5.29.14', Buffer.of(4, 0, 0))],
    ['an authority key identifier of another type', value('2.5.29.35', octetString(KEY_ID))],
    [
      'an authority key identifier with an unknown part',
      value('2.5.29.35', sequence(contextPrimitive(3, KEY_ID))),
    ],
    [
      'an authority key identifier with a part twice',
      value('2.5.29.35', sequence(contextPrimitive(0, KEY_ID), contextPrimitive(0, KEY_ID))),
    ],
    [
      'an authority key identifier with no name of an issuer',
      value('2.5.29.35', sequence(context(1))),
    ],
    [
      'an authority key identifier with a serial number that is none',
      value('2.5.29.35', sequence(contextPrimitive(2, Buffer.of(0, 1)))),
    ],
    ['an empty list of purposes', value('2.5.29.37', sequence())],
    ['an empty list of names', value('2.5.29.17', sequence())],
    ['a name of an unknown form', value('2.5.29.17', sequence(contextPrimitive(9, Buffer.of(1))))],
    ['a dns name with a NUL', { extensions: [subjectAltName(['a\0b'])] }],
    ['a dns name with a letter beyond ascii', { extensions: [subjectAltName(['\u00e9'])] }],
    ['more than 256 names', { extensions: [subjectAltName(Array.from({ length: 257 }, String))] }],
    ['name constraints that constrain nothing', value('2.5.29.30', sequence())],
    [
      'a subtree with a minimum',
      value(
        '2.5.29.30',
        sequence(context(0, sequence(generalName.dns('a'), contextPrimitive(0, Buffer.of(1))))),
      ),
    ],
    [
      'a certificate of more than 16 KiB',
      { extensions: [extension('1.2.3', false, octetString(Buffer.alloc(17_000)))] },
    ],
  ])('refuses %s', (_what, spec) => {
    expect(() => read(spec)).toThrow(DerError);
  });

  it.each<[string, Partial<CertificateSpec>]>([
    [
      'unique identifiers, which CAs must not write and readers should get past (RFC 5280 4.1.2.8)',
      { alterTbs: (tbs) => sequence(contentOf(tbs), uniqueId(1), uniqueId(2)) },
    ],
    ['an empty subject', { subject: sequence(), issuer: nameOf(0x0c, 65) }],
    ['a subject with a type that is not read', { subject: nameOf(0x1c, 0, 0, 0, 65) }],
    ['a subject in wide letters', { subject: nameOf(0x1e, 0xd8, 0x3d, 0xde, 0) }],
    ['an empty authority key identifier', value('2.5.29.35', sequence())],
    [
      'an authority key identifier with all its parts',
      value(
        '2.5.29.35',
        sequence(
          contextPrimitive(0, KEY_ID),
          context(1, generalName.directory(nameOf(0x0c, 65))),
          contextPrimitive(2, Buffer.of(1, 0)),
        ),
      ),
    ],
  ])('reads %s', (_what, spec) => {
    expect(() => read(spec)).not.toThrow();
  });

  it('refuses a certificate that is cut off or goes on', () => {
    const { der } = issue();
    expect(() => readCertificate(der.subarray(0, -1))).toThrow(DerError);
    expect(() => readCertificate(Buffer.concat([der, Buffer.of(0)]))).toThrow(DerError);
  });
});

describe('unknownCriticalExtension', () => {
  it('names the critical extension that is not understood', () => {
    const extensions = [basicConstraints(true), unknownExtension(true)];
    expect(unknownCriticalExtension(read({ extensions }).extensions)).toBe('1.3.6.1.4.1.99999.1');
  });

  // RFC 5280 4.2.1.4: who understands critical policies understands their qualifiers.
  const CPS = sequence(oid('1.3.6.1.5.5.7.2.1'), ia5String('https://ca.example/cps'));
  const NOTICE = sequence(oid('1.3.6.1.5.5.7.2.2'), sequence());
  const UNKNOWN = sequence(oid('1.3.6.1.4.1.99999.2'), nullValue());
  const policy = (...qualifiers: readonly Buffer[]): Buffer =>
    sequence(oid('1.2.3'), ...(qualifiers.length === 0 ? [] : [sequence(...qualifiers)]));
  it.each<[string, Buffer, string | undefined]>([
    ['nothing where policies have none', sequence(policy(), policy()), undefined],
    ['nothing where they are those of the RFC', sequence(policy(CPS, NOTICE)), undefined],
    [
      'an unknown one behind others',
      sequence(policy(CPS), policy(CPS, UNKNOWN)),
      '1.3.6.1.4.1.99999.2',
    ],
    ['that the value cannot be read', sequence(sequence()), 'that cannot be read'],
  ])('says of the qualifiers of critical policies: %s', (_what, value, found) => {
    const critical = (id: string): ReturnType<typeof unknownCriticalExtension> =>
      unknownCriticalExtension(read({ extensions: [extension(id, true, value)] }).extensions);
    expect(critical('2.5.29.32')).toBe(
      found === undefined ? undefined : `2.5.29.32 with the policy qualifier ${found}`,
    );
  });

  it('takes no bug for a value that cannot be read', () => {
    expect(() => unknownQualifier(null as unknown as Buffer)).toThrow(TypeError);
  });

  it('has nothing against critical ones that are understood, and others that are not critical', () => {
    const policies = extension('2.5.29.32', true, sequence(sequence(oid('1.2.3'))));
    const extensions = [
      basicConstraints(true),
      keyUsage('keyCertSign'),
      policies,
      unknownExtension(false),
    ];
    expect(unknownCriticalExtension(read({ extensions }).extensions)).toBeUndefined();
  });
});

describe('sameSubjectAndKey', () => {
  it('looks at nothing but the subject and the key', () => {
    const one = read();
    expect(sameSubjectAndKey(one, read({ notAfter: NOW + 999, serial: 7n }))).toBe(true);
    expect(sameSubjectAndKey(one, read({ key: testKey('p256', 'other') }))).toBe(false);
    expect(
      sameSubjectAndKey(
        one,
        read({ subject: [['CN', 'Subject', (text) => utf8String(`${text}x`)]] }),
      ),
    ).toBe(false);
  });
});
