import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Material } from '../emulator/material.ts';
import type { Rig } from '../rig/rig.ts';
import type { SshKey } from '../rig/ssh-key.ts';
import { keyBlob, keyLine, testBlob, wireString } from '../support/ssh-keys.ts';
import {
  ask,
  AUTHPRIV,
  authorizedKeys,
  ERROR,
  INFO,
  makePushedKey,
  pushPastApi,
  readMetadata,
  takeTrail,
  useRig,
  WARNING,
} from './login-rig.ts';

const rig = useRig();

/** Nothing printed, this exit code, one line in the log, and the same for a login, which fails. */
async function expectRefusal(
  key: SshKey,
  status: number,
  line: Readonly<Record<string, unknown>>,
): Promise<void> {
  const trail = [{ facility: AUTHPRIV, user: 'alice', ...line }];
  const answer = await ask(rig(), 'alice', key.fingerprint);
  expect(answer).toMatchObject({ status, stdout: '', stderr: '', trail });
  expect(await rig().login('alice', key)).toMatchObject({ ok: false, stdout: '' });
  expect(await takeTrail(rig())).toMatchObject(trail);
}

/** Nothing printed, exit code 0, nothing in the log, and the login fails. */
async function expectQuietNo(key: SshKey): Promise<void> {
  const quiet = { status: 0, stdout: '', stderr: '', trail: [] };
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject(quiet);
  expect(await rig().login('alice', key)).toMatchObject({ ok: false, stdout: '' });
  expect(await takeTrail(rig())).toEqual([]);
  expect(rig().sshdLog.join('\n')).not.toMatch(/AuthorizedKeysCommand .* failed/);
}

/** Serves this text instead of alice's keys. */
function serveKeys(body: string): Promise<void> {
  const action = { kind: 'answer', status: 200, body } as const;
  return rig().emulator.setFaults([{ service: 'imds', path: '*/active-keys/alice/', action }]);
}

const keysOf = (user: string): Promise<string> =>
  readMetadata(rig(), `managed-ssh-keys/active-keys/${user}/`);

async function imdsRequests(of: Rig): Promise<number> {
  return (await of.emulator.counters()).imds.requests;
}

it('says nothing and asks nobody where the machine is no instance', async () => {
  const key = await makePushedKey(rig());
  rig().setFirmware({});
  await expectQuietNo(key);
  rig().setFirmware({ assetTag: 'Default string', hypervisorUuid: '00000000-not-of-amazon' });
  await expectQuietNo(key);
  expect(await imdsRequests(rig())).toBe(0);
});

it('says nothing where nobody pushed a key for the user', async () => {
  await makePushedKey(rig(), 'bob');
  await expectQuietNo(await rig().makeKey());
});

it.each(['../bob', '.', '..', 'a/b', 'a b', 'a%2fb', 'ünï', '', `a${'b'.repeat(32)}`])(
  'says nothing and asks nobody for %j, a name for which no key can be pushed',
  async (user) => {
    expect(await ask(rig(), user)).toMatchObject({ status: 0, stdout: '', stderr: '', trail: [] });
    expect(await imdsRequests(rig())).toBe(0);
  },
);

it('says nothing where another key was pushed than the one that is offered', async () => {
  await makePushedKey(rig());
  await expectQuietNo(await rig().makeKey());
});

it('lets a key in for its 60 seconds and no longer', async () => {
  const key = await makePushedKey(rig());
  expect(await rig().login('alice', key)).toMatchObject({ ok: true });
  await takeTrail(rig());
  await rig().emulator.setClockOffset(60);
  await expectQuietNo(key);
});

it.each([
  ['expired', { expiryOffset: -60 }],
  ['expiry-too-far', { expiryOffset: 302 }],
  ['signature-invalid', { signature: 'foreign-key' }],
  ['signature-invalid', { signature: 'short-salt' }],
] as const)('refuses a key as %s where the material is %j', async (reason, material) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setMaterial(material);
  await expectRefusal(key, 0, { priority: INFO, event: 'key-refused', reason, entry: 1 });
});

const ED25519 = keyLine(testBlob('ed25519'));

it.each([
  ['key-weak', keyLine(testBlob('rsa1024'))],
  ['key-malformed', keyLine(keyBlob('ssh-dss', wireString('p')))],
  ['key-malformed', keyLine(keyBlob('ssh-ed25519-cert-v01@openssh.com', wireString('n')))],
  ['key-malformed', keyLine(testBlob('p256'), 'ssh-ed25519')],
  ['key-malformed', `command="sh" ${ED25519}`],
  ['key-malformed', `${ED25519}=`],
])('refuses a signed key as %s: %s', async (reason, publicKey) => {
  await pushPastApi(rig(), { publicKey });
  const trail = [{ priority: INFO, event: 'key-refused', reason }];
  expect(await ask(rig(), 'alice')).toMatchObject({ status: 0, stdout: '', trail });
});

it("refuses another instance's key", async () => {
  const key = await rig().makeKey();
  const { otherInstanceId: instanceId } = rig().account;
  await rig().pushKey('alice', key, { instanceId });
  await expectQuietNo(key);
  await rig().emulator.setMaterial({ keysOf: instanceId });
  await expectRefusal(key, 0, {
    priority: INFO,
    event: 'key-refused',
    reason: 'instance-mismatch',
  });
});

