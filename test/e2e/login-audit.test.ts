import { expect, it } from 'vitest';
import type { SshKey } from '../rig/ssh-key.ts';
import { ask, authorizedKeys, makePushedKey, pushPastApi, useRig } from './login-rig.ts';

const rig = useRig();

/** Makes a key and has the service say this of it. */
async function pushWith(caller: string, copies = 1): Promise<SshKey> {
  const key = await rig().makeKey();
  await pushPastApi(rig(), { publicKey: key.publicKey, caller }, copies);
  return key;
}

const HOSTILE = '\u001b[31mred\u0007\u0000\u007f\u0085\u2028\u202egnp.exe "}{"level":"x" ';

it('escapes and bounds what the service says of a key', async () => {
  const key = await rig().makeKey();
  await pushPastApi(rig(), {
    publicKey: `${key.publicKey} ${HOSTILE}`,
    caller: HOSTILE + 'c'.repeat(5000),
    requestId: HOSTILE + 'r'.repeat(5000),
  });
  const { stdout, trail } = await ask(rig(), 'alice', key.fingerprint);
  expect(stdout).toBe(authorizedKeys(key));
  expect(trail).toMatchObject([{ event: 'key-accepted', level: 'info', user: 'alice' }]);
  const [{ caller, request } = {}] = trail as readonly Readonly<Record<string, string>>[];
  for (const [text, limit] of [[caller, 512] as const, [request, 256] as const]) {
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    expect(text).toContain('\\u{1b}[31mred\\u{7}\\u{0}\\u{7f}');
    expect(text).toHaveLength(limit);
  }
});

it('writes a line of printable ASCII for each event, whatever is in it', async () => {
  const key = await pushWith(HOSTILE);
  await rig().runHelper(['alice', key.fingerprint]);
  await rig().runHelper(['alice', `SHA256:${HOSTILE.replace('\0', '')}\n<0>forged`]);
  const messages = (await rig().audit()).map(({ message }) => message);
  expect(messages).toHaveLength(2);
  for (const message of messages) expect(message).toMatch(/^\{[\x20-\x7e]*\}$/);
});

it('accepts fields that it does not know, and keeps them out of the log', async () => {
  const caller = 'arn:aws:iam::123456789012:user/dora\n#Anything=else\n#Role=root';
  const key = await pushWith(caller);
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject({
    stdout: authorizedKeys(key),
    trail: [{ event: 'key-accepted', caller: 'arn:aws:iam::123456789012:user/dora' }],
  });
  expect(JSON.stringify(await ask(rig(), 'alice'))).not.toContain('Role');
});

it.each([
  ['field-duplicated', 'x\n#Timestamp=9999999999'],
  ['field-duplicated', 'x\n#Instance=i-0123456789abcdef0'],
  ['entry-malformed', 'x\n#two words=x'],
  ['entry-malformed', 'x\n#'],
  ['entry-malformed', 'x\r'],
])('refuses a signed entry as %s: %j', async (reason, caller) => {
  const key = await pushWith(caller);
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject({
    status: 0,
    stdout: '',
    trail: [{ event: 'key-refused', reason }],
  });
});

it('refuses a signed entry with more fields than any entry needs', async () => {
  const key = await pushWith('x\n#A=b'.repeat(64));
  const trail = [{ event: 'key-refused', reason: 'entry-malformed' }];
  expect(await ask(rig(), 'alice', key.fingerprint)).toMatchObject({ stdout: '', trail });
});

it('writes down the first twenty of many refusals and how many more there were', async () => {
  const key = await makePushedKey(rig());
  await pushWith('x\n#two words=x', 50);
  const { status, stdout, trail } = await ask(rig(), 'alice', key.fingerprint);
  expect({ status, stdout }).toEqual({ status: 0, stdout: authorizedKeys(key) });
  expect(trail.filter(({ event }) => event === 'key-refused')).toHaveLength(20);
  expect(trail).toContainEqual(expect.objectContaining({ event: 'keys-refused-more', count: 30 }));
  expect(trail).toContainEqual(expect.objectContaining({ event: 'key-accepted' }));
});
