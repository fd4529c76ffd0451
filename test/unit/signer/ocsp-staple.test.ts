import { describe, expect, it } from 'vitest';
import { readStaple } from '../../../src/signer/ocsp-staple.ts';
import type { SignerVerdict } from '../../../src/signer/verify-signer.ts';
import {
  issueCertificate,
  ocspError,
  oid,
  scenario,
  sequence,
  staple,
  testKey,
  type Cast,
  type Role,
  type Scenario,
  type TestCertificate,
} from '../../pki/index.ts';
import { delegate } from '../../vectors/signer-staple-cases.ts';
import { decide, outcome, type SignerVector } from '../../vectors/signer-vector.ts';

const NOW = 1_764_000_000;
const NAMED = { subject: 'Named', key: testKey('p256'), notBefore: NOW, notAfter: NOW + 60 };
type Unusual = Parameters<typeof staple>[3];

/** A scenario with an unusual staple for the leaf. */
function withLeafStaple(unusual: (cast: Cast) => NonNullable<Unusual>): Scenario {
  return scenario({
    now: NOW,
    staples: (c) => [
      staple(c, c.leaf, c.intermediate, unusual(c)),
      staple(c, c.intermediate, c.root),
    ],
  });
}

/** What comes of it. */
const leafStaple = (unusual: Parameters<typeof withLeafStaple>[0]): SignerVector['expect'] =>
  outcome(withLeafStaple(unusual));

const times = (thisUpdate: number, nextUpdate: number, producedAt = NOW): SignerVector['expect'] =>
  leafStaple(() => ({ producedAt, single: { thisUpdate, nextUpdate } }));

describe('the times of a staple', () => {
  it('may be off by 300 seconds and not by more', () => {
    expect(times(NOW + 300, NOW + 900)).toBe('accepted');
    expect(times(NOW + 301, NOW + 900)).toBe('staple-expired');
    expect(times(NOW - 900, NOW - 300)).toBe('accepted');
    expect(times(NOW - 900, NOW - 301)).toBe('staple-expired');
    expect(times(NOW, NOW + 900, NOW + 300)).toBe('accepted');
    expect(times(NOW, NOW + 900, NOW + 301)).toBe('staple-expired');
  });

  it('may be the same, and may not run backwards', () => {
    expect(times(NOW, NOW)).toBe('accepted');
    expect(times(NOW + 1, NOW)).toBe('staple-expired');
  });
});

describe('the responder of a staple', () => {
  const refusal = (unusual: Parameters<typeof withLeafStaple>[0]): SignerVerdict =>
    decide(withLeafStaple(unusual));

  it("is no delegate whose certificate has a weak signature, though it is the issuer's", () => {
    const verdict = refusal((c) => {
      const responder = delegate(c, { hash: 'sha1' });
      return { responder, embed: [responder] };
    });
    expect(verdict).toMatchObject({
      reason: 'staple-responder-unauthorized',
      detail: expect.stringContaining('ecdsa-with-SHA1') as string,
    });
  });

  it("is no second one where the issuer's own certificate comes along", () => {
    const verdict = refusal((c) => ({
      embed: [c.intermediate],
      signingKey: testKey('p256', 'stranger'),
    }));
    expect(verdict).toMatchObject({ reason: 'staple-signature-invalid' });
  });

  it('may be the certificate that came along and cannot be read, which is named by its place and subject', () => {
    const embedding = (broken: TestCertificate): SignerVerdict =>
      refusal((c) => ({ responder: delegate(c), embed: [c.root, broken, broken] }));
    const { root } = scenario();
    expect(embedding({ ...root, der: sequence() })).toMatchObject({
      reason: 'staple-responder-unauthorized',
      detail: expect.stringContaining('; certificate 2 of the staple cannot') as string,
    });
    expect(
      embedding({ ...root, der: issueCertificate({ ...NAMED, version: 1 }).der }),
    ).toMatchObject({
      detail: expect.stringContaining('certificate 2 of the staple (CN=Named) cannot') as string,
    });
  });
});

