import { constants, verify, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HttpResponse } from './http.ts';
import { handleImds } from './imds.ts';
import { DEFAULT_MATERIAL, type Material } from './material.ts';
import { SigningAuthority } from './signing-authority.ts';
import { Store } from './store.ts';
import {
  CALLER,
  httpRequest,
  INSTANCE,
  OTHER_INSTANCE,
  PUBLIC_KEY,
  testConfig,
} from './support.ts';

const NOW = 1_795_000_000;
const TOKEN = '/latest/api/token';
const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const KEYS = 'managed-ssh-keys';

const config = testConfig();
const authority = new SigningAuthority({ now: NOW, region: 'us-east-1', domain: 'amazonaws.com' });
let store: Store;
let token: string;

function put(headers: Record<string, string>, now = NOW): HttpResponse {
  const context = { config, store, authority, material: DEFAULT_MATERIAL };
  return handleImds(httpRequest({ method: 'PUT', path: TOKEN, headers }), context, now);
}

function get(path: string, now = NOW, material: Partial<Material> = {}): HttpResponse {
  const headers = { 'x-aws-ec2-metadata-token': token };
  const context = { config, store, authority, material: { ...DEFAULT_MATERIAL, ...material } };
  return handleImds(httpRequest({ path: `/latest/meta-data/${path}`, headers }), context, now);
}

const textOf = (path: string, now = NOW, material: Partial<Material> = {}): string =>
  get(path, now, material).body.toString();

function push(osUser: string, instanceId = INSTANCE): void {
  const [publicKey, caller, requestId] = [PUBLIC_KEY, CALLER, 'request-1'];
  store.push({ instanceId, osUser, publicKey, pushedAt: NOW, caller, requestId });
}

beforeEach(() => {
  store = new Store();
  token = put({ [TTL]: '300' }).body.toString();
});

describe('the session token', () => {
  it.each(['0', '21601', '-1', '1.5', '', 'x'])('is refused for a life of %j seconds', (ttl) => {
    expect(put({ [TTL]: ttl }).status).toBe(400);
  });

  it('is refused without a life', () => {
    expect(put({}).status).toBe(400);
  });

  it.each(['1', '21600'])('is given for a life of %s seconds and says so', (ttl) => {
    expect(put({ [TTL]: ttl })).toMatchObject({ status: 200, headers: { [TTL]: ttl } });
  });

  it('is refused to whoever comes through a proxy', () => {
    expect(put({ [TTL]: '5', 'x-forwarded-for': '10.0.0.1' }).status).toBe(403);
  });

  it('is not given to a GET', () => {
    const context = { config, store, authority, material: DEFAULT_MATERIAL };
    expect(handleImds(httpRequest({ path: TOKEN }), context, NOW).status).toBe(405);
  });

  it('is demanded by every path, known or not', () => {
    token = 'forged';
    expect([get('instance-id').status, get('nothing').status]).toEqual([401, 401]);
  });

  it('dies when its life is over', () => {
    expect(get('instance-id', NOW + 299).status).toBe(200);
    expect(get('instance-id', NOW + 300).status).toBe(401);
  });
});

describe('plain metadata', () => {
  it.each([
    ['instance-id', INSTANCE],
    ['placement/region', 'us-east-1'],
    ['placement/availability-zone/', 'us-east-1a'],
    ['services/domain', 'amazonaws.com'],
    ['placement/', 'availability-zone\nregion'],
    ['managed-ssh-keys', 'active-keys/\nsigner-cert/\nsigner-ocsp/'],
  ])('answers %s', (path, expected) => {
    expect(textOf(path)).toBe(expected);
  });

  it.each(['nothing', 'instance-id/more', 'managed-ssh-keys/nothing', '../api/token'])(
    'answers 404 for %s',
    (path) => {
      expect(get(path).status).toBe(404);
    },
  );

  it('answers 400 for a path that cannot be decoded', () => {
    expect(get('managed-ssh-keys/active-keys/%E0%A4%A/').status).toBe(400);
  });

  it('takes no other method', () => {
    const context = { config, store, authority, material: DEFAULT_MATERIAL };
    const request = httpRequest({ method: 'POST', path: '/latest/meta-data/instance-id' });
    expect(handleImds(request, context, NOW).status).toBe(405);
  });
});

