import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerLogin, type LoginEdges, type Outcome } from '../../../src/login/answer.ts';
import type { Machine } from '../../../src/host/machine.ts';
import { ImdsClient } from '../../../src/imds/client.ts';
import { fingerprintOf, parseFingerprint } from '../../../src/ssh/fingerprint.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { Emulator } from '../../emulator/emulator.ts';
import { DEFAULT_MATERIAL, type Material } from '../../emulator/material.ts';
import { CALLER, INSTANCE, OTHER_INSTANCE, testConfig } from '../../emulator/support.ts';
import { faultOf } from '../../support/faults.ts';
import { PATIENT } from '../../support/imds.ts';
import { refusingUrl } from '../../support/loopback-server.ts';
import { NOW, REQUEST } from '../../support/signed-blobs.ts';
import { keyLine, testBlob } from '../../support/ssh-keys.ts';

const ED25519 = testBlob('ed25519');
const LINE = keyLine(ED25519);
const P256 = testBlob('p256');
const NITRO: Machine = { kind: 'nitro', instanceId: INSTANCE };
const quietNo = (answer: Outcome['answer']): Outcome => {
  return { stdout: '', exitCode: 0, events: [], answer };
};

const emulator = new Emulator({ config: testConfig(), imds: ['127.0.0.1:0'], clock: () => NOW });
let endpoints: readonly [string, string];

beforeAll(async () => {
  const { imds } = await emulator.start();
  endpoints = [`http://${imds[0] ?? ''}`, await refusingUrl()];
});
afterAll(() => emulator.stop());
beforeEach(() => {
  emulator.setMaterial(DEFAULT_MATERIAL);
  emulator.clearKeys();
  emulator.resetCounters();
});

function push(publicKey: string = LINE, osUser = 'alice', pushedAt: number = NOW): void {
  const key = { instanceId: INSTANCE, osUser, publicKey, pushedAt, caller: CALLER };
  emulator.pushKeys([{ ...key, requestId: REQUEST }]);
}

const forbidden = (what: string) => (): never => {
  throw new Error(`nobody should have asked for ${what}`);
};

/** A login with the ED25519 key, unless told which; null where sshd tells no fingerprint. */
async function login(
  changes: Partial<LoginEdges> = {},
  user = 'alice',
  offered: Buffer | null = ED25519,
): Promise<Outcome> {
  const fingerprint = offered === null ? undefined : parseFingerprint(fingerprintOf(offered));
  const imds = new ImdsClient(PATIENT, endpoints);
  const edges: LoginEdges = {
    now: () => NOW,
    machine: () => NITRO,
    imds: () => imds,
    trustStore: () => ({ path: '/ca.pem', pem: Buffer.from(emulator.rootPem) }),
    ...changes,
  };
  try {
    return await answerLogin(edges, user, fingerprint);
  } finally {
    imds.close();
  }
}

const reasons = ({ events }: Outcome): readonly unknown[] =>
  events.map(({ level, event, fields }) => [level, event, fields['reason']]);

describe('answerLogin, where nothing was pushed', () => {
  it('says no without a word: not an instance, no key, or a name that no key can be pushed for', async () => {
    const imds = forbidden('IMDS');
    const elsewhere = await login({ machine: () => undefined, imds });
    expect(elsewhere).toEqual(quietNo('no-instance'));
    const machine = forbidden('the machine');
    expect(await login({ machine, imds }, '../root')).toEqual(quietNo('user-impossible'));
    expect(await login({ trustStore: forbidden('the CA store') })).toEqual(quietNo('no-key'));
  });

  it('needs two requests on one connection', async () => {
    await login();
    expect(emulator.counters().imds).toMatchObject({ requests: 2, connections: 1 });
  });

  it('does not find the key of another user', async () => {
    push(LINE, 'bob');
    expect(await login()).toEqual(quietNo('no-key'));
  });
});

