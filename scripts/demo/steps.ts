import { setTimeout as sleep } from 'node:timers/promises';
import { INSTANCE_NAME } from '../../test/rig/account.ts';
import type { LoginResult, Rig } from '../../test/rig/rig.ts';
import { run } from '../../test/rig/run.ts';
import type { SshKey } from '../../test/rig/ssh-key.ts';
import { HELPER_PATH, PROGRAM_PATH } from '../../test/rig/sshd.ts';
import { ALLOWED, DENIED } from './policy.ts';
import type { Screen } from './screen.ts';
import { counted } from '../../src/verify-install/phrases.ts';

/** What the steps share. */
export interface Demo {
  readonly rig: Rig;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** A pushed key and when it was, Unix milliseconds. */
interface Pushed {
  readonly key: SshKey;
  readonly at: number;
}

/** How long the service lets a key live, in milliseconds. */
const KEY_LIFE = 60_000;

/** All steps in order; those behind a failed one still say what they find. */
export async function runSteps(demo: Demo): Promise<SshKey> {
  demo.signal.throwIfAborted();
  await showMachine(demo);
  const key = await makeKey(demo);
  const pushed = await pushAndLogIn(demo, key);
  await showTrails(demo);
  await tryOtherUser(demo, key);
  await tryOtherInstance(demo);
  await outliveKey(demo, pushed);
  return key;
}

async function showMachine({ rig, screen }: Demo): Promise<void> {
  screen.step('A machine of its own');
  const read = async (...command: [string, ...string[]]): Promise<string> => {
    const { stdout, stderr } = await run(rig.namespace.command(command));
    return (stdout || stderr).trim();
  };
  const tag = await read('cat', '/sys/devices/virtual/dmi/id/board_asset_tag');
  const routes = await read('ip', 'route', 'show');
  const version = await read(PROGRAM_PATH, '--version');
  screen.fields({
    firmware: `says that this is instance ${tag}`,
    metadata: '169.254.169.254 and fd00:ec2::254 belong to the emulator',
    'CA store': "the machine's roots and the emulator's",
    OpenSSH: await read('ssh', '-V'),
    program: `ec2-instance-connect ${version}`,
    sshd: `AuthorizedKeysCommand ${HELPER_PATH} %u %f`,
    network: routes === '' ? 'no route out' : routes,
  });
  screen.check(tag === rig.account.instanceId, 'the firmware names the instance', tag);
  screen.check(routes === '', 'its network has no route out', routes);
}

async function makeKey({ rig, screen, signal }: Demo): Promise<SshKey> {
  screen.step('A new key that was not pushed is refused');
  const key = await rig.makeKey();
  screen.fields({ key: `ED25519 ${key.fingerprint}` });
  const login = await logIn({ rig, screen, signal }, ALLOWED, key);
  screen.check(isRefused(login), 'sshd refuses it', login.stderr);
  const lines = await rig.audit();
  screen.check(lines.length === 0, 'the program logs nothing, as no key was pushed');
  return key;
}

async function pushAndLogIn({ rig, screen, signal }: Demo, key: SshKey): Promise<Pushed> {
  screen.step('After a push with the AWS SDK, the same key logs in');
  const at = Date.now();
  const requestId = await rig.pushKey(ALLOWED, key);
  screen.fields({ SendSSHPublicKey: `${ALLOWED} on ${rig.account.instanceId}`, answer: requestId });
  const login = await logIn({ rig, screen, signal }, ALLOWED, key);
  screen.note(login.stdout.trim());
  screen.check(login.ok && login.stdout.includes(ALLOWED), 'logged in', login.stderr);
  return { key, at };
}

async function showTrails({ rig, screen }: Demo): Promise<void> {
  screen.step('Both logs name the caller');
  const accepted = (await auditRecords(rig)).filter(({ event }) => event === 'key-accepted');
  const [audit = {}] = accepted;
  const names = ['message', 'user', 'fingerprint', 'caller', 'request', 'expiry'];
  const times = `${counted(accepted.length, 'time')}, once for each question of sshd`;
  screen.note(`on the instance, in the journal (authpriv.info ec2-instance-connect), ${times}:`);
  screen.fields(Object.fromEntries(names.map((name) => [name, textOf(audit[name])])));
  screen.check(accepted.length > 0, 'the accepted key is on record');
  const record = trailRecord(rig, 'SendSSHPublicKey');
  screen.note('in the account, in CloudTrail:');
  screen.fields(record.fields);
  screen.check(
    record.requestId !== '' && record.requestId === audit['request'],
    'the request id is the same on both sides',
  );
}

async function tryOtherUser({ rig, screen, signal }: Demo, key: SshKey): Promise<void> {
  screen.step(`IAM refuses a push for another OS user, ${DENIED}`);
  const error = await failureOf(rig.pushKey(DENIED, key));
  screen.note(error?.message ?? 'the API accepted the key');
  const name = 'AccessDeniedException';
  screen.check(error?.name === name, `the API answers ${name}`, error?.name);
  const { errorCode } = trailRecord(rig, 'SendSSHPublicKey');
  screen.check(errorCode === 'AccessDenied', 'CloudTrail has AccessDenied', errorCode);
  const login = await logIn({ rig, screen, signal }, DENIED, key);
  screen.check(isRefused(login), 'sshd refuses the key for that user', login.stderr);
}

async function tryOtherInstance({ rig, screen, signal }: Demo): Promise<void> {
  screen.step('A key for another instance is refused, even if IMDS serves it');
  const key = await rig.makeKey();
  const { otherInstanceId: instanceId } = rig.account;
  await rig.pushKey(ALLOWED, key, { instanceId });
  screen.note(
    `A new key, pushed for ${instanceId}; the metadata service is made to serve it here.`,
  );
  await rig.emulator.setMaterial({ keysOf: instanceId });
  const login = await logIn({ rig, screen, signal }, ALLOWED, key);
  await rig.emulator.setMaterial({});
  screen.check(isRefused(login), 'sshd refuses it', login.stderr);
  await checkReason({ rig, screen }, 'instance-mismatch');
}

async function outliveKey(demo: Demo, { key, at }: Pushed): Promise<void> {
  const { rig, screen } = demo;
  screen.step('After its 60 seconds the same key is refused');
  await waitUntil(demo, at, at + KEY_LIFE + 1000);
  screen.note('Served after its expiry, by a metadata service whose clock is 30 seconds behind:');
  await rig.emulator.setClockOffset(-30);
  const late = await logIn(demo, ALLOWED, key);
  screen.check(isRefused(late), 'sshd refuses it', late.stderr);
  await checkReason(demo, 'expired');
  screen.note('With the correct time, the metadata service no longer serves it:');
  await rig.emulator.setClockOffset(0);
  const login = await logIn(demo, ALLOWED, key);
  screen.check(isRefused(login), 'sshd refuses it', login.stderr);
}

/** Waits with a bar until `end`, or rejects when the demo is interrupted. Unix milliseconds. */
async function waitUntil({ screen, signal }: Demo, begin: number, end: number): Promise<void> {
  const left = (): number => Math.max(0, end - Date.now());
  screen.note(`It was pushed ${counted(Math.round((Date.now() - begin) / 1000), 'second')} ago.`);
  try {
    while (left() > 0) {
      const seconds = String(Math.ceil(left() / 1000)).padStart(2);
      screen.progress((Date.now() - begin) / (end - begin), `${seconds} s left`);
      await sleep(Math.min(left(), 250), undefined, { signal });
    }
  } finally {
    screen.endProgress();
  }
}

async function logIn(
  { rig, screen, signal }: Demo,
  user: string,
  key: SshKey,
): Promise<LoginResult> {
  screen.command('ssh', '-i', key.path, `${user}@${INSTANCE_NAME}`, 'id');
  const login = await rig.login(user, key, { command: 'id' });
  // Ctrl-C also ends the ssh that is running: how that ended says nothing.
  signal.throwIfAborted();
  return login;
}

/** Refused for want of a key that is believed, and not for another trouble. */
function isRefused({ ok, stderr }: LoginResult): boolean {
  return !ok && stderr.includes('Permission denied (publickey)');
}

/** Shows the program's latest audit line and checks its reason code. */
async function checkReason(
  { rig, screen }: Pick<Demo, 'rig' | 'screen'>,
  reason: string,
): Promise<void> {
  const last = (await auditRecords(rig)).at(-1) ?? {};
  const names = ['message', 'reason', 'detail'];
  screen.fields(Object.fromEntries(names.map((name) => [name, textOf(last[name])])));
  screen.check(last['reason'] === reason, `the program says why: ${reason}`);
}

async function auditRecords(rig: Rig): Promise<Record<string, unknown>[]> {
  const entries = await rig.audit();
  return entries.map(({ message }) => JSON.parse(message) as Record<string, unknown>);
}

interface TrailSummary {
  readonly requestId: string;
  readonly errorCode: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What the latest CloudTrail record of a call says. */
function trailRecord(rig: Rig, eventName: string): TrailSummary {
  const record = rig.cloudTrail().findLast((one) => one['eventName'] === eventName) ?? {};
  const identity = (record['userIdentity'] ?? {}) as Record<string, unknown>;
  const requested = (record['requestParameters'] ?? {}) as Record<string, unknown>;
  return {
    requestId: textOf(record['requestID']),
    errorCode: textOf(record['errorCode']),
    fields: {
      eventTime: textOf(record['eventTime']),
      eventName: `${textOf(record['eventName'])} (${textOf(record['eventSource'])})`,
      userIdentity: textOf(identity['arn']),
      instanceOSUser: textOf(requested['instanceOSUser']),
      instanceId: textOf(requested['instanceId']),
      requestID: textOf(record['requestID']),
    },
  };
}

/** A value from a JSON document as it is shown. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function failureOf(attempt: Promise<unknown>): Promise<Error | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
