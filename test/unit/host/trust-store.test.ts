import { describe, expect, it } from 'vitest';
import { TRUST_STORES } from '../../../src/host/trust-store.ts';
import { evaluateOn, type PrivateMachine } from '../../support/private-machine.ts';

const [DEBIAN, AMAZON, REDHAT] = TRUST_STORES;

/** A bundle that is told from others by its comment. */
const bundle = (comment: string): string => `# ${comment}\n-----BEGIN CERTIFICATE-----\n`;

const readStore = (machine: Omit<PrivateMachine, 'empty'>): Promise<unknown> =>
  evaluateOn(
    { empty: ['/etc'], ...machine },
    `const { path, pem } = (await load('host/trust-store.ts')).readTrustStore();
     return { path, pem: pem.toString() };`,
  );

const readFault = (machine: Omit<PrivateMachine, 'empty'>): Promise<unknown> =>
  evaluateOn(
    { empty: ['/etc'], ...machine },
    `const { readTrustStore } = await load('host/trust-store.ts');
     try {
       return readTrustStore();
     } catch ({ code, message }) {
       return { code, message };
     }`,
  );

describe('readTrustStore', () => {
  it.each([DEBIAN, AMAZON, REDHAT])('reads the bundle at %s', async (path) => {
    expect(await readStore({ files: { [path]: bundle('anchors') } })).toEqual({
      path,
      pem: bundle('anchors'),
    });
  });

  it('takes the first that is there', async () => {
    const files = { [AMAZON]: bundle('amazon'), [REDHAT]: bundle('red hat') };
    expect(await readStore({ files })).toEqual({ path: AMAZON, pem: bundle('amazon') });
  });

  it('follows the links that distributions make of it', async () => {
    const files = { [REDHAT]: bundle('anchors') };
    const prepare = ['mkdir -p /etc/pki/tls/certs', `ln -s ${REDHAT} ${AMAZON}`];
    expect(await readStore({ files, prepare })).toEqual({ path: AMAZON, pem: bundle('anchors') });
  });

  it.each<[string, Omit<PrivateMachine, 'empty'>]>([
    ['an empty bundle', { files: { [DEBIAN]: '' } }],
    ['a bundle without a certificate', { files: { [DEBIAN]: '# made by hand\n' } }],
    ['a folder in the place of a bundle', { prepare: [`mkdir -p ${DEBIAN}`] }],
    ['a link to itself', { prepare: [`mkdir -p /etc/ssl/certs; ln -s ${DEBIAN} ${DEBIAN}`] }],
    [
      'a bundle beyond every size',
      { files: { [DEBIAN]: '' }, prepare: [`truncate -s 9M ${DEBIAN}`] },
    ],
  ])('passes over %s where a later one is good', async (_, { files, prepare = [] }) => {
    const machine = { files: { ...files, [AMAZON]: bundle('amazon') }, prepare };
    expect(await readStore(machine)).toEqual({ path: AMAZON, pem: bundle('amazon') });
  });

  it.each<[string, Omit<PrivateMachine, 'empty'>, string]>([
    ['no bundle', {}, `no CA bundle at ${TRUST_STORES.join(', ')}`],
    [
      'only empty bundles',
      { files: { [DEBIAN]: '', [AMAZON]: '', [REDHAT]: '' } },
      TRUST_STORES.map((path) => `no certificate in ${path}`).join('; '),
    ],
    [
      'bundles of which none is good',
      { files: { [AMAZON]: 'text' }, prepare: [`mkdir -p ${DEBIAN}`] },
      `cannot read ${DEBIAN}; no certificate in ${AMAZON}`,
    ],
    [
      'a bundle beyond every size',
      { files: { [DEBIAN]: '' }, prepare: [`truncate -s 9M ${DEBIAN}`] },
      `cannot read ${DEBIAN}`,
    ],
  ])('takes %s for a fault that names what was found', async (_, machine, found) => {
    expect(await readFault(machine)).toEqual({ code: 'TRUST_STORE_UNREADABLE', message: found });
  });
});