it.each([
  ['its time', /#Timestamp=(\d+)/, (time: string) => `#Timestamp=${Number(time) + 30}`],
  ['its caller', /#Caller=(.*)/, () => '#Caller=arn:aws:iam::123456789012:user/mallory'],
  ['one more field', /(#Request=.*)/, (line: string) => `${line}\n#Role=root`],
])('refuses a key when %s was changed on the way', async (_title, pattern, change) => {
  const key = await makePushedKey(rig());
  const blob = await keysOf('alice');
  await serveKeys(blob.replace(pattern, (_, value: string) => change(value)));
  await expectRefusal(key, 0, { event: 'key-refused', reason: 'signature-invalid' });
});

it('refuses a key under the signature of another one', async () => {
  const own = await makePushedKey(rig());
  const other = await makePushedKey(rig(), 'bob');
  await serveKeys((await keysOf('alice')).replace(own.publicKey, other.publicKey));
  await expectRefusal(other, 0, { event: 'key-refused', reason: 'signature-invalid' });
});

it('accepts a good entry beside entries that are none', async () => {
  const key = await makePushedKey(rig());
  const good = await keysOf('alice');
  const bad = [
    '<html>busy</html>',
    '#Timestamp\n#Instance',
    good.replace('ssh-', 'command="sh" ssh-'),
  ];
  await serveKeys([...bad, good].join('\n\n'));
  const { status, stdout, trail } = await ask(rig(), 'alice', key.fingerprint);
  expect({ status, stdout }).toEqual({ status: 0, stdout: authorizedKeys(key) });
  expect(trail).toMatchObject([
    { event: 'key-accepted', fingerprint: key.fingerprint },
    { event: 'key-refused', reason: 'entry-malformed', entry: 1 },
    { event: 'key-refused', reason: 'entry-malformed', entry: 2 },
    { event: 'key-refused', reason: 'key-malformed', entry: 3 },
  ]);
  expect(await rig().login('alice', key)).toMatchObject({ ok: true });
});

it.each([
  ['certificate-revoked', { staples: 'revoked' }],
  ['staple-expired', { staples: 'expired' }],
  ['staple-missing', { staples: 'none' }],
  ['staple-missing', { staples: 'leaf-missing' }],
  ['revocation-unknown', { staples: 'unknown' }],
  ['staple-error-status', { staples: 'error-status' }],
  ['staple-malformed', { staples: 'garbage' }],
  // Its certificates have the names of the true ones.
  ['path-signature-invalid', { chain: 'other-ca' }],
  ['name-mismatch', { chain: 'other-name' }],
  ['chain-malformed', { chain: 'garbage' }],
] as const)('does not believe a signer: %s where the material is %j', async (reason, material) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setMaterial(material satisfies Partial<Material>);
  await expectRefusal(key, 1, { priority: WARNING, event: 'signer-refused', reason });
});

it.each([
  ['domain-unknown', 'attacker.example', 'us-east-1'],
  ['region-unknown', 'amazonaws.com.cn', 'us-east-1'],
  ['name-mismatch', 'amazonaws.eu', 'eusc-de-east-1'],
])(
  'does not believe a signer: %s where the domain is %s and the region %s',
  async (reason, domain, region) => {
    const key = await makePushedKey(rig());
    const answer = (path: string, body: string) =>
      ({ service: 'imds', path, action: { kind: 'answer', status: 200, body } }) as const;
    await rig().emulator.setFaults([
      answer('*/services/domain', domain),
      answer('*/placement/region', region),
    ]);
    await expectRefusal(key, 1, { priority: WARNING, event: 'signer-refused', reason });
  },
);

it('does not believe a signer whose root the CA store does not hold', async () => {
  const key = await makePushedKey(rig());
  rig().setTrust(false);
  const reason = 'path-not-trusted';
  await expectRefusal(key, 1, { priority: WARNING, event: 'signer-refused', reason });
});

const fault = (code: string): Readonly<Record<string, unknown>> => ({
  priority: ERROR,
  event: 'fault',
  code,
});

it('prints nothing where there is no CA store, and names the fault', async () => {
  const key = await makePushedKey(rig());
  const store = rig().namespace.path('/etc/ssl/certs/ca-certificates.crt');
  writeFileSync(store, '');
  await expectRefusal(key, 1, fault('TRUST_STORE_UNREADABLE'));
  rmSync(store);
  await expectRefusal(key, 1, fault('TRUST_STORE_UNREADABLE'));
});

it('prints nothing where the answers are about another machine', async () => {
  const key = await makePushedKey(rig());
  rig().setFirmware({ assetTag: rig().account.otherInstanceId });
  await expectRefusal(key, 1, fault('IMDS_FOREIGN_INSTANCE'));
});

it('prints nothing where the firmware may not be read', async () => {
  const key = await makePushedKey(rig());
  chmodSync(rig().namespace.path('/sys/devices/virtual/dmi/id/board_asset_tag'), 0o400);
  await expectRefusal(key, 1, fault('DMI_UNREADABLE'));
});
