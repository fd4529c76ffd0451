/** The same situations, put to the program alone and to the launcher before it: sshd and the log see no difference. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { HELPERS_DIRECTORY } from '../../src/helpers/names.ts';
import { DEBUG_SWITCH, debugSwitchText } from '../../src/host/debug-switch.ts';
import type { FaultRule } from '../emulator/faults.ts';
import type { Material } from '../emulator/material.ts';
import { Launcher, LAUNCHER_PATH } from '../rig/launcher.ts';
import { HELPER_PATH } from '../rig/sshd.ts';
import { FLOODS_AND_SILENCE, KEYS, MALFORMED, on, STATUSES, status, TOKEN } from './imds-faults.ts';
import { makePushedKey, takeTrail, useRig } from './login-rig.ts';

const ASSET_TAG = '/sys/devices/virtual/dmi/id/board_asset_tag';

const rig = useRig({ users: ['alice', 'bob', 'a.b@corp', 'host$'] });

beforeAll(async () => {
  await Launcher.install(rig());
});

afterEach(() => {
  rmSync(rig().namespace.path(HELPERS_DIRECTORY), { recursive: true, force: true });
  rmSync(rig().namespace.path(ASSET_TAG), { force: true });
});

/** What sshd and the log get of a run; the message may hold the time. */
async function see(path: string, args: readonly string[], faults: readonly FaultRule[]) {
  if (faults.length > 0) await rig().emulator.setFaults(faults);
  await takeTrail(rig());
  const { status: code, signal, stdout, stderr } = await rig().runHelper(args, { path });
  const trail = (await takeTrail(rig())).map((line) => ({ ...line, message: undefined }));
  return { code, signal, stdout, stderr, trail };
}

/**
 * The program gives a request one second: on a busy machine one of the two may meet a fault that the other does not, and
 * then both are asked again.
 */
async function expectAgreement(
  args: readonly string[],
  faults: readonly FaultRule[] = [],
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const alone = await see(HELPER_PATH, args, faults);
    const behind = await see(LAUNCHER_PATH, args, faults);
    if (tries < 5 && !isDeepStrictEqual(behind, alone)) continue;
    expect([args, faults, behind]).toEqual([args, faults, alone]);
    return;
  }
}

const STRANGER = `SHA256:${'A'.repeat(43)}`;

it('of every kind of call', async () => {
  const key = await makePushedKey(rig());
  await makePushedKey(rig(), 'a.b@corp');
  const users = ['alice', 'bob', 'root', 'a.b@corp', 'host$', '007', '_', '-x', '--help'];
  const odd = ['', '../bob', '.', '..', 'a/b', 'a b', 'a%2fb', 'ünï', `a${'b'.repeat(32)}`];
  const fingerprints = [[], [key.fingerprint], [STRANGER], [`MD5${':0f'.repeat(16)}`]];
  const wrong = [['SHA256:short'], ['SHA1:abc'], [''], [`${STRANGER}\r`], [STRANGER, 'b']];
  await expectAgreement([]);
  for (const user of [...users, ...odd]) await expectAgreement([user, key.fingerprint]);
  for (const rest of [...fingerprints, ...wrong]) await expectAgreement(['alice', ...rest]);
}, 240_000);

it.each<Partial<Material>>([
  {},
  { chain: 'other-name' },
  { chain: 'garbage' },
  { staples: 'none' },
  { staples: 'revoked' },
  { signature: 'short-salt' },
  { expiryOffset: -60 },
])('of a pushed key with %j', async (material) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setMaterial(material);
  await expectAgreement(['alice', key.fingerprint]);
  await expectAgreement(['alice', STRANGER]);
});

it('of a machine that is no instance, another one, or may not be asked', async () => {
  const key = await makePushedKey(rig());
  const firmwares = [
    {},
    { assetTag: 'Default string', hypervisorUuid: '0000' },
    { assetTag: 'i-01234567' },
    { assetTag: ` ${rig().account.instanceId}` },
    { hypervisorUuid: 'ec2e1916-9099-7caf-fd21-012345abcdef' },
  ];
  for (const firmware of firmwares) {
    rig().setFirmware(firmware);
    for (const user of ['alice', 'bob']) await expectAgreement([user, key.fingerprint]);
  }
  rig().setFirmware({ assetTag: rig().account.instanceId });
  chmodSync(rig().namespace.path(ASSET_TAG), 0o400);
  await expectAgreement(['bob']);
});

it('of helpers', async () => {
  await makePushedKey(rig());
  const folder = rig().namespace.path(HELPERS_DIRECTORY);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/own`, `#!/bin/sh\necho "ssh-ed25519 AAAA $1"\n`);
  chmodSync(`${folder}/own`, 0o755);
  for (const user of ['alice', 'bob', 'a b']) await expectAgreement([user]);
  rmSync(`${folder}/own`);
  chmodSync(folder, 0o700);
  await expectAgreement(['bob']);
});

it('of a service that does what it should not', async () => {
  const { fingerprint } = await makePushedKey(rig());
  const rules = [
    ...FLOODS_AND_SILENCE.map(([, , rule]) => rule),
    ...STATUSES.map(([of, code]) => on(of, status(code))),
    ...MALFORMED.map(([of, body]) => on(of, { kind: 'answer', status: 200, body })),
  ];
  for (const rule of rules) await expectAgreement(['alice', fingerprint], [rule]);
}, 240_000);

it('of a service in trouble where nobody has pushed a key', async () => {
  const rules = [
    on(TOKEN, status(403)),
    on(TOKEN, status(503), 1),
    on(KEYS, status(429), 1),
    on(KEYS, status(500)),
    on('*', { kind: 'delay', ms: 100 }),
    on('*', { kind: 'close' }),
    on('*', { kind: 'reset' }, 1),
    on(TOKEN, { kind: 'drip', bytes: 8, ms: 5 }),
    on(KEYS, { kind: 'drip', bytes: 64, ms: 1 }),
  ];
  for (const rule of rules) await expectAgreement(['bob'], [rule]);
  await rig().stopEmulator();
  try {
    await expectAgreement(['bob']);
  } finally {
    await rig().startEmulator();
  }
}, 240_000);

it('but for one line more for each question, while the debug switch is on', async () => {
  const path = rig().namespace.path(DEBUG_SWITCH);
  const now = Math.floor(Date.now() / 1000);
  mkdirSync(dirname(path), { recursive: true });
  chmodSync(dirname(path), 0o755);
  for (const [until, trail] of [
    [now + 3600, [{ event: 'question', user: 'alice', offered: STRANGER, answer: 'no-key' }]],
    [now - 1, []],
  ] as const) {
    writeFileSync(path, debugSwitchText(until));
    chmodSync(path, 0o644);
    for (const program of [LAUNCHER_PATH, HELPER_PATH]) {
      const seen = await see(program, ['alice', STRANGER], []);
      expect(seen).toMatchObject({ code: 0, stdout: '', trail });
      expect(seen.trail).toHaveLength(trail.length);
    }
  }
  rmSync(dirname(path), { recursive: true });
});
