import { describe, expect, it } from 'vitest';
import { OWN_ANCHORS, TRUST_STORES } from '../../../src/host/trust-store.ts';
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

describe("the administrator's own trust anchors", () => {
  // A new tmpfs is open to all, as /etc never is.
  const asEtc = 'chmod 755 /etc';
  const files = { [DEBIAN]: bundle('all'), [OWN_ANCHORS]: bundle('own') };

  it('are read in place of the CA store', async () => {
    expect(await readStore({ files, prepare: [asEtc] })).toEqual({
      path: OWN_ANCHORS,
      pem: bundle('own'),
    });
  });

  it('may be a link of root to a file of root', async () => {
    const prepare = [
      asEtc,
      `mv ${OWN_ANCHORS} /etc/anchors.pem; ln -s ../anchors.pem ${OWN_ANCHORS}`,
    ];
    expect(await readStore({ files, prepare })).toEqual({ path: OWN_ANCHORS, pem: bundle('own') });
  });

  it.each([
    ['empty', `: > ${OWN_ANCHORS}`, 'no certificate in'],
    ['without a certificate', `echo text > ${OWN_ANCHORS}`, 'no certificate in'],
    ['a folder', `rm ${OWN_ANCHORS}; mkdir ${OWN_ANCHORS}`, 'cannot read'],
    ['a link to nothing', `rm ${OWN_ANCHORS}; ln -s none ${OWN_ANCHORS}`, 'cannot be read'],
    [
      'a link to itself',
      `rm ${OWN_ANCHORS}; ln -s ${OWN_ANCHORS} ${OWN_ANCHORS}`,
      'cannot be read',
    ],
    ['writable by all', `chmod 666 ${OWN_ANCHORS}`, 'is writable by group or others'],
    ['in a folder that all can write', 'chmod 777 /etc/ec2-instance-connect', 'is writable'],
    ['too large', `truncate -s 9M ${OWN_ANCHORS}`, 'cannot read'],
  ])('are a fault where they are %s, and the CA store is not read', async (_, change, found) => {
    expect(await readFault({ files, prepare: [asEtc, change] })).toEqual({
      code: 'TRUST_STORE_UNREADABLE',
      message: expect.stringContaining(found) as string,
    });
  });
});
