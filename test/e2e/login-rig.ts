import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { KeyToPush } from '../emulator/control-client.ts';
import { Rig, type RigOptions } from '../rig/rig.ts';
import { runOrThrow, type Command, type CommandResult } from '../rig/run.ts';
import type { SshKey } from '../rig/ssh-key.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/ec2-instance-connect');

/** Priorities of syslog(3), and the facility of the audit trail. */
export const ERROR = 3;
export const WARNING = 4;
export const INFO = 6;
export const AUTHPRIV = 10;

/** One line of the audit trail: what the journal knows of it, and the fields of the JSON. */
export interface AuditLine extends Readonly<Record<string, unknown>> {
  readonly facility: number;
  readonly priority: number;
}

/** How the program answered, and what it wrote down. */
export interface Answer extends CommandResult {
  readonly trail: readonly AuditLine[];
}

/** A rig of one's own with the compiled program; `npm run build` has made it. */
export function startRig(options: Partial<RigOptions> = {}): Promise<Rig> {
  return Rig.start({ program: PROGRAM, ...options });
}

/** One rig for the tests of a file: as new after each test, gone after the last. */
export function useRig(options: Partial<RigOptions> = {}): () => Rig {
  let rig: Rig | undefined;
  beforeAll(async () => {
    rig = await startRig(options);
  });
  afterEach(() => rig?.reset());
  afterAll(() => rig?.stop());
  return () => {
    if (rig === undefined) throw new Error('the rig is not started');
    return rig;
  };
}

/** Returns and forgets the audit lines of processes that have ended. */
export async function takeTrail(rig: Rig): Promise<readonly AuditLine[]> {
  const lines = (await rig.audit()).map(({ facility, priority, message }) => {
    return { facility, priority, ...(JSON.parse(message) as Record<string, unknown>) };
  });
  rig.journal.clear();
  return lines;
}

/** Asks the program as sshd does and returns its answer with what it wrote down about it. */
export async function ask(rig: Rig, ...args: readonly string[]): Promise<Answer> {
  await takeTrail(rig);
  const result = await rig.runHelper(args);
  return { ...result, trail: await takeTrail(rig) };
}

/** Makes a key and pushes it for a user of the rig's instance. */
export async function makePushedKey(rig: Rig, user = 'alice'): Promise<SshKey> {
  const key = await rig.makeKey();
  await rig.pushKey(user, key);
  return key;
}

/** Puts a key for alice into the service past the API, which would not let these values in. */
export async function pushPastApi(
  rig: Rig,
  values: Pick<KeyToPush, 'publicKey'> & Partial<KeyToPush>,
  copies = 1,
): Promise<void> {
  const push = { instanceId: rig.account.instanceId, osUser: 'alice', ...values };
  await rig.emulator.pushKeys(Array.from({ length: copies }, () => push));
}

/** What sshd is to get for these keys. */
export function authorizedKeys(...keys: readonly Pick<SshKey, 'publicKey'>[]): string {
  return keys.map(({ publicKey }) => `${publicKey.split(' ', 2).join(' ')}\n`).join('');
}

/** Reads a document of IMDS inside the rig, as captured material is; counts as one's own requests. */
export async function readMetadata(rig: Rig, path: string): Promise<string> {
  const base = 'http://169.254.169.254/latest';
  const curl = (header: string, ...rest: readonly string[]): Command =>
    rig.namespace.command(['curl', '-sf', '-H', `X-aws-ec2-metadata-token${header}`, ...rest]);
  const token = await runOrThrow(curl('-ttl-seconds: 60', '-X', 'PUT', `${base}/api/token`));
  return runOrThrow(curl(`: ${token}`, `${base}/meta-data/${path}`));
}
