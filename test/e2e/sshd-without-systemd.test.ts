import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { command, testRoot } from '../roots/machine.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const NETNS = `sshd-e2e-${process.pid}`;

beforeAll(async () => {
  await command(['ip', 'netns', 'add', NETNS]);
  await command(['ip', '-n', NETNS, 'link', 'set', 'lo', 'up']);
});

afterAll(async () => {
  await command(['ip', 'netns', 'delete', NETNS]);
});

it.each(['bullseye', 'trixie'] as const)(
  '%s without systemd is wired in an image, in a container and in its main file',
  async (root) => {
    const into = '"$1/usr/lib/ec2-instance-connect"';
    const script = `mkdir ${into} && cp dist/ec2-instance-connect ${into}/ &&
      cp test/e2e/sshd-without-systemd.sh "$1/root/test.sh" && exec env -u TMPDIR chroot "$1" /root/test.sh`;
    const inNetwork = [
      'ip',
      'netns',
      'exec',
      NETNS,
      'sh',
      '-c',
      `cd "$0" && exec "$@"`,
      REPOSITORY,
    ];
    const throwaway = ['test/roots/throwaway.sh', '--merged', await testRoot(root)];
    const result = await command([...inNetwork, ...throwaway, 'sh', '-c', script, 'sh']);
    expect(result.stdout + result.stderr).not.toContain('surprise');
    expect(result.status, result.stdout + result.stderr).toBe(0);
  },
);