describe('pushed keys', () => {
  it('are 404 for a user for whom nobody pushed one', () => {
    push('alice');
    expect(get(`${KEYS}/active-keys/bob/`).status).toBe(404);
  });

  it('are served with and without a trailing slash, and under a percent-encoded name', () => {
    push('a.b@corp');
    const texts = ['a.b@corp', 'a.b@corp/', 'a.b%40corp/'].map((user) =>
      textOf(`${KEYS}/active-keys/${user}`),
    );
    expect(texts[0]).toContain(PUBLIC_KEY);
    expect(new Set(texts).size).toBe(1);
  });

  it('live for 60 seconds, as their block says, and are then gone', () => {
    push('alice');
    expect(textOf(`${KEYS}/active-keys/alice/`, NOW + 59)).toContain(`#Timestamp=${NOW + 60}\n`);
    expect(get(`${KEYS}/active-keys/alice/`, NOW + 60).status).toBe(404);
    expect(get(`${KEYS}/active-keys/`, NOW + 60).status).toBe(404);
  });

  it('belong to one instance', () => {
    push('alice', OTHER_INSTANCE);
    expect(get(`${KEYS}/active-keys/alice/`).status).toBe(404);
    const replayed = textOf(`${KEYS}/active-keys/alice/`, NOW, { keysOf: OTHER_INSTANCE });
    expect(replayed).toContain(`#Instance=${OTHER_INSTANCE}\n`);
  });

  it('are signed by the leaf with RSA-PSS and a salt of 32 bytes, wrapped or on one line', () => {
    push('alice');
    push('alice');
    for (const signature of ['single-line', 'wrapped'] as const) {
      const blob = textOf(`${KEYS}/active-keys/alice/`, NOW, { signature });
      const blocks = blob.split('\n\n');
      expect(blocks).toHaveLength(2);
      expect(blocks.every((block) => holds(block))).toBe(true);
      expect(/^.{77}/m.test(blocks[0]?.split(PUBLIC_KEY)[1] ?? '')).toBe(signature !== 'wrapped');
    }
  });

  it.each([
    ['a short salt', { signature: 'short-salt' }],
    ["a stranger's key", { signature: 'foreign-key' }],
    ["another CA's signer", { chain: 'other-ca' }],
  ] as const)('can be signed wrongly with %s', (_title, material) => {
    push('alice');
    expect(holds(textOf(`${KEYS}/active-keys/alice/`, NOW, material))).toBe(false);
  });

  it('can claim another expiry', () => {
    push('alice');
    const blob = textOf(`${KEYS}/active-keys/alice/`, NOW, { expiryOffset: -100 });
    expect(blob).toContain(`#Timestamp=${NOW - 40}\n`);
  });
});

/** Whether a block's signature holds under the served leaf. */
function holds(block: string): boolean {
  const end = block.indexOf(PUBLIC_KEY) + PUBLIC_KEY.length + 1;
  const { publicKey: key } = new X509Certificate(textOf(`${KEYS}/signer-cert/`));
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const signature = Buffer.from(block.slice(end), 'base64');
  return verify('sha256', Buffer.from(block.slice(0, end)), options, signature);
}

describe('the signer', () => {
  it('has a chain whose leaf names this region, and a staple for each certificate below the last', () => {
    const pem = textOf(`${KEYS}/signer-cert/`);
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(4);
    const leaf = new X509Certificate(pem);
    expect(leaf.checkHost('managed-ssh-signer.us-east-1.amazonaws.com')).toBeDefined();
    const names = textOf(`${KEYS}/signer-ocsp/`).split('\n');
    expect(names).toHaveLength(3);
    expect(names[0]).toBe(leaf.fingerprint.replaceAll(':', ''));
    for (const name of names) {
      expect(textOf(`${KEYS}/signer-ocsp/${name}`)).toMatch(/^[A-Za-z0-9+/]{200,}={0,2}$/);
    }
  });

  it('can name its staples by SHA-256, keep back all of them or that of the leaf', () => {
    const count = (material: Partial<Material>): number =>
      textOf(`${KEYS}/signer-ocsp/`, NOW, material).split('\n').filter(Boolean).length;
    expect(textOf(`${KEYS}/signer-ocsp/`, NOW, { stapleNames: 'sha256' })).toMatch(
      /^[0-9A-F]{64}$/m,
    );
    expect(count({ staples: 'none' })).toBe(0);
    expect(count({ staples: 'leaf-missing' })).toBe(2);
    expect(count({ chain: 'leaf-and-intermediate' })).toBe(2);
  });

  it('can come from another CA, with another name, or as garbage', () => {
    const host = 'managed-ssh-signer.us-east-1.amazonaws.com';
    const leafOf = (chain: Material['chain']): X509Certificate =>
      new X509Certificate(textOf(`${KEYS}/signer-cert/`, NOW, { chain }));
    expect(leafOf('other-ca').checkHost(host)).toBeDefined();
    expect(leafOf('other-ca').publicKey.equals(leafOf('served').publicKey)).toBe(false);
    expect(leafOf('other-name').checkHost(host)).toBeUndefined();
    expect(() => leafOf('garbage')).toThrow();
  });
});
