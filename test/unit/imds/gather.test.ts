import { describe, expect, it } from 'vitest';
import { fetchInstanceId, fetchKeyBody, fetchSignerDocuments } from '../../../src/imds/gather.ts';
import { BODY_LIMITS } from '../../../src/imds/limits.ts';
import { MAX_STAPLES } from '../../../src/signer/verify-signer.ts';
import type { FaultCode } from '../../../src/verdict/fault.ts';
import { faultOf } from '../../support/faults.ts';
import { documents, serve } from '../../support/imds.ts';

const OCSP = 'managed-ssh-keys/signer-ocsp/';
const CHAIN = '-----BEGIN CERTIFICATE-----\n';
const DOCUMENTS: Readonly<Record<string, string>> = {
  'instance-id': 'i-0123456789abcdef0',
  'placement/region': 'us-east-1',
  'placement/availability-zone': 'us-west-2-lax-1a',
  'services/domain': 'amazonaws.com',
  'managed-ssh-keys/signer-cert/': CHAIN,
  [OCSP]: 'AA\nBB\n',
  [`${OCSP}AA`]: 'first',
  [`${OCSP}BB`]: 'second',
};

/** The documents, some of them replaced, or left out where undefined. */
function changed(changes: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const all = Object.entries({ ...DOCUMENTS, ...changes });
  return Object.fromEntries(
    all.flatMap(([path, body]) => (body === undefined ? [] : [[path, body]])),
  );
}

async function codeOf(changes: Readonly<Record<string, string | undefined>>): Promise<FaultCode> {
  await using served = await serve(documents(changed(changes)));
  return (await faultOf(() => fetchSignerDocuments(served.imds, MAX_STAPLES))).code;
}

describe('fetchKeyBody', () => {
  const FOLDER = 'managed-ssh-keys/active-keys/';

  it('fetches the blob of the user', async () => {
    await using served = await serve(documents({ [`${FOLDER}alice/`]: 'blob' }));
    expect((await fetchKeyBody(served.imds, 'alice'))?.toString()).toBe('blob');
  });

  it('finds nothing where nobody pushed a key', async () => {
    await using served = await serve(documents({}));
    expect(await fetchKeyBody(served.imds, 'alice')).toBeUndefined();
  });

  it.each([
    ['a.b@corp', 'a.b%40corp'],
    ['machine$', 'machine%24'],
    ['ec2-user', 'ec2-user'],
  ])('encodes the user %s in the path', async (user, encoded) => {
    await using served = await serve(documents({}));
    await fetchKeyBody(served.imds, user);
    expect(served.server.paths.at(-1)).toBe(`/latest/meta-data/${FOLDER}${encoded}/`);
  });

  it('reads a blob of hundreds of keys, and no more than its limit', async () => {
    const path = `${FOLDER}alice/`;
    const most = Buffer.alloc(BODY_LIMITS.keys, 'x');
    await using served = await serve(documents({ [path]: most }));
    expect((await fetchKeyBody(served.imds, 'alice'))?.equals(most)).toBe(true);
    const more = Buffer.alloc(BODY_LIMITS.keys + 1, 'x');
    await using other = await serve(documents({ [path]: more }));
    const fault = await faultOf(() => fetchKeyBody(other.imds, 'alice'));
    expect(fault.code).toBe('IMDS_BODY_TOO_LARGE');
  });
});

describe('fetchInstanceId', () => {
  it('fetches the id, and no other form of it', async () => {
    await using served = await serve(documents(DOCUMENTS));
    expect(await fetchInstanceId(served.imds)).toBe('i-0123456789abcdef0');
    await using other = await serve(documents({ 'instance-id': 'i-1' }));
    expect((await faultOf(() => fetchInstanceId(other.imds))).code).toBe('IMDS_MALFORMED');
  });
});

