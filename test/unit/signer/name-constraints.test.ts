import { describe, expect, it } from 'vitest';
import { violatedConstraint } from '../../../src/signer/name-constraints.ts';
import { readCertificate, type Certificate } from '../../../src/x509/certificate.ts';
import type { NameConstraints } from '../../../src/x509/extensions.ts';
import {
  distinguishedName,
  generalName,
  oid,
  printableString,
  scenario,
  sequence,
  set,
  subjectAltName,
  type NamePart,
  type Role,
} from '../../pki/index.ts';

const leafWith = (leaf: Role): Certificate => readCertificate(scenario({ leaf }).leaf.der);
const dns = (text: string): NameConstraints['permitted'][number] => ({
  form: 'dns',
  content: Buffer.from(text),
});
const permits = (certificate: Certificate, ...permitted: NameConstraints['permitted']): boolean =>
  violatedConstraint(certificate, { permitted, excluded: [] }, 'leaf') === undefined;
const excludes = (certificate: Certificate, ...excluded: NameConstraints['excluded']): boolean =>
  violatedConstraint(certificate, { permitted: [], excluded }, 'leaf') !== undefined;

describe('violatedConstraint', () => {
  const host = leafWith({ names: subjectAltName(['Host.Example.Com']) });

  it.each([
    ['host.example.com', true],
    ['example.com', true],
    ['EXAMPLE.com', true],
    ['com', true],
    ['', true],
    ['.example.com', true],
    ['.host.example.com', false],
    ['xample.com', false],
    ['a.host.example.com', false],
    ['example.org', false],
  ])('sees host.example.com within the permitted %j: %s', (base, within) => {
    expect(permits(host, dns(base))).toBe(within);
  });

  it.each([
    ['example.com', true],
    ['.example.com', true],
    ['example.com.', true],
    ['.host.example.com', true],
    ['', true],
    ['host.example.com.', true],
    ['.com.', true],
    ['xample.com', false],
    ['xample.com.', false],
  ])('sees host.example.com within the excluded %j: %s', (base, within) => {
    expect(excludes(host, dns(base))).toBe(within);
  });

  it('is satisfied with one of several permitted subtrees, and asks it of every name', () => {
    expect(permits(host, dns('example.org'), dns('example.com'))).toBe(true);
    const two = leafWith({ names: subjectAltName(['a.example.com', 'b.example.org']) });
    expect(permits(two, dns('example.com'))).toBe(false);
  });

  it('takes the common name for a dns name only without a SubjectAltName', () => {
    const base = dns('example.com');
    expect(excludes(leafWith({ subject: 'a.example.com', names: null }), base)).toBe(true);
    expect(excludes(leafWith({ subject: 'a.example.com' }), base)).toBe(false);
  });

  const directory = (
    ...parts: Parameters<typeof distinguishedName>
  ): NameConstraints['permitted'][number] => ({
    form: 'directory',
    content: distinguishedName(...parts),
  });
  const amazon = leafWith({
    subject: [
      ['C', 'US'],
      ['O', 'Amazon'],
      ['CN', 'x'],
    ],
  });

  it('compares directory names from the front', () => {
    expect(
      permits(
        amazon,
        directory([
          ['C', 'US'],
          ['O', 'Amazon'],
        ]),
      ),
    ).toBe(true);
    expect(permits(amazon, directory([['O', 'Amazon']]))).toBe(false);
    expect(
      permits(
        amazon,
        directory([
          ['C', 'US'],
          ['O', 'Amaz'],
        ]),
      ),
    ).toBe(false);
    expect(
      permits(
        amazon,
        directory([
          ['C', 'US'],
          ['O', 'Amazon'],
          ['CN', 'x'],
          ['CN', 'y'],
        ]),
      ),
    ).toBe(false);
  });

  it('permits directory names by exact bytes only, and excludes them however they are written', () => {
    const loose = directory([
      ['C', 'US'],
      ['O', ' AMAZON', printableString],
    ]);
    expect(permits(amazon, loose)).toBe(false);
    expect(excludes(amazon, loose)).toBe(true);
    expect(
      excludes(
        amazon,
        directory([
          ['C', 'US'],
          ['O', 'Other'],
        ]),
      ),
    ).toBe(false);
  });

  it('sees a name with a dot at its end within what is excluded', () => {
    const rooted = leafWith({ names: subjectAltName(['host.example.com.']) });
    for (const base of ['example.com', '.example.com', 'host.example.com', 'example.com.']) {
      expect(excludes(rooted, dns(base)), base).toBe(true);
    }
    expect(excludes(rooted, dns('example.org'))).toBe(false);
  });

  it('compares directory names whose length has two octets and three', () => {
    for (const length of [120, 130, 300]) {
      const long: NamePart = ['O', 'a'.repeat(length)];
      const subject: readonly NamePart[] = [['C', 'US'], long, ['CN', 'x']];
      const certificate = leafWith({ subject });
      expect(permits(certificate, directory([['C', 'US']])), String(length)).toBe(true);
      expect(permits(certificate, directory([['C', 'US'], long]))).toBe(true);
      expect(permits(certificate, directory(subject))).toBe(true);
      expect(permits(certificate, directory([['C', 'DE'], long]))).toBe(false);
      expect(
        permits(
          certificate,
          directory([
            ['C', 'US'],
            ['O', 'a'.repeat(length - 1)],
          ]),
        ),
      ).toBe(false);
      expect(excludes(certificate, directory([['C', 'US'], long]))).toBe(true);
      expect(excludes(certificate, directory([['C', 'DE'], long]))).toBe(false);
    }
  });

  it('excludes a directory name whose attributes stand in another order, and does not permit it', () => {
    const [a, b] = [
      sequence(oid('2.5.4.10'), printableString('Amazon')),
      sequence(oid('2.5.4.3'), printableString('x')),
    ];
    const certificate = leafWith({ subject: sequence(set(a, b)) });
    const other = { form: 'directory', content: sequence(set(b, a)) } as const;
    expect(excludes(certificate, other)).toBe(true);
    expect(permits(certificate, other)).toBe(false);
  });

  it('applies constraints on mail addresses to the subject', () => {
    const email = sequence(
      set(sequence(oid('1.2.840.113549.1.9.1'), printableString('a@example.com'))),
    );
    const constraint = { form: 'email', content: Buffer.from('example.org') } as const;
    expect(excludes(leafWith({ subject: email }), constraint)).toBe(true);
    expect(permits(leafWith({ subject: email }), constraint)).toBe(false);
    expect(excludes(amazon, constraint)).toBe(false);
  });

  it('permits no name of a form that it does not compare', () => {
    const address = generalName.email('a@example.com');
    const certificate = leafWith({ names: subjectAltName([address]) });
    const base = { form: 'email', content: Buffer.from('a@example.com') } as const;
    expect(permits(certificate, base)).toBe(false);
    expect(excludes(certificate, { ...base, content: Buffer.from('example.org') })).toBe(true);
    expect(permits(certificate, dns('example.org'))).toBe(true);
  });

  it('does not ask an empty subject to be within a directory', () => {
    expect(permits(leafWith({ subject: sequence() }), directory([['O', 'Amazon']]))).toBe(true);
  });

  it('refuses more comparisons than certificates in use need', () => {
    const names = subjectAltName(Array.from({ length: 200 }, (_, i) => `h${i}.example.com`));
    const bases = Array.from({ length: 200 }, (_, i) => dns(`x${i}.example.com`));
    expect(excludes(leafWith({ names }), ...bases)).toBe(true);
    // The subject is a name too: 100 names times 100 subtrees, and one subtree more.
    const many = leafWith({
      names: subjectAltName(Array.from({ length: 99 }, (_, i) => `h${i}.example.com`)),
    });
    expect(excludes(many, ...bases.slice(0, 100))).toBe(false);
    expect(excludes(many, ...bases.slice(0, 101))).toBe(true);
    // A CA without a SubjectAltName has its subject alone.
    const ca = readCertificate(scenario().intermediate.der);
    const judged = (count: number): string | undefined => {
      const excluded = Array.from({ length: count }, () => dns('x.example.com'));
      return violatedConstraint(ca, { permitted: [], excluded }, 'ca');
    };
    expect(judged(10_000)).toBeUndefined();
    expect(judged(10_001)).toMatch(/^expected /);
  });
});
