import { describe, expect, it } from 'vitest';
import type { EmulatorConfig } from './config.ts';
import { sendSshPublicKey } from './send-ssh-public-key.ts';
import { Store } from './store.ts';
import { ALLOW_ALL, CALLER, callBy, INSTANCE, PUBLIC_KEY, testConfig } from './support.ts';

const NOW = 1_795_000_000.9;
const GOOD = { InstanceId: INSTANCE, InstanceOSUser: 'alice', SSHPublicKey: PUBLIC_KEY };

function send(
  input: unknown,
  config: EmulatorConfig = testConfig(),
  store = new Store(),
): string | undefined {
  return sendSshPublicKey({ ...callBy(config, NOW), input, requestId: 'r' }, store)?.code;
}

function withState(state: string, availabilityZone = 'us-east-1a'): EmulatorConfig {
  const instance = {
    instanceId: INSTANCE,
    availabilityZone,
    privateIp: '127.0.0.1',
    dnsName: 'x',
  };
  return testConfig(ALLOW_ALL, { instances: [{ ...instance, state }] });
}

describe('sendSshPublicKey', () => {
  it('puts the key into the store without the line break that the file had', () => {
    const store = new Store();
    expect(send({ ...GOOD, SSHPublicKey: `${PUBLIC_KEY}\n` }, testConfig(), store)).toBeUndefined();
    expect(store.activeKeys(INSTANCE, 'alice', NOW)).toEqual([
      {
        instanceId: INSTANCE,
        osUser: 'alice',
        publicKey: PUBLIC_KEY,
        pushedAt: 1_795_000_000,
        caller: CALLER,
        requestId: 'r',
      },
    ]);
  });

  it.each(['ec2-user', '_apt', 'a.b@corp', 'svc$', '1000', '123abc', 'x'.repeat(32)])(
    'judges the user name %s by the pattern of the API',
    (user) => {
      const code = send({ ...GOOD, InstanceOSUser: user });
      expect(code).toBe(user === '1000' ? 'InvalidArgsException' : undefined);
    },
  );

  it.each<[string, object]>([
    ['no instance', { InstanceId: undefined }],
    ['an instance id in upper case', { InstanceId: 'i-0123456789ABCDEF0' }],
    ['an instance id that is too short', { InstanceId: 'i-0123456' }],
    ['an empty user', { InstanceOSUser: '' }],
    ['a user with a slash', { InstanceOSUser: 'a/b' }],
    ['a user with a line break', { InstanceOSUser: 'alice\n' }],
    ['a user of 33 characters', { InstanceOSUser: 'x'.repeat(33) }],
    ['a user that is no string', { InstanceOSUser: 5 }],
    ['a key that is too short', { SSHPublicKey: 'ssh-ed25519 AAAA' }],
    ['a key that is too long', { SSHPublicKey: `${PUBLIC_KEY}${'x'.repeat(4096)}` }],
    ['two keys', { SSHPublicKey: `${PUBLIC_KEY}\n${PUBLIC_KEY}` }],
    ['a key with options', { SSHPublicKey: `no-pty ${PUBLIC_KEY}` }],
    ['a key type that the service does not take', { SSHPublicKey: ecdsaKey() }],
    ['a key whose types differ', { SSHPublicKey: PUBLIC_KEY.replace('ssh-ed25519', 'ssh-rsa') }],
    ['a zone that is none', { AvailabilityZone: 'us-east' }],
    ['a region for a zone', { AvailabilityZone: 'us-east-1' }],
  ])('answers InvalidArgsException for %s', (_title, change) => {
    expect(send({ ...GOOD, ...change })).toBe('InvalidArgsException');
  });

  it('answers AccessDeniedException when the policy does not allow the user, and keeps no key', () => {
    const store = new Store();
    const condition = { Condition: { StringEquals: { 'ec2:osuser': 'bob' } } };
    const policy = { ...ALLOW_ALL, Statement: { ...ALLOW_ALL.Statement, ...condition } };
    expect(send(GOOD, testConfig(policy), store)).toBe('AccessDeniedException');
    expect(send({ ...GOOD, InstanceOSUser: 'bob' }, testConfig(policy), store)).toBeUndefined();
    expect(store.activeUsers(INSTANCE, NOW)).toEqual(['bob']);
  });

  it('answers EC2InstanceNotFoundException for an unknown instance or another zone', () => {
    expect(send({ ...GOOD, InstanceId: 'i-00000000000000000' })).toBe(
      'EC2InstanceNotFoundException',
    );
    expect(send({ ...GOOD, AvailabilityZone: 'us-east-1b' })).toBe('EC2InstanceNotFoundException');
  });

  it.each(['us-east-1a', 'us-gov-west-1b', 'us-west-2-lax-1a', 'us-east-1-wl1-bos-wlz-1'])(
    'takes a key for an instance in the zone %s',
    (zone) => {
      const input = { ...GOOD, AvailabilityZone: zone };
      expect(send(input, withState('running', zone))).toBeUndefined();
    },
  );

  it('takes null for an optional member that is left out, and not for one that is needed', () => {
    expect(send({ ...GOOD, AvailabilityZone: null })).toBeUndefined();
    expect(send({ ...GOOD, InstanceOSUser: null })).toBe('InvalidArgsException');
  });

  it.each([
    ['stopped', 'EC2InstanceStateInvalidException'],
    ['pending', 'EC2InstanceStateInvalidException'],
    ['unavailable', 'EC2InstanceUnavailableException'],
  ])('answers for an instance that is %s with %s', (state, code) => {
    expect(send(GOOD, withState(state))).toBe(code);
  });
});

/** A well-formed P-256 public key line. */
function ecdsaKey(): string {
  const part = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const type = 'ecdsa-sha2-nistp256';
  const blob = [Buffer.from(type), Buffer.from('nistp256'), Buffer.alloc(65, 4)].map(part);
  return `${type} ${Buffer.concat(blob).toString('base64')}`;
}
