import { renameSync, rmSync } from 'node:fs';
import { beforeAll, expect, it, vi } from 'vitest';
import type { Service } from '../rig/namespace.ts';
import { runOrThrow } from '../rig/run.ts';
import { authorizedKeys, makePushedKey, pushPastApi, useRig } from './login-rig.ts';

const rig = useRig();

/** A /dev of the rig's own, so that a socket in it cannot be seen outside. */
const PRIVATE_DEV = `set -e
mkdir /run/rig/dev
mount -t tmpfs -o mode=755 rig /run/rig/dev
for node in null zero full random urandom tty; do
  : > /run/rig/dev/$node
  mount --bind /dev/$node /run/rig/dev/$node
done
ln -s /proc/self/fd /run/rig/dev/fd
mount --rbind /run/rig/dev /dev`;

beforeAll(async () => {
  await runOrThrow(rig().namespace.command(['sh', '-c', PRIVATE_DEV]));
});

/** A syslog daemon's socket that prints what comes. */
const SYSLOG = `import os, socket
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind('/dev/log')
os.chmod('/dev/log', 0o666)
print('ready', flush=True)
while True:
    print(server.recv(65536).decode().rstrip(), flush=True)`;

/** A journal that has stopped: it listens, and one connection that nobody accepts fills its queue. */
const STOPPED = `import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind('/run/systemd/journal/stdout')
os.chmod('/run/systemd/journal/stdout', 0o666)
server.listen(0)
clients = []
try:
    while True:
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        client.connect('/run/systemd/journal/stdout')
        clients.append(client)
except BlockingIOError:
    print('ready', flush=True)
import time
while True:
    time.sleep(60)`;

/** Accepts every stream and reads nothing of it. */
const DEAF = `import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind('/run/systemd/journal/stdout')
os.chmod('/run/systemd/journal/stdout', 0o666)
server.listen(16)
print('ready', flush=True)
clients = []
while True:
    clients.append(server.accept())`;

/** Does something while services like these run inside and the journal's socket is not there. */
async function inPlaceOfJournal(
  scripts: readonly string[],
  work: (...services: readonly Service[]) => Promise<void>,
): Promise<void> {
  const here = rig().namespace.path('/run/systemd/journal/stdout');
  renameSync(here, `${here}.away`);
  const services: Service[] = [];
  try {
    for (const script of scripts) {
      const command = ['/usr/bin/python3', '-c', script] as const;
      services.push(await rig().namespace.startService(command, /^ready/));
    }
    await work(...services);
  } finally {
    await Promise.all(services.map((service) => service.stop()));
    rmSync(rig().namespace.path('/dev/log'), { force: true });
    rmSync(here, { force: true });
    renameSync(`${here}.away`, here);
  }
}

/** authpriv and info, as syslog(3) counts them; then whatever logger adds, and the line. */
const SYSLOG_LINE = /^<86>.* ec2-instance-connect(?:\[\d+\])?: (\{.*\})$/;

/** Waits for so many lines at a syslog socket and reads them. */
async function syslogEvents(service: Service | undefined, count: number): Promise<unknown[]> {
  const lines = (): readonly string[] =>
    service?.lines.filter((line) => line.startsWith('<')) ?? [];
  await vi.waitUntil(() => lines().length >= count, 10_000);
  return lines().map((line) => JSON.parse(SYSLOG_LINE.exec(line)?.[1] ?? 'null') as unknown);
}

it('goes to logger where there is no journal', async () => {
  const key = await makePushedKey(rig());
  await inPlaceOfJournal([SYSLOG], async (syslog) => {
    expect(await rig().login('alice', key)).toMatchObject({ ok: true });
    const line = { event: 'key-accepted', user: 'alice', fingerprint: key.fingerprint };
    expect(await syslogEvents(syslog, 2)).toMatchObject([line, line]);
  });
});

it('gives logger the longest lines in one piece', async () => {
  const key = await rig().makeKey();
  const long = { caller: 'c'.repeat(600), requestId: 'r'.repeat(600) };
  await pushPastApi(rig(), { publicKey: key.publicKey, ...long });
  await inPlaceOfJournal([SYSLOG], async (syslog) => {
    await rig().runHelper(['alice', key.fingerprint]);
    const [event] = (await syslogEvents(syslog, 1)) as readonly Readonly<Record<string, string>>[];
    expect(event?.['caller']).toHaveLength(512);
    expect(event?.['request']).toHaveLength(256);
  });
});

it.each([
  ['there is neither journal nor syslog', []],
  ['the journal has stopped', [STOPPED]],
  ['the journal reads nothing', [DEAF]],
])('lets a key in where %s', async (_title, scripts) => {
  const key = await makePushedKey(rig());
  await inPlaceOfJournal(scripts, async () => {
    expect(await rig().login('alice', key)).toMatchObject({ ok: true, stdout: 'alice\n' });
  });
});

it('goes to logger where the journal has stopped', async () => {
  const key = await makePushedKey(rig());
  await inPlaceOfJournal([STOPPED, SYSLOG], async (_journal, syslog) => {
    await rig().runHelper(['alice', key.fingerprint]);
    expect(await syslogEvents(syslog, 1)).toMatchObject([{ event: 'key-accepted' }]);
  });
});

it('lets a key in where there is no logger either', async () => {
  const key = await makePushedKey(rig());
  const mount = (...args: readonly string[]): Promise<string> =>
    runOrThrow(rig().namespace.command(['sh', '-c', `${args.join(' ')} /usr/bin/logger`]));
  await mount('mount', '--bind', '/dev/null');
  try {
    await inPlaceOfJournal([], async () => {
      const result = await rig().runHelper(['alice', key.fingerprint]);
      expect(result).toMatchObject({ status: 0, stdout: authorizedKeys(key), stderr: '' });
    });
  } finally {
    await mount('umount');
  }
});
