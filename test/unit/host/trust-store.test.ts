import { describe, expect, it } from 'vitest';
import { TRUST_STORES } from '../../../src/host/trust-store.ts';
import { evaluateOn, type PrivateMachine } from '../../support/private-machine.ts';

const [DEBIAN, AMAZON, REDHAT] = TRUST_STORES;

const readStore = (machine: Omit<PrivateMachine, 'empty'>): Promise<unknown> =>
  evaluateOn(
    { empty: ['/etc'], ...machine },
    `const { path, pem } = (await load('host/trust-store.ts')).readTrustStore();
     return { path, pem: pem.toString() };`,
  );

describe('readTrustStore', () => {
  it.each([DEBIAN, AMAZON, REDHAT])('reads the bundle at %s', async (path) => {
    expect(await readStore({ files: { [path]: 'anchors' } })).toEqual({ path, pem: 'anchors' });
  });

  it('takes the first that is there', async () => {
    const files = { [AMAZON]: 'amazon', [REDHAT]: 'red hat' };
    expect(await readStore({ files })).toEqual({ path: AMAZON, pem: 'amazon' });
  });

  it('follows the links that distributions make of it', async () => {
    const files = { [REDHAT]: 'anchors' };
    const prepare = ['mkdir -p /etc/pki/tls/certs', `ln -s ${REDHAT} ${AMAZON}`];
    expect(await readStore({ files, prepare })).toEqual({ path: AMAZON, pem: 'anchors' });
  });

  it('passes over an empty bundle', async () => {
    const files = { [DEBIAN]: '', [AMAZON]: 'amazon' };
    expect(await readStore({ files })).toEqual({ path: AMAZON, pem: 'amazon' });
  });

  it.each<[string, Omit<PrivateMachine, 'empty'>]>([
    ['no bundle', {}],
    ['only empty bundles', { files: { [DEBIAN]: '', [AMAZON]: '', [REDHAT]: '' } }],
    ['a folder in the place of a bundle', { prepare: [`mkdir -p ${DEBIAN}`] }],
    [
      'a bundle beyond every size',
      { files: { [DEBIAN]: '' }, prepare: [`truncate -s 9M ${DEBIAN}`] },
    ],
    [
      'a broken bundle, although the next one is good',
      { files: { [AMAZON]: 'amazon' }, prepare: [`mkdir -p ${DEBIAN}`] },
    ],
  ])('takes %s for a fault', async (_, machine) => {
    expect(await readStore(machine)).toEqual({ thrown: 'TRUST_STORE_UNREADABLE' });
  });
});
