/** What may stand in the place of the journal and of syslog, in a rig. */
import { renameSync, rmSync } from 'node:fs';
import type { Service } from './namespace.ts';
import type { Rig } from './rig.ts';
import { runOrThrow } from './run.ts';

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

const LISTEN = `import os, socket, time
server = socket.socket(socket.AF_UNIX)
server.bind('/run/systemd/journal/stdout')
os.chmod('/run/systemd/journal/stdout', 0o666)
`;

/** Python programs that print `ready` when they listen. */
export const STAND_INS: Readonly<Record<'syslog' | 'stopped' | 'deaf' | 'full', string>> = {
  /** A syslog daemon's socket that prints what comes. */
  syslog: `import os, socket
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind('/dev/log')
os.chmod('/dev/log', 0o666)
print('ready', flush=True)
while True:
    print(server.recv(65536).decode().rstrip(), flush=True)`,
  /** A journal that has stopped: it listens, and one connection that nobody accepts fills its queue. */
  stopped: `${LISTEN}server.listen(0)
clients = []
try:
    while True:
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        client.connect('/run/systemd/journal/stdout')
        clients.append(client)
except BlockingIOError:
    print('ready', flush=True)
while True:
    time.sleep(60)`,
  /** Accepts every stream and reads nothing of it. */
  deaf: `${LISTEN}server.listen(16)
print('ready', flush=True)
clients = []
while True:
    clients.append(server.accept())`,
  /** Accepts every stream and ends it, as one does that has no room left. */
  full: `${LISTEN}server.listen(16)
print('ready', flush=True)
while True:
    server.accept()[0].close()`,
};

/** Gives the rig a /dev of its own; without it `logger` would speak to the machine's syslog. Once for each rig. */
export async function makePrivateDev({ namespace }: Rig): Promise<void> {
  await runOrThrow(namespace.command(['sh', '-c', PRIVATE_DEV]));
}

/**
 * Takes the journal's socket away and starts these programs.
 * @returns what they are, and what puts the journal back
 */
export async function replaceJournal(
  { namespace }: Rig,
  scripts: readonly string[],
): Promise<{ readonly services: readonly Service[]; readonly restore: () => Promise<void> }> {
  const here = namespace.path('/run/systemd/journal/stdout');
  renameSync(here, `${here}.away`);
  const services: Service[] = [];
  const restore = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.stop()));
    rmSync(namespace.path('/dev/log'), { force: true });
    rmSync(here, { force: true });
    renameSync(`${here}.away`, here);
  };
  try {
    for (const script of scripts) {
      services.push(await namespace.startService(['/usr/bin/python3', '-c', script], /^ready/));
    }
  } catch (error) {
    await restore();
    throw error;
  }
  return { services, restore };
}