describe('a staple that names the issuer by a hash', () => {
  const UNKNOWN = '1.3.14.3.2.27';
  /** The same with another hash than SHA-1, signed all the same. */
  const rehashed = (tbs: Buffer): Buffer => {
    const [known, unknown] = [oid('1.3.14.3.2.26'), oid(UNKNOWN)].map((id) => id.toString('hex'));
    return Buffer.from(tbs.toString('hex').replace(known ?? '', unknown ?? ''), 'hex');
  };
  const other = (c: Cast): TestCertificate => ({ ...c.leaf, serial: c.leaf.serial + 1n });

  it.each<[string, boolean, (cast: Cast) => Buffer]>([
    [
      'that is not known is told of, where it has the serial number',
      true,
      (c) => staple(c, c.leaf, c.intermediate, { alterTbs: rehashed }),
    ],
    [
      'that is not known is not told of, where it has another serial number',
      false,
      (c) => staple(c, other(c), c.intermediate, { alterTbs: rehashed }),
    ],
    [
      'that is known is not told of, where another issuer has the serial number',
      false,
      (c) => staple(c, c.leaf, c.root),
    ],
  ])('%s', (_what, told, build) => {
    const verdict = decide(
      scenario({ staples: (c) => [build(c), staple(c, c.intermediate, c.root)] }),
    );
    expect(verdict).toMatchObject({ reason: 'staple-missing' });
    const detail = verdict.ok ? '' : verdict.detail;
    expect(detail.includes(UNKNOWN)).toBe(told);
    expect(detail).toMatch(told ? /^expected [^;]+; / : /^expected [^;]+$/);
  });
});

describe("a delegate's validity", () => {
  const delegated = (unusual: Role): SignerVector['expect'] =>
    leafStaple((c) => {
      const responder = delegate(c, unusual);
      return { responder, embed: [responder] };
    });

  it('has both ends in it, and no tolerance', () => {
    expect(delegated({ notBefore: NOW })).toBe('accepted');
    expect(delegated({ notBefore: NOW + 1 })).toBe('staple-responder-unauthorized');
    expect(delegated({ notAfter: NOW })).toBe('accepted');
    expect(delegated({ notAfter: NOW - 1 })).toBe('staple-responder-unauthorized');
  });
});

describe('readStaple', () => {
  const { staples } = scenario({ now: NOW });
  const der = staples[0] ?? Buffer.alloc(0);
  const text = der.toString('base64');

  it.each([
    ['DER', der],
    ['base64', Buffer.from(text)],
    [
      'base64 with line breaks of any kind',
      Buffer.from(`\r\n${text.replaceAll(/.{64}/g, '$&\r\n')}\n`),
    ],
    ['base64 of 64 KiB with its white space', Buffer.from(text.padEnd(65_536))],
  ])('reads %s', (_what, bytes) => {
    expect(readStaple(bytes)).toMatchObject({ outcome: 'basic' });
  });

  it('takes no bug for a staple that cannot be read', () => {
    expect(() => readStaple(null as unknown as Buffer)).toThrow(TypeError);
  });

  it('reads an error', () => {
    expect(readStaple(ocspError(3))).toEqual({ outcome: 'error', errorStatus: 3 });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['more than 64 KiB of text', Buffer.from(text.padEnd(65_537))],
    ['base64 without its padding', Buffer.from(text.replace(/=*$/, '').slice(0, -1))],
    ['base64 of base64', Buffer.from(Buffer.from(text).toString('base64'))],
    ['the url alphabet', Buffer.from(`${text.slice(0, -4)}-_-_`)],
    ['bytes that are no ascii', Buffer.of(0xff, 0xfe)],
  ])('does not read %s', (_what, bytes) => {
    expect(readStaple(bytes)).toMatchObject({ outcome: 'malformed' });
  });
});
