import { appendFileSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { homeOf } from '../rig/accounts.ts';
import type { RigOptions } from '../rig/rig.ts';
import { run, type Command } from '../rig/run.ts';
import type { SshKey } from '../rig/ssh-key.ts';
import { makePushedKey, takeTrail, useRig } from './login-rig.ts';

const rig = useRig();
let restarted = false;

async function restartSshd(options: RigOptions['sshd']): Promise<void> {
  restarted = true;
  await rig().startSshd(options);
}

afterEach(async () => {
  if (restarted) await rig().startSshd();
  restarted = false;
});

/** A key with which a user can log in for good, as administrators set it up. */
async function makeStandingKey(user: string): Promise<SshKey> {
  const key = await rig().makeKey();
  const home = rig().namespace.path(homeOf(user));
  const { uid, gid } = statSync(home);
  mkdirSync(`${home}/.ssh`, { recursive: true, mode: 0o700 });
  appendFileSync(`${home}/.ssh/authorized_keys`, `${key.publicKey}\n`);
  for (const path of ['.ssh', '.ssh/authorized_keys']) chownSync(`${home}/${path}`, uid, gid);
  return key;
}

it('finds the pushed key among others that the client offers', async () => {
  const wrong = [await rig().makeKey('rsa'), await rig().makeKey(), await rig().makeKey('ecdsa')];
  const key = await makePushedKey(rig());
  expect(await rig().login('alice', [...wrong, key])).toMatchObject({ ok: true });
  // One request for the token and one for the keys is all that a wrong key costs.
  const { imds } = await rig().emulator.counters();
  expect(imds.paths['PUT /latest/api/token']).toMatchObject({ requests: 5 });
  expect(imds.paths['GET /latest/meta-data/instance-id']).toMatchObject({ requests: 2 });
  expect(await takeTrail(rig())).toMatchObject([
    { event: 'key-accepted', fingerprint: key.fingerprint },
    { event: 'key-accepted', fingerprint: key.fingerprint },
  ]);
});

it('finds the pushed key among those of an agent', async () => {
  const wrong = [await rig().makeKey(), await rig().makeKey('rsa')];
  const key = await makePushedKey(rig());
  const ssh = rig()
    .loginCommand('alice', [])
    .map((word) => word.replace('IdentityAgent=none', 'IdentityAgent=SSH_AUTH_SOCK'))
    .map((word) => word.replace('IdentitiesOnly=yes', 'IdentitiesOnly=no'));
  const script = 'ssh-add -q "$1" "$2" "$3" && shift 3 && exec "$@"';
  const command: Command = [
    ...(['ssh-agent', '-a', '/run/rig/agent', 'sh', '-c', script, 'sh'] as const),
    ...[...wrong, key].map(({ path }) => path),
    ...ssh,
  ];
  const result = await run(rig().namespace.command(command));
  expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining('alice\n') as string });
});

it("does not let alice's key in as bob", async () => {
  const key = await makePushedKey(rig(), 'alice');
  expect(await rig().login('bob', key)).toMatchObject({ ok: false, stdout: '' });
  await makePushedKey(rig(), 'bob');
  expect(await rig().login('bob', key)).toMatchObject({ ok: false, stdout: '' });
  expect(await takeTrail(rig())).toEqual([]);
});

it.each([
  ['hangs', { kind: 'hang' }],
  ['resets its connections', { kind: 'reset' }],
  ['answers with errors', { kind: 'answer', status: 500, body: '' }],
] as const)('leaves other ways to log in alone while IMDS %s', async (_title, action) => {
  const key = await makeStandingKey('bob');
  await rig().emulator.setFaults([{ service: 'imds', path: '*', action }]);
  // Before 8.1 sshd ran the command first; since then it does so for a key that no file holds.
  const keys = [await rig().makeKey(), key];
  expect(await rig().login('bob', keys)).toMatchObject({ ok: true, stdout: 'bob\n' });
  expect(await takeTrail(rig())).toMatchObject([{ event: 'fault' }]);
});

it('leaves other ways to log in alone while the signer is not believed', async () => {
  const standing = await makeStandingKey('alice');
  const pushed = await makePushedKey(rig());
  await rig().emulator.setMaterial({ staples: 'revoked' });
  expect(await rig().login('alice', [pushed, standing])).toMatchObject({ ok: true });
  expect(await takeTrail(rig())).toMatchObject([{ event: 'signer-refused' }]);
});

it('writes no error into the log of an ordinary login', async () => {
  const key = await makeStandingKey('bob');
  expect(await rig().login('bob', [await rig().makeKey(), key])).toMatchObject({ ok: true });
  expect(await takeTrail(rig())).toEqual([]);
  const log = rig().sshdLog.slice(
    rig().sshdLog.findLastIndex((line) => line.includes('Connection')),
  );
  expect(log.join('\n')).not.toMatch(/^error|AuthorizedKeysCommand.*failed/m);
});

it('takes the fingerprints of a server with FingerprintHash md5', async () => {
  await restartSshd({ config: ['FingerprintHash md5'] });
  const key = await makePushedKey(rig());
  expect(await rig().login('alice', await rig().makeKey())).toMatchObject({ ok: false });
  expect(await rig().login('alice', key)).toMatchObject({ ok: true });
  expect(rig().sshdLog.join('\n')).toMatch(/Accepted publickey for alice .* MD5:/);
  // The audit trail keeps to the one form that every other log has.
  expect(await takeTrail(rig())).toMatchObject([
    { event: 'key-accepted', fingerprint: key.fingerprint },
    { event: 'key-accepted', fingerprint: key.fingerprint },
  ]);
});

it('serves an AuthorizedKeysCommand without %f', async () => {
  await restartSshd({ commandArguments: '%u' });
  const keys = [await makePushedKey(rig()), await makePushedKey(rig())];
  for (const key of keys) expect(await rig().login('alice', key)).toMatchObject({ ok: true });
  expect(await rig().login('alice', await rig().makeKey())).toMatchObject({ ok: false });
});

it('says in the log that an AuthorizedKeysCommand has wrong arguments', async () => {
  await restartSshd({ commandArguments: '%u %f %k' });
  const key = await makePushedKey(rig());
  expect(await rig().login('alice', key)).toMatchObject({ ok: false });
  expect(await takeTrail(rig())).toMatchObject([{ event: 'usage', priority: 3 }]);
});

it('works beside a Match block and under the other name of the command', async () => {
  const command = '/opt/aws/bin/ec2-instance-connect authorized-keys %u %f';
  const block = ['Match User alice', `AuthorizedKeysCommand ${command}`];
  const user = 'AuthorizedKeysCommandUser ec2-instance-connect';
  await restartSshd({ config: [...block, user, 'Match all'] });
  const keys = { alice: await makePushedKey(rig()), bob: await makePushedKey(rig(), 'bob') };
  expect(await rig().login('alice', keys.alice)).toMatchObject({ ok: true });
  expect(rig().sshdLog.join('\n')).toContain(`found at ${command}`);
  expect(await rig().login('bob', keys.bob)).toMatchObject({ ok: true });
});

it('is not asked for users whom the machine does not have', async () => {
  const key = await makePushedKey(rig(), 'nobody-here');
  expect(await rig().login('nobody-here', key)).toMatchObject({ ok: false });
  expect((await rig().emulator.counters()).imds.requests).toBe(0);
});
