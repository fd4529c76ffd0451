import { beforeAll, describe, expect, it } from 'vitest';
import type { FaultAction, FaultRule } from '../emulator/faults.ts';
import { imdsCell, type RequestName } from '../faults/imds-cells.ts';
import { runImdsCell } from '../faults/run-cell.ts';
import { World } from '../faults/world.ts';
import { Launcher, LAUNCHER_PATH } from '../rig/launcher.ts';
import type { SshKey } from '../rig/ssh-key.ts';
import { runOrThrow } from '../rig/run.ts';
import {
  body,
  CHAIN,
  hang,
  ID,
  KEYS,
  MALFORMED,
  on,
  REGION,
  reset,
  STAPLE_NAMES,
  STAPLES,
  STATUSES,
  status,
  TOKEN,
  truncate,
  ZONE,
} from './imds-faults.ts';
import {
  ask,
  AUTHPRIV,
  authorizedKeys,
  ERROR,
  makePushedKey,
  takeTrail,
  useRig,
} from './login-rig.ts';

const rig = useRig();

/** Nothing printed, exit code 1 and one line in the log that names the fault. */
async function expectFault(key: SshKey, code: string): Promise<void> {
  const trail = [{ facility: AUTHPRIV, priority: ERROR, event: 'fault', user: 'alice', code }];
  const answer = await ask(rig(), 'alice', key.fingerprint);
  expect(answer).toMatchObject({ status: 1, stdout: '', stderr: '', trail });
}

/** The same of a login: it fails, and sshd says why in its own log. */
async function expectFailedLogin(key: SshKey, code: string): Promise<void> {
  expect(await rig().login('alice', key)).toMatchObject({ ok: false, stdout: '' });
  expect(await takeTrail(rig())).toMatchObject([{ event: 'fault', code }]);
  expect(rig().sshdLog.join('\n')).toMatch(/AuthorizedKeysCommand .*failed, status 1/);
}

async function requests(): Promise<number> {
  return (await rig().emulator.counters()).imds.requests;
}

it('is refused by both addresses of IMDS', async () => {
  const key = await rig().makeKey();
  await rig().stopEmulator();
  try {
    await expectFault(key, 'IMDS_UNREACHABLE');
    await expectFailedLogin(key, 'IMDS_UNREACHABLE');
  } finally {
    await rig().startEmulator();
  }
});

it.each(['unreachable', 'prohibit', 'blackhole'])(
  'finds no way to IMDS, as where an administrator made its route %s',
  async (type) => {
    const key = await makePushedKey(rig());
    await rig().setImdsAddress('ipv4', false);
    await rig().setImdsAddress('ipv6', false);
    const routes = [['-4', '169.254.169.254/32'] as const, ['-6', 'fd00:ec2::254/128'] as const];
    const change = (verb: string): Promise<unknown> =>
      Promise.all(
        routes.map(([family, address]) =>
          runOrThrow(rig().namespace.command(['ip', family, 'route', verb, type, address])),
        ),
      );
    await change('add');
    try {
      await expectFault(key, 'IMDS_UNREACHABLE');
    } finally {
      await change('delete');
    }
  },
);

it('talks to something at the address that does not speak HTTP', async () => {
  const key = await rig().makeKey();
  await rig().stopEmulator();
  const talker = `import socket
server = socket.create_server(('169.254.169.254', 80))
print('ready', flush=True)
while True:
    with server.accept()[0] as client:
        client.recv(65536)
        client.sendall(b'SSH-2.0-OpenSSH_9.9\\r\\n\\r\\n')`;
  const command = ['/usr/bin/python3', '-c', talker] as const;
  const service = await rig().namespace.startService(command, /^ready/);
  try {
    await expectFault(key, 'IMDS_MALFORMED');
  } finally {
    await service.stop();
    await rig().startEmulator();
  }
});

/** Cells of the matrix of `npm run faults`, the ones that differ most from each other. */
const CELLS: readonly (readonly [RequestName, ...(readonly string[])])[] = [
  ['token', 'hang', 'reset', 'HTTP/1.0', 'chunks cut off', 'two lengths', 'a byte too long'],
  ['keys', 'drip', 'reset in the body', 'chunked', 'length and chunks', '50 MB', 'another page'],
  ['keys', 'end in the body', '100 and 103', 'no length', 'endless headers', 'empty body'],
  ['chain', '404', 'bad chunk', 'a byte too long'],
  ['instance-id', '404', 'another type'],
  ['region', '404'],
  ['zone', 'a byte too long'],
  ['domain', '404'],
  ['staple list', '404', 'chunks cut off'],
  ['staples', 'hang', 'chunked', '50 MB', 'another page'],
];

