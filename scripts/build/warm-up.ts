import { setTimeout as wait } from 'node:timers/promises';
import { answerLogin, type LoginEdges } from '../../src/login/answer.ts';
import { ImdsClient } from '../../src/imds/client.ts';
import { REQUEST_MS } from '../../src/imds/limits.ts';
import { toSyslogLines } from '../../src/log/logger.ts';
import { fingerprintOf, parseFingerprint } from '../../src/ssh/fingerprint.ts';
import { parsePublicKey } from '../../src/ssh/public-key.ts';
import { rehearsedHttp } from './rehearsal.ts';
import sample from './sample.json' with { type: 'json' };

/** One login as IMDS serves it, with the time at which it is good. */
export interface Sample {
  /** Unix seconds. */
  readonly now: number;
  readonly instanceId: string;
  readonly keys: string;
  readonly chainPem: string;
  /** Base64 of each response. */
  readonly staples: readonly string[];
  readonly trustAnchors: string;
}

/**
 * Lets a sample login through while the startup snapshot is made, so that the functions which every
 * login needs stand in the snapshot as bytecode (a tenth of a login's CPU time). Nothing
 * stays of the sample: the code under `src` keeps no state between two calls.
 * @throws Error where the sample is not accepted: then the build is broken
 */
export async function warmUp(): Promise<void> {
  const http = rehearsedHttp((path) => Buffer.from(DOCUMENTS[path] ?? ''));
  Object.assign(globalThis, { 'node:http': http });
  const entry = sample.keys.split('\n').find((line) => line.startsWith('ssh-')) ?? '';
  const key = parsePublicKey(entry);
  if (!key.ok) throw new Error('the sample has no key');
  const fingerprint = parseFingerprint(fingerprintOf(key.value.wire));
  const { stdout, events } = await answerLogin(edges, 'alice', fingerprint);
  if (stdout === '' || toSyslogLines(events).length !== 1) {
    throw new Error(`the sample is not accepted: ${JSON.stringify(events)}`);
  }
  Reflect.deleteProperty(globalThis, 'node:http');
  // Node's queue of timers goes into the snapshot, the alarm behind it does not. A timer that still
  // waits there would be the next one for ever, and none of the running program would ever fire.
  await wait(2 * REQUEST_MS);
}

const STAPLES = '/latest/meta-data/managed-ssh-keys/signer-ocsp/';
const DOCUMENTS: Readonly<Record<string, string>> = {
  '/latest/api/token': 'dG9rZW4=',
  '/latest/meta-data/instance-id': sample.instanceId,
  '/latest/meta-data/placement/region': 'us-east-1',
  '/latest/meta-data/services/domain': 'amazonaws.com',
  '/latest/meta-data/managed-ssh-keys/active-keys/alice/': sample.keys,
  '/latest/meta-data/managed-ssh-keys/signer-cert/': sample.chainPem,
  [STAPLES]: sample.staples.map((_, index) => String(index)).join('\n'),
  ...Object.fromEntries(sample.staples.map((staple, index) => [`${STAPLES}${index}`, staple])),
};

const edges: LoginEdges = {
  now: () => sample.now,
  machine: () => ({ kind: 'nitro', instanceId: sample.instanceId }),
  imds: () => new ImdsClient({ remaining: () => REQUEST_MS }),
  trustStore: () => ({ path: 'sample', pem: Buffer.from(sample.trustAnchors) }),
};
