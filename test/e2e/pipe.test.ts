/** What does not fit into a pipe, read as OpenSSH 7.2p2 and plain 7.4p1 read it. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { HELPERS_DIRECTORY } from '../../src/helpers/names.ts';
import { Launcher, LAUNCHER_PATH } from '../rig/launcher.ts';
import { run, type Command } from '../rig/run.ts';
import { keyBlob, keyLine, wireInteger } from '../support/ssh-keys.ts';
import { makePushedKey, useRig } from './login-rig.ts';

const rig = useRig();

beforeAll(async () => {
  await Launcher.install(rig());
});

/**
 * user_key_command_allowed2 of those releases: the pipe is read line by line up to the first that matches, then the child
 * is waited for, and only then is the pipe closed.
 */
const READER = `pipe(IN, OUT) or die; my $child = fork;
if (!$child) { close IN; open(STDOUT, '>&', \\*OUT) or die; close OUT; exec @ARGV }
close OUT; my $line = <IN>;
$SIG{ALRM} = sub { kill 9, $child; print "hangs\\n"; exit };
alarm 10; waitpid($child, 0); print 'status ', $? >> 8, ', ', substr($line, 0, 7), "\\n"`;

function read(path: string): Promise<{ readonly stdout: string }> {
  const helper = rig().helperCommand(['alice'], undefined, path);
  const perl: Command = ['perl', '-e', READER, '--', ...helper];
  return run(rig().namespace.command(perl));
}

it('three hundred RSA-4096 keys, of which the first one matches', async () => {
  for (let count = 0; count < 300; count += 50) {
    const keys = Array.from({ length: 50 }, () => {
      const modulus = randomBytes(512);
      modulus[0] = 0xff;
      return keyLine(keyBlob('ssh-rsa', wireInteger(Buffer.of(1, 0, 1)), wireInteger(modulus)));
    });
    const instanceId = rig().account.instanceId;
    await rig().emulator.pushKeys(
      keys.map((publicKey) => ({ instanceId, osUser: 'alice', publicKey })),
    );
  }
  expect((await read(LAUNCHER_PATH)).stdout).toBe('status 0, ssh-rsa\n');
});

it.each([
  ['110 KB', [110_000]],
  ['900 KB', [450_000, 450_000]],
])('helpers that print %s', async (_, sizes) => {
  await makePushedKey(rig());
  mkdirSync(rig().namespace.path(HELPERS_DIRECTORY), { recursive: true });
  const files = sizes.map((size, index) => {
    const file = rig().namespace.path(`${HELPERS_DIRECTORY}/${index}`);
    const script = `yes "ssh-ed25519 $(printf %0986d 0)" | head -c ${size}`;
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  });
  try {
    expect((await read(LAUNCHER_PATH)).stdout).toBe('status 0, ssh-ed2\n');
  } finally {
    for (const file of files) rmSync(file);
  }
});
