import { beforeAll, expect, it, vi } from 'vitest';
import { makePrivateDev, replaceJournal, STAND_INS } from '../rig/journal-stand-ins.ts';
import type { Service } from '../rig/namespace.ts';
import { runOrThrow } from '../rig/run.ts';
import { authorizedKeys, makePushedKey, pushPastApi, useRig } from './login-rig.ts';

const rig = useRig();

beforeAll(() => makePrivateDev(rig()));

/** Does something while services like these run inside and the journal's socket is not there. */
async function inPlaceOfJournal(
  scripts: readonly string[],
  work: (...services: readonly Service[]) => Promise<void>,
): Promise<void> {
  const { services, restore } = await replaceJournal(rig(), scripts);
  try {
    await work(...services);
  } finally {
    await restore();
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
  await inPlaceOfJournal([STAND_INS.syslog], async (syslog) => {
    expect(await rig().login('alice', key)).toMatchObject({ ok: true });
    const line = { event: 'key-accepted', user: 'alice', fingerprint: key.fingerprint };
    expect(await syslogEvents(syslog, 2)).toMatchObject([line, line]);
  });
});

it('gives logger the longest lines in one piece', async () => {
  const key = await rig().makeKey();
  const long = { caller: 'c'.repeat(600), requestId: 'r'.repeat(600) };
  await pushPastApi(rig(), { publicKey: key.publicKey, ...long });
  await inPlaceOfJournal([STAND_INS.syslog], async (syslog) => {
    await rig().runHelper(['alice', key.fingerprint]);
    const [event] = (await syslogEvents(syslog, 1)) as readonly Readonly<Record<string, string>>[];
    expect(event?.['caller']).toHaveLength(512);
    expect(event?.['request']).toHaveLength(256);
  });
});

it.each([
  ['there is neither journal nor syslog', []],
  ['the journal has stopped', [STAND_INS.stopped]],
  ['the journal reads nothing', [STAND_INS.deaf]],
])('lets a key in where %s', async (_title, scripts) => {
  const key = await makePushedKey(rig());
  await inPlaceOfJournal(scripts, async () => {
    expect(await rig().login('alice', key)).toMatchObject({ ok: true, stdout: 'alice\n' });
  });
});

it('goes to logger where the journal has stopped', async () => {
  const key = await makePushedKey(rig());
  await inPlaceOfJournal([STAND_INS.stopped, STAND_INS.syslog], async (_journal, syslog) => {
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
