import { expect, it } from 'vitest';
import { fingerprintOf } from '../../src/ssh/fingerprint.ts';
import { GOOD_BLOBS, keyLine } from '../support/ssh-keys.ts';
import {
  ask,
  AUTHPRIV,
  authorizedKeys,
  INFO,
  makePushedKey,
  pushPastApi,
  takeTrail,
  useRig,
} from './login-rig.ts';

const rig = useRig({ users: ['alice', 'bob', 'a.b@corp', 'host$'] });

it.each([
  ['ed25519', 'ssh-ed25519'],
  ['rsa', 'ssh-rsa'],
  ['ecdsa', 'ecdsa-sha2-nistp256'],
] as const)('lets a pushed %s key in and writes down who came', async (kind, keyType) => {
  const key = await rig().makeKey(kind);
  const before = Math.floor(Date.now() / 1000);
  const request = await rig().pushKey('alice', key);
  const after = Math.floor(Date.now() / 1000);
  expect(await rig().login('alice', key)).toMatchObject({ ok: true, stdout: 'alice\n' });
  const trail = await takeTrail(rig());
  const line = {
    facility: AUTHPRIV,
    priority: INFO,
    level: 'info',
    event: 'key-accepted',
    user: 'alice',
    fingerprint: key.fingerprint,
    keyType,
    caller: rig().account.caller,
    request,
    expiry: trail[0]?.['expiry'],
    message: `${keyType} ${key.fingerprint} accepted for alice`,
  };
  // sshd asks whether the key may be used, and again when the client has signed with it.
  expect(trail).toEqual([line, line]);
  expect(line.expiry).toBeGreaterThanOrEqual(before + 60);
  expect(line.expiry).toBeLessThanOrEqual(after + 60);
  expect(rig().journal.malformed).toBe(0);
});

it('prints the type and the base64 of the offered key and nothing else', async () => {
  const key = await makePushedKey(rig());
  await makePushedKey(rig());
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject({
    status: 0,
    stdout: authorizedKeys(key),
    stderr: '',
    trail: [{ event: 'key-accepted' }],
  });
});

it.each(Object.entries(GOOD_BLOBS))(
  'takes %s, also where the API does not yet',
  async (keyType, blob) => {
    const publicKey = keyLine(blob);
    await pushPastApi(rig(), { publicKey });
    const fingerprint = fingerprintOf(blob);
    expect(await ask(rig(), 'alice', fingerprint)).toMatchObject({
      status: 0,
      stdout: `${publicKey}\n`,
      trail: [{ event: 'key-accepted', keyType, fingerprint }],
    });
  },
);

it('prints every pushed key where sshd does not say which one is offered', async () => {
  const keys = [await makePushedKey(rig()), await makePushedKey(rig())];
  await makePushedKey(rig(), 'bob');
  expect(await ask(rig(), 'alice')).toMatchObject({
    status: 0,
    stdout: authorizedKeys(...keys),
    trail: keys.map(({ fingerprint }) => ({ event: 'key-accepted', fingerprint })),
  });
});

it('prints a key once that was pushed twice, and writes the later push down', async () => {
  const key = await makePushedKey(rig());
  const again = await rig().pushKey('alice', key);
  const { stdout, trail } = await ask(rig(), 'alice', key.fingerprint);
  expect(stdout).toBe(authorizedKeys(key));
  expect(trail).toMatchObject([{ event: 'key-accepted', request: again }]);
});

it.each(['a.b@corp', 'host$'])('lets %s in, a name that domains give', async (user) => {
  const key = await makePushedKey(rig(), user);
  expect(await rig().login(user, key)).toMatchObject({ ok: true, stdout: `${user}\n` });
});

it('answers for root as for everybody', async () => {
  const key = await makePushedKey(rig(), 'root');
  expect(await ask(rig(), 'root', key.fingerprint)).toMatchObject({
    status: 0,
    stdout: authorizedKeys(key),
    trail: [{ event: 'key-accepted', user: 'root' }],
  });
});

it.each([
  ['staples that are named after SHA-256', { stapleNames: 'sha256' }],
  ['staples of a delegated responder', { staples: 'delegated' }],
  ['a signature that is wrapped over several lines', { signature: 'wrapped' }],
  ['a chain without its root, which the CA store has', { chain: 'leaf-and-intermediate' }],
  ['a clock of the service that is a little ahead', { expiryOffset: 290 }],
] as const)('believes %s', async (_title, material) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setMaterial(material);
  expect(await rig().login('alice', key)).toMatchObject({ ok: true, stdout: 'alice\n' });
});