describe('behind the launcher', () => {
  let world: World | undefined;
  beforeAll(async () => {
    await Launcher.install(rig());
    world = await World.of(rig(), LAUNCHER_PATH);
  });

  it.each(
    CELLS.flatMap(([request, ...behaviours]) => behaviours.map((name) => imdsCell(request, name))),
  )('a request for $request that meets "$behaviour" comes to $expected', async (cell) => {
    if (world === undefined) throw new Error('the launcher is not installed');
    const { outcome, problems } = await runImdsCell(world, cell);
    expect({ outcome, problems }).toEqual({ outcome: cell.expected[0], problems: [] });
  });
});

it('fails a login while IMDS hangs', async () => {
  const key = await makePushedKey(rig());
  await rig().emulator.setFaults([on('*', hang)]);
  await expectFailedLogin(key, 'IMDS_TIMEOUT');
});

it.each(STATUSES)(
  'meets a %s that answers %i with a fault, after %i requests',
  async (path, code, count) => {
    const key = await makePushedKey(rig());
    await rig().emulator.setFaults([on(path, status(code))]);
    await expectFault(key, 'IMDS_STATUS');
    expect(await requests()).toBe(count);
  },
);

it.each([TOKEN, KEYS])('follows no redirect from %s', async (path) => {
  const key = await makePushedKey(rig());
  await rig().emulator.resetCounters();
  const location = 'http://127.0.0.1:8500/latest/api/token';
  const action = { kind: 'answer', status: 302, body: '', location } as const;
  await rig().emulator.setFaults([on(path, action)]);
  await expectFault(key, 'IMDS_STATUS');
  expect(await rig().emulator.counters()).toMatchObject({
    imds: { requests: path === TOKEN ? 1 : 2 },
    api: { requests: 0 },
  });
});

it.each(MALFORMED)('meets a malformed %s with a fault: %j', async (path, text) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setFaults([on(path, body(text))]);
  await expectFault(key, 'IMDS_MALFORMED');
});

it.each<[string, FaultRule]>([
  ['a missing staple', on(STAPLES, status(404), 1)],
  ['an error in the place of a staple', on(STAPLES, status(500), 1)],
  ['a flood in the place of a staple', on(STAPLES, { kind: 'huge', bytes: 1e7 }, 1)],
  ['a list that leads elsewhere', on(STAPLE_NAMES, body('../../../instance-id'))],
  ['a list of names that are nowhere', on(STAPLE_NAMES, body('ABC.der\n\nsha256:ab\n'))],
])('refuses the signer over %s, where it mattered', async (_title, rule) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setFaults([rule]);
  const trail = [{ event: 'signer-refused', reason: 'staple-missing' }];
  const answer = await ask(rig(), 'alice', key.fingerprint);
  expect(answer).toMatchObject({ status: 1, stdout: '', trail });
});

it('meets a malformed zone with a fault where there is no region', async () => {
  const key = await makePushedKey(rig());
  await rig().emulator.setFaults([on(REGION, status(404)), on(ZONE, body('somewhere'))]);
  await expectFault(key, 'IMDS_MALFORMED');
});

it('gives up after five seconds over all, however quick each answer is', async () => {
  const key = await makePushedKey(rig());
  // Token and keys take 1.8 s each with their retry; the staples would come after 5.3 s.
  const late = on('*', { kind: 'delay', ms: 850 });
  const busy = [TOKEN, KEYS].map((path) => on(path, status(503), 1));
  await rig().emulator.setFaults([late, ...busy]);
  await expectFault(key, 'DEADLINE_EXCEEDED');
});

it.each<[string, FaultAction]>([
  [TOKEN, status(503)],
  [TOKEN, reset],
  [KEYS, status(503)],
  [KEYS, status(429)],
  [KEYS, truncate],
  [CHAIN, reset],
  [STAPLE_NAMES, status(429)],
  [STAPLES, reset],
  [ID, status(503)],
])('asks for %s once more after %j', async (path, action) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setFaults([on(path, action, 1)]);
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject({
    status: 0,
    stdout: authorizedKeys(key),
    trail: [{ event: 'key-accepted' }],
  });
});

it.each<[string, FaultAction]>([
  ['is slow', { kind: 'delay', ms: 200 }],
  ['closes the connection after each answer', { kind: 'close' }],
])('lets a key in where IMDS %s', async (_title, action) => {
  const key = await makePushedKey(rig());
  await rig().emulator.setFaults([on('*', action)]);
  expect(await rig().login('alice', key)).toMatchObject({ ok: true, stdout: 'alice\n' });
});
