import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/der-reader.ts';
import { readOcspResponse, type BasicResponse } from '../../../src/ocsp/ocsp-response.ts';
import {
  bitString,
  certId,
  context,
  contentOf,
  contextPrimitive,
  enumerated,
  generalizedTime,
  integer,
  keyHash,
  ocspError,
  octetString,
  oid,
  scenario,
  sequence,
  staple,
  unknownExtension,
  wrapBasic,
} from '../../pki/index.ts';

const cast = scenario();
const { now, leaf, intermediate, root } = cast;
type Unusual = Parameters<typeof staple>[3];
const respond = (unusual?: Unusual): Buffer => staple(cast, leaf, intermediate, unusual);

function basicOf(der: Buffer): BasicResponse {
  const response = readOcspResponse(der);
  if (response.outcome !== 'basic') throw new Error(`expected basic, found ${response.outcome}`);
  return response.basic;
}

/** A response around other ResponseData; its signature is not looked at here. */
const around = (...data: readonly Buffer[]): Buffer =>
  wrapBasic(sequence(sequence(...data), sequence(oid('1.2.3')), bitString(Buffer.of(1))));
const responder = context(1, intermediate.subject);
const produced = generalizedTime(now);
const single = (status: Buffer, ...times: readonly Buffer[]): Buffer =>
  sequence(sequence(certId(leaf, intermediate), status, ...times));
const good = single(contextPrimitive(0), produced);

const OCSP_BASIC = oid('1.3.6.1.5.5.7.48.1.1').toString('latin1');
const otherType = Buffer.from(
  respond().toString('latin1').replace(OCSP_BASIC, oid('1.3.6.1.5.5.7.48.1.2').toString('latin1')),
  'latin1',
);

describe('readOcspResponse', () => {
  it('reads what the responder wrote', () => {
    const basic = basicOf(respond({ embed: [intermediate, root] }));
    expect(basic).toMatchObject({
      responderId: { by: 'name', name: intermediate.subject },
      producedAt: now - 3600,
      certificates: [intermediate.der, root.der],
      singles: [{ status: 'good', thisUpdate: now - 3600, nextUpdate: now + 3 * 86_400 }],
    });
    expect(basic.singles[0]?.certId.hashAlgorithm).toBe('1.3.14.3.2.26');
  });

  it('reads a response that brings no certificate along', () => {
    expect(basicOf(respond()).certificates).toEqual([]);
  });

  it('reads a responder that is named by its key', () => {
    const { responderId } = basicOf(respond({ responderId: 'byKey' }));
    expect(responderId).toEqual({ by: 'key', hash: keyHash(intermediate.key) });
  });

  it.each(['good', 'revoked', 'unknown'] as const)('reads the status %s', (status) => {
    expect(basicOf(respond({ single: { status } })).singles[0]?.status).toBe(status);
  });

  it('reads the reason of a revocation over', () => {
    const info = context(1, produced, context(0, enumerated(1)));
    expect(basicOf(around(responder, produced, single(info, produced))).singles[0]?.status).toBe(
      'revoked',
    );
  });

  it('reads a response without nextUpdate', () => {
    const { singles } = basicOf(respond({ single: { nextUpdate: null } }));
    expect(singles[0]?.nextUpdate).toBeUndefined();
  });

  it('reads extensions of the response and of a status', () => {
    const basic = basicOf(
      respond({
        extensions: [unknownExtension(true)],
        single: { extensions: [unknownExtension(false)] },
      }),
    );
    const id = '1.3.6.1.4.1.99999.1';
    expect(basic.extensions.get(id)?.critical).toBe(true);
    expect(basic.singles[0]?.extensions.get(id)?.critical).toBe(false);
  });

  it('takes an explicit version 1, which responders in use write', () => {
    expect(basicOf(around(context(0, integer(0)), responder, produced, good)).singles).toHaveLength(
      1,
    );
  });

  it.each([1, 2, 3, 5, 6])('reads the error status %i', (errorStatus) => {
    expect(readOcspResponse(ocspError(errorStatus))).toEqual({ outcome: 'error', errorStatus });
  });

  it.each([
    ['an empty input', Buffer.alloc(0)],
    ['error status 4, which is not used', ocspError(4)],
    ['error status 7', ocspError(7)],
    ['an error that brings a response along', sequence(enumerated(3), context(0, sequence()))],
    ['success without a response', ocspError(0)],
    ['a status without an octet', sequence(enumerated())],
    ['a status of two octets', sequence(enumerated(3, 0))],
    ['another response type', otherType],
    [
      'bytes after the version',
      around(context(0, integer(0), integer(0)), responder, produced, good),
    ],
    ['version 2', around(context(0, integer(1)), responder, produced, good)],
    ['a responder that is not named', around(produced, good)],
    ['a time with a fraction', around(responder, Buffer.from('\x18\x1120261122120000.0Z'), good)],
    [
      'a status with content',
      around(responder, produced, single(contextPrimitive(0, Buffer.of(0)), produced)),
    ],
    [
      'a status of an unknown kind',
      around(responder, produced, single(contextPrimitive(3), produced)),
    ],
    ['a revocation without a time', around(responder, produced, single(context(1), produced))],
    ['a status without thisUpdate', around(responder, produced, single(contextPrimitive(0)))],
    [
      'bytes after the times',
      around(responder, produced, single(contextPrimitive(0), produced, produced)),
    ],
    ['bytes after the extensions', around(responder, produced, good, integer(1))],
    [
      'a hash with parameters',
      around(
        responder,
        produced,
        sequence(
          sequence(
            sequence(
              sequence(oid('1.3.14.3.2.26'), integer(1)),
              octetString(),
              octetString(),
              integer(1),
            ),
            contextPrimitive(0),
            produced,
          ),
        ),
      ),
    ],
    [
      'more than 64 statuses',
      around(responder, produced, sequence(...Array.from({ length: 65 }, () => contentOf(good)))),
    ],
    ['more than 8 certificates', respond({ embed: Array.from({ length: 9 }, () => root) })],
    [
      'more than 32 KiB',
      respond({ extensions: [sequence(oid('1.2.3'), octetString(Buffer.alloc(33_000)))] }),
    ],
  ])('refuses %s', (_what, der) => {
    expect(() => readOcspResponse(der)).toThrow(DerError);
  });
});