describe('answerLogin, where a key was pushed', () => {
  it('gives its line and an event that names the caller', async () => {
    push(`${LINE} a comment`);
    const { events, ...rest } = await login();
    expect(rest).toEqual({ stdout: `${LINE}\n`, exitCode: 0, answer: 'accepted' });
    expect(events).toMatchObject([
      {
        event: 'key-accepted',
        fields: { user: 'alice', caller: CALLER, request: REQUEST, expiry: NOW + 60 },
      },
    ]);
  });

  it.each(['a.b@corp', 'machine$', '1000'])('finds it for the user %s', async (user) => {
    push(LINE, user);
    expect((await login({}, user)).stdout).toBe(`${LINE}\n`);
  });

  it('gives every accepted key where sshd tells no fingerprint, in one text', async () => {
    const other = keyLine(P256);
    push();
    push(other);
    expect((await login({}, 'alice', null)).stdout).toBe(`${LINE}\n${other}\n`);
  });

  it('does not ask for the signer where nobody pushed the offered key', async () => {
    push();
    const trustStore = forbidden('the CA store');
    const outcome = await login({ trustStore }, 'alice', P256);
    expect(outcome).toMatchObject({ stdout: '', exitCode: 0, answer: 'other-keys' });
    expect(reasons(outcome)).toEqual([['debug', 'key-refused', 'fingerprint-mismatch']]);
    expect(emulator.counters().imds).toMatchObject({ requests: 2 });
  });

  it('refuses it when its 60 seconds are over, although IMDS still serves it', async () => {
    push();
    const outcome = await login({ now: () => NOW + 60 });
    expect(outcome).toMatchObject({ stdout: '', exitCode: 0, answer: 'refused' });
    expect(reasons(outcome)).toEqual([['info', 'key-refused', 'expired']]);
  });

  it.each<[string, Partial<Material>, string]>([
    ['whose signature is another’s', { signature: 'foreign-key' }, 'signature-invalid'],
    ['whose signature has another salt', { signature: 'short-salt' }, 'signature-invalid'],
    ['that claims to live longer', { expiryOffset: 301 }, 'expiry-too-far'],
  ])('refuses one %s, and exits 0', async (_, material, reason) => {
    push();
    emulator.setMaterial({ ...DEFAULT_MATERIAL, ...material });
    const outcome = await login();
    expect(outcome).toMatchObject({ stdout: '', exitCode: 0 });
    expect(reasons(outcome)).toEqual([['info', 'key-refused', reason]]);
  });

  it('refuses one that was pushed for another instance', async () => {
    const key = { osUser: 'alice', publicKey: LINE, pushedAt: NOW, caller: CALLER };
    emulator.pushKeys([{ ...key, instanceId: OTHER_INSTANCE, requestId: REQUEST }]);
    emulator.setMaterial({ ...DEFAULT_MATERIAL, keysOf: OTHER_INSTANCE });
    expect(reasons(await login())).toEqual([['info', 'key-refused', 'instance-mismatch']]);
  });

  it.each<[Partial<Material>, string]>([
    [{ chain: 'garbage' }, 'chain-malformed'],
    [{ chain: 'other-name' }, 'name-mismatch'],
    [{ chain: 'other-ca' }, 'path-signature-invalid'],
    [{ staples: 'none' }, 'staple-missing'],
    [{ staples: 'expired' }, 'staple-expired'],
    [{ staples: 'revoked' }, 'certificate-revoked'],
  ])('believes no signer with %j, warns and exits 1', async (material, reason) => {
    push();
    emulator.setMaterial({ ...DEFAULT_MATERIAL, ...material });
    const outcome = await login();
    expect(outcome).toMatchObject({ stdout: '', exitCode: 1, answer: 'signer-refused' });
    expect(reasons(outcome)).toEqual([['warn', 'signer-refused', reason]]);
  });
});

describe('answerLogin, whose answers they are', () => {
  it('prints nothing for answers of another instance', async () => {
    push();
    const machine = (): Machine => ({ kind: 'nitro', instanceId: OTHER_INSTANCE });
    const trustStore = forbidden('the CA store');
    const fault = await faultOf(() => login({ machine, trustStore }));
    expect(fault.code).toBe('IMDS_FOREIGN_INSTANCE');
  });

  it('takes IMDS at its word on Xen', async () => {
    push();
    const { stdout } = await login({ machine: () => ({ kind: 'xen' }) });
    expect(stdout).toBe(`${LINE}\n`);
  });

  it('lets the fault of a CA store that cannot be read through', async () => {
    push();
    const trustStore = (): never => {
      throw new Fault('TRUST_STORE_UNREADABLE', 'no bundle');
    };
    const fault = await faultOf(() => login({ trustStore }));
    expect(fault.code).toBe('TRUST_STORE_UNREADABLE');
  });
});

describe('answerLogin, explained', () => {
  const explained = async (changes: Partial<LoginEdges> = {}): Promise<string> => {
    const steps: string[] = [];
    await login({ ...changes, explain: (step) => void steps.push(step) });
    return steps.join('\n');
  };

  it('tells what was asked, found and decided', async () => {
    push();
    const text = await explained();
    for (const found of [
      INSTANCE,
      'us-east-1',
      'amazonaws.com',
      '/ca.pem',
      'managed-ssh-signer.',
    ]) {
      expect(text).toContain(found);
    }
  });

  it('tells where it ended, for every early no', async () => {
    expect(await explained()).toContain('404');
    expect(await explained({ machine: () => undefined })).toContain('not an EC2 instance');
  });
});