describe('fetchSignerDocuments', () => {
  it('fetches everything that proves a signer', async () => {
    await using served = await serve(documents(DOCUMENTS));
    expect(await fetchSignerDocuments(served.imds, MAX_STAPLES)).toEqual({
      instanceId: 'i-0123456789abcdef0',
      region: 'us-east-1',
      domain: 'amazonaws.com',
      chainPem: CHAIN,
      staples: [Buffer.from('first'), Buffer.from('second')],
    });
  });

  it('does not look at the zone where there is a region', async () => {
    await using served = await serve(documents(DOCUMENTS));
    await fetchSignerDocuments(served.imds, MAX_STAPLES);
    expect(served.server.paths.join()).not.toContain('availability-zone');
  });

  it('takes the region out of the zone where there is none', async () => {
    await using served = await serve(documents(changed({ 'placement/region': undefined })));
    expect(await fetchSignerDocuments(served.imds, MAX_STAPLES)).toMatchObject({
      region: 'us-west-2',
    });
  });

  it('does not take a malformed region for a missing one', async () => {
    expect(await codeOf({ 'placement/region': 'nowhere' })).toBe('IMDS_MALFORMED');
  });

  it('leaves a service without staples to the verdict', async () => {
    await using served = await serve(documents(changed({ [OCSP]: '' })));
    expect(await fetchSignerDocuments(served.imds, MAX_STAPLES)).toMatchObject({ staples: [] });
  });

  it('asks for a staple of any name that can be one segment of a path', async () => {
    const list = `AA\n\nABC.der\r\nsha256:é?\n..\n../../instance-id\n${'x'.repeat(129)}\n`;
    const staples = { [`${OCSP}ABC.der`]: 'third', [`${OCSP}sha256%3A%C3%A9%3F`]: 'fourth' };
    await using served = await serve(documents({ ...DOCUMENTS, [OCSP]: list, ...staples }));
    const { staples: found } = await fetchSignerDocuments(served.imds, MAX_STAPLES);
    expect(found.map(String)).toEqual(['first', 'third', 'fourth']);
    expect(served.server.paths.filter((path) => path.endsWith('/instance-id'))).toHaveLength(1);
  });

  it('leaves out a staple that is listed and not there', async () => {
    await using served = await serve(documents(changed({ [`${OCSP}BB`]: undefined })));
    const { staples } = await fetchSignerDocuments(served.imds, MAX_STAPLES);
    expect(staples.map(String)).toEqual(['first']);
  });

  it('leaves out a staple that is too large', async () => {
    const large = 'a'.repeat(BODY_LIMITS.staple + 1);
    await using served = await serve(documents(changed({ [`${OCSP}AA`]: large })));
    const { staples } = await fetchSignerDocuments(served.imds, MAX_STAPLES);
    expect(staples.map(String)).toEqual(['second']);
  });

  it.each([403, 500, 503])('leaves out a staple that is answered with %i', async (status) => {
    const answer = documents(DOCUMENTS);
    await using served = await serve((response, request) => {
      if (request.path.endsWith('/AA')) response.writeHead(status).end('busy');
      else answer(response, request);
    });
    const { staples } = await fetchSignerDocuments(served.imds, MAX_STAPLES);
    expect(staples.map(String)).toEqual(['second']);
  });

  it('takes a connection that is lost with a staple for a fault', async () => {
    const answer = documents(DOCUMENTS);
    await using served = await serve((response, request) => {
      if (request.path.endsWith('/AA')) response.destroy();
      else answer(response, request);
    });
    const fault = await faultOf(() => fetchSignerDocuments(served.imds, MAX_STAPLES));
    expect(fault.code).toBe('IMDS_UNREACHABLE');
  });

  it.each(['instance-id', 'services/domain', 'managed-ssh-keys/signer-cert/', OCSP])(
    'takes a missing %s for a fault',
    async (path) => {
      expect(await codeOf({ [path]: undefined })).toBe('IMDS_STATUS');
    },
  );

  it('takes a missing region and zone for a fault', async () => {
    const missing = { 'placement/region': undefined, 'placement/availability-zone': undefined };
    expect(await codeOf(missing)).toBe('IMDS_STATUS');
  });

  it.each([
    ['instance-id', 'mi-0123456789abcdef0'],
    ['placement/region', 'us-east-1a'],
    ['services/domain', 'localhost'],
    [
      OCSP,
      Array<string>(MAX_STAPLES + 1)
        .fill('AA')
        .join('\n'),
    ],
  ])('takes a malformed %s for a fault: %j', async (path, body) => {
    expect(await codeOf({ [path]: body })).toBe('IMDS_MALFORMED');
  });

  it.each([
    ['instance-id', BODY_LIMITS.word],
    ['placement/region', BODY_LIMITS.word],
    ['services/domain', BODY_LIMITS.word],
    ['managed-ssh-keys/signer-cert/', BODY_LIMITS.chain],
    [OCSP, BODY_LIMITS.stapleNames],
  ])('bounds the body of %s', async (path, limit) => {
    expect(await codeOf({ [path]: 'a'.repeat(limit + 1) })).toBe('IMDS_BODY_TOO_LARGE');
  });

  it('needs two rounds: everything at once, and the staples behind their list', async () => {
    const rounds: string[][] = [[]];
    const answer = documents(DOCUMENTS);
    const expected = 5;
    const waiting: (() => void)[] = [];
    await using served = await serve((response, request) => {
      if (request.path.endsWith('/token')) {
        answer(response, request);
        return;
      }
      rounds.at(-1)?.push(request.path);
      waiting.push(() => {
        answer(response, request);
      });
      if (rounds.length === 1 && waiting.length < expected) return;
      if (rounds.length === 1) rounds.push([]);
      for (const go of waiting.splice(0)) go();
    });
    await fetchSignerDocuments(served.imds, MAX_STAPLES);
    expect(rounds.map((paths) => paths.length)).toEqual([5, 2]);
  });
});
