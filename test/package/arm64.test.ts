import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { authorizedKeys, makePushedKey, startRig, takeTrail } from '../e2e/login-rig.ts';
import type { Rig } from '../rig/rig.ts';
import type { CommandResult } from '../rig/run.ts';
import { BareRoot } from './bare-root.ts';
import { discard, unpack } from './packages.ts';

const EMULATE = join(import.meta.dirname, 'emulate-arm64.sh');

let tree: string;
let rig: Rig;
let root: BareRoot;

beforeAll(async () => {
  tree = unpack('deb', 'arm64');
  rig = await startRig();
  root = await BareRoot.make(rig, tree, 'arm64');
});
afterAll(async () => {
  await rig.stop();
  discard(tree);
});

it('does the whole main job on arm64, alone in its root', async () => {
  const key = await makePushedKey(rig);
  await takeTrail(rig);
  const answer = await root.call(['alice', key.fingerprint], { before: [EMULATE] });
  expect(answer).toMatchObject({ status: 0, stderr: '', stdout: authorizedKeys(key) });
  expect(await takeTrail(rig)).toMatchObject([{ event: 'key-accepted', user: 'alice' }]);
}, 120_000);

it('finds out without Node that nobody has pushed a key, on arm64', async () => {
  await root.withoutProgram(async () => {
    const answer = (): Promise<CommandResult> => root.call(['bob'], { before: [EMULATE] });
    // Under emulation the launcher may not be done within its time.
    await vi.waitFor(async () => {
      expect(await answer()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    }, 60_000);
    await makePushedKey(rig, 'bob');
    expect(await answer()).toMatchObject({ status: 127, stdout: '' });
  });
}, 120_000);

it('answers --version to a person', async () => {
  const options = { before: [EMULATE], command: '/usr/bin/ec2-instance-connect' };
  expect(await root.call(['--version'], options)).toMatchObject({ status: 0, stdout: '3.0.0\n' });
}, 120_000);
