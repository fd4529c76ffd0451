import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Material } from '../emulator/material.ts';
import { run, type CommandResult } from '../rig/run.ts';
import type { SshKey } from '../rig/ssh-key.ts';
import { PROGRAM_PATH } from '../rig/sshd.ts';
import {
  ask,
  authorizedKeys,
  makePushedKey,
  readMetadata,
  takeTrail,
  useRig,
} from './login-rig.ts';

const rig = useRig();

const CAPTURED = '/run/rig/captured';

function runProgram(...args: readonly string[]): Promise<CommandResult> {
  return run(rig().namespace.command([PROGRAM_PATH, ...args]));
}

/** Saves what IMDS serves for alice, as a person would for a report. */
async function capture(): Promise<void> {
  const folder = rig().namespace.path(CAPTURED);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/staples`, { recursive: true });
  const documents = { keys: 'active-keys/alice/', chain: 'signer-cert/' };
  for (const [name, path] of Object.entries(documents)) {
    writeFileSync(`${folder}/${name}`, await readMetadata(rig(), `managed-ssh-keys/${path}`));
  }
  const base = 'managed-ssh-keys/signer-ocsp/';
  const names = (await readMetadata(rig(), base)).split('\n').filter(Boolean);
  for (const [index, name] of names.entries()) {
    writeFileSync(`${folder}/staples/${index}.b64`, await readMetadata(rig(), base + name));
  }
}

/** The command line that judges what was captured; `changes` replace options. */
function verifyArguments(changes: Readonly<Record<string, string>> = {}): readonly string[] {
  const options = {
    '--keys': `${CAPTURED}/keys`,
    '--signer-cert': `${CAPTURED}/chain`,
    '--signer-ocsp': `${CAPTURED}/staples`,
    '--instance-id': rig().account.instanceId,
    '--signer-name': 'managed-ssh-signer.us-east-1.amazonaws.com',
    '--trust-anchors': '/run/rig/root.pem',
    ...changes,
  };
  return ['verify-keys', ...Object.entries(options).flat()];
}

const MATERIALS: readonly Partial<Material>[] = [
  {},
  { chain: 'leaf-and-intermediate' },
  { chain: 'other-name' },
  { chain: 'garbage' },
  { staples: 'delegated' },
  { staples: 'none' },
  { staples: 'expired' },
  { staples: 'revoked' },
  { staples: 'garbage' },
  { signature: 'wrapped' },
  { signature: 'short-salt' },
  { expiryOffset: -60 },
];

it.each(MATERIALS)(
  'verify-keys says of captured material what a login says: %j',
  async (material) => {
    const key = await makePushedKey(rig());
    await rig().emulator.setMaterial(material);
    const login = await ask(rig(), 'alice', key.fingerprint);
    const reason = login.trail[0]?.['reason'] as string | undefined;
    await capture();
    const offline = await runProgram(...verifyArguments({ '--fingerprint': key.fingerprint }));
    expect(offline).toMatchObject({ stdout: login.stdout, status: reason === undefined ? 0 : 1 });
    if (reason === undefined) expect(offline.stderr).toBe('');
    else expect(offline.stderr).toContain(reason);
  },
);

it('verify-keys judges as of another time and for another instance', async () => {
  const key = await makePushedKey(rig());
  await capture();
  const later = String(Math.floor(Date.now() / 1000) + 120);
  const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ '--at': later }, 'expired'],
    [{ '--instance-id': rig().account.otherInstanceId }, 'instance-mismatch'],
    [{ '--signer-name': 'managed-ssh-signer.us-west-2.amazonaws.com' }, 'name-mismatch'],
    [{ '--trust-anchors': '/etc/ssl/certs/ca-certificates.crt' }, ''],
  ];
  for (const [changes, reason] of cases) {
    const { status, stdout, stderr } = await runProgram(...verifyArguments(changes));
    expect({ status, stdout }).toEqual(
      reason === '' ? { status: 0, stdout: authorizedKeys(key) } : { status: 1, stdout: '' },
    );
    expect(stderr).toContain(reason);
  }
});

it('verify-keys --json prints every verdict', async () => {
  const keys: SshKey[] = [await makePushedKey(rig()), await makePushedKey(rig())];
  await capture();
  const [, good] = keys;
  const only = verifyArguments({ '--fingerprint': good?.fingerprint ?? '' });
  const { status, stdout } = await runProgram(...only, '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    signer: { verdict: 'verified', name: 'managed-ssh-signer.us-east-1.amazonaws.com' },
    keys: [
      { entry: 1, verdict: 'refused', reason: 'fingerprint-mismatch' },
      { entry: 2, verdict: 'accepted', fingerprint: good?.fingerprint },
    ],
  });
});

it('exits with 2 for bad usage and names what is wrong', async () => {
  const missing = '/run/rig/no-such-file';
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], 'expected a command'],
    [['verify-keys'], 'keys'],
    [verifyArguments({ '--keys': missing }), missing],
    [verifyArguments({ '--signer-ocsp': missing }), missing],
    [verifyArguments({ '--fingerprint': 'abc' }), 'abc'],
    [verifyArguments({ '--at': 'noon' }), 'noon'],
    [['--no-such-option'], 'no-such-option'],
    [['no-such-command'], 'no-such-command'],
    [['authorized-keys', 'alice', '--no-such-option'], 'no-such-option'],
  ];
  for (const [args, words] of cases) {
    const { status, stdout, stderr } = await runProgram(...args);
    expect([args, status, stdout]).toEqual([args, 2, '']);
    expect(stderr).toContain(words);
  }
});

const nothing = (): void => undefined;

it.each<[string, number, readonly RegExp[], () => unknown]>([
  ['an accepted key', 0, [/this is i-0/, /IMDS holds 1/, /3 staples/, /key-accepted/], nothing],
  [
    'a refused signer',
    1,
    [/signer-refused.*certificate-revoked/],
    () => rig().emulator.setMaterial({ staples: 'revoked' }),
  ],
  ['no pushed key', 0, [/no key was pushed/], () => rig().emulator.setClockOffset(61)],
  [
    'no instance',
    0,
    [/not an EC2 instance/],
    () => {
      rig().setFirmware({});
    },
  ],
  [
    'another machine',
    1,
    [/fault.*IMDS_FOREIGN_INSTANCE/],
    () => {
      rig().setFirmware({ assetTag: 'i-01234567' });
    },
  ],
])('--explain tells a person of %s and decides as a login does', async (...theCase) => {
  const [, status, steps, arrange] = theCase;
  const key = await makePushedKey(rig());
  await arrange();
  const login = await ask(rig(), 'alice', key.fingerprint);
  const args = ['authorized-keys', '--explain', 'alice', key.fingerprint];
  const told = await rig().runHelper(args, { path: PROGRAM_PATH });
  expect(told).toMatchObject({ status, stdout: login.stdout });
  expect(await takeTrail(rig())).toMatchObject(login.trail);
  expect(login).toMatchObject({ status, stderr: '' });
  for (const step of steps) expect(told.stderr).toMatch(step);
});

it('prints its version and its help, and nothing on standard error', async () => {
  expect(await runProgram('--version')).toMatchObject({ status: 0, stdout: '3.0.0\n', stderr: '' });
  for (const args of [['--help'], ['verify-keys', '--help'], ['authorized-keys', '--help']]) {
    const { status, stdout, stderr } = await runProgram(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('ec2-instance-connect');
  }
});
