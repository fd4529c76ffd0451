import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import type { KeyToPush } from '../emulator/control-client.ts';
import type { FaultAction, FaultRule } from '../emulator/faults.ts';
import { keyLine, sshBlob } from '../support/ssh-keys.ts';
import { ask, authorizedKeys, makePushedKey, takeTrail, useRig } from './login-rig.ts';

const rig = useRig();

const TOKEN = 'PUT /latest/api/token';
const KEYS = 'GET /latest/meta-data/managed-ssh-keys/active-keys/alice/';
const DOCUMENTS = [
  'instance-id',
  'managed-ssh-keys/signer-cert/',
  'managed-ssh-keys/signer-ocsp/',
  'placement/region',
  'services/domain',
].map((path) => `GET /latest/meta-data/${path}`);

/** The requests since the counters were reset. */
async function requested(): Promise<readonly string[]> {
  return Object.keys((await rig().emulator.counters()).imds.paths).sort();
}

const on = (path: string, action: FaultAction): FaultRule => ({ service: 'imds', path, action });

it('asks twice over one connection where nobody pushed a key', async () => {
  await ask(rig(), 'alice');
  const { imds } = await rig().emulator.counters();
  expect(imds).toMatchObject({ requests: 2, connections: 1 });
  expect(await requested()).toEqual([KEYS, TOKEN]);
});

it('asks twice over one connection where another key was pushed', async () => {
  await makePushedKey(rig());
  await ask(rig(), 'alice', (await rig().makeKey()).fingerprint);
  const { imds } = await rig().emulator.counters();
  expect(imds).toMatchObject({ requests: 2, connections: 1 });
});

it('asks for each document once, over six connections at most, to accept a key', async () => {
  const key = await makePushedKey(rig());
  const { trail } = await ask(rig(), 'alice', key.fingerprint);
  expect(trail).toMatchObject([{ event: 'key-accepted' }]);
  const { imds } = await rig().emulator.counters();
  expect(imds.requests).toBe(2 + DOCUMENTS.length + 3);
  expect(imds.maxConcurrentConnections).toBeLessThanOrEqual(6);
  expect(imds.connections).toBeLessThanOrEqual(6);
});

it('needs four round trips in sequence: token, keys, documents, staples', async () => {
  const key = await makePushedKey(rig());
  const passed: FaultAction = { kind: 'close' };
  const [token, keys] = [on('*/api/token', passed), on('*/active-keys/*', passed)];
  const hang: FaultAction = { kind: 'hang' };
  // Nothing of the third round waits for the answer to another part of it.
  await rig().emulator.setFaults([token, keys, on('*', hang)]);
  await ask(rig(), 'alice', key.fingerprint);
  expect(await requested()).toEqual([...DOCUMENTS, KEYS, TOKEN].sort());
  // Nor does a staple wait for another one.
  await rig().emulator.resetCounters();
  await rig().emulator.setFaults([on('*/signer-ocsp/?*', hang)]);
  await ask(rig(), 'alice', key.fingerprint);
  expect(await requested()).toHaveLength(2 + DOCUMENTS.length + 3);
});

it('asks no more than before where the client offers five other keys first', async () => {
  const keys = await Promise.all(Array.from({ length: 5 }, () => rig().makeKey()));
  const key = await makePushedKey(rig());
  expect(await rig().login('alice', [...keys, key])).toMatchObject({ ok: true });
  expect((await rig().emulator.counters()).imds.requests).toBe(5 * 2 + 2 * 10);
});

it('lets thirty people in who come at once', async () => {
  const keys = await Promise.all(Array.from({ length: 30 }, () => makePushedKey(rig())));
  const waiting = [...keys];
  const oks: boolean[] = [];
  const work = async (): Promise<void> => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      oks.push((await rig().login('alice', key)).ok);
    }
  };
  await Promise.all(Array.from({ length: 10 }, work));
  expect(oks).toEqual(keys.map(() => true));
  const { imds } = await rig().emulator.counters();
  // Two runs a login, ten requests a run: nothing was asked in vain.
  expect(imds.requests).toBe(30 * 2 * 10);
  expect(imds.maxConcurrentConnections).toBeLessThanOrEqual(10 * 6);
  const trail = await takeTrail(rig());
  const accepted = trail.map(({ event, fingerprint }) => `${String(event)} ${String(fingerprint)}`);
  const expected = keys.flatMap(({ fingerprint }) =>
    Array<string>(2).fill(`key-accepted ${fingerprint}`),
  );
  expect(accepted.sort()).toEqual(expected.sort());
});

/** Pushes so many new keys for alice past the API, with a comment of so many characters. */
async function pushMany(count: number, comment = 'many'.length): Promise<readonly string[]> {
  const { instanceId } = rig().account;
  const lines = Array.from({ length: count }, () =>
    keyLine(sshBlob(generateKeyPairSync('ed25519').publicKey)),
  );
  const pushes = lines.map((line): KeyToPush => ({
    instanceId,
    osUser: 'alice',
    publicKey: `${line} ${'c'.repeat(comment)}`,
  }));
  // The control endpoint takes 64 KiB at once.
  const step = Math.floor(50_000 / (comment + 300));
  for (let from = 0; from < pushes.length; from += step) {
    await rig().emulator.pushKeys(pushes.slice(from, from + step));
  }
  return lines;
}

it('decides over hundreds of pushed keys within its deadline', async () => {
  const lines = await pushMany(400);
  const key = await makePushedKey(rig());
  // The emulator signs what it serves, once.
  await rig().emulator.resetCounters();
  const one = await ask(rig(), 'alice', key.fingerprint);
  expect(one).toMatchObject({ status: 0, stdout: authorizedKeys(key) });
  const all = await ask(rig(), 'alice');
  expect(all.status).toBe(0);
  expect(all.stdout).toBe(lines.map((line) => `${line}\n`).join('') + authorizedKeys(key));
  // Each key is told of before the limit of a run is reached; the others are counted.
  expect(all.trail).toHaveLength(21);
  expect(all.trail).toContainEqual(expect.objectContaining({ event: 'keys-accepted-more' }));
});

it('meets more than a mebibyte of pushed keys with a fault', async () => {
  await pushMany(280, 3900);
  expect(await ask(rig(), 'alice')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: '',
    trail: [{ event: 'fault', code: 'IMDS_BODY_TOO_LARGE' }],
  });
});
