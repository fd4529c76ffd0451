import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEMO_POLICY } from '../../scripts/demo/policy.ts';
import { DEFAULT_ACCOUNT } from '../rig/account.ts';
import { sendSshPublicKey } from './send-ssh-public-key.ts';
import { Store } from './store.ts';
import { callBy, INSTANCE, PUBLIC_KEY, testConfig } from './support.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Who pushes a key where: what is left out is as `DEFAULT_PUSH` has it. */
interface Push {
  readonly osUser?: string;
  readonly arn?: string;
  readonly principalTags?: Readonly<Record<string, string>>;
  readonly instanceTags?: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly accountId?: string;
  readonly mfaAuthenticated?: boolean;
  readonly remoteAddress?: string;
}

/** The error's code, or `taken`. */
function push(policy: unknown, what: Push): string {
  const { arn = 'arn:aws:sts::123456789012:assumed-role/admin/alice', osUser = 'ec2-user' } = what;
  const { principalTags: tags = {}, mfaAuthenticated = false, region = 'us-east-1' } = what;
  const { remoteAddress = '192.0.2.1', accountId = '123456789012', instanceTags = {} } = what;
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const place = { availabilityZone: `${region}a`, privateIp: '127.0.0.1', dnsName: 'x' };
  const config = testConfig(undefined, {
    region,
    accountId,
    instances: [{ instanceId: INSTANCE, ...place, tags: instanceTags }],
    principals: [{ ...keys, arn, tags, mfaAuthenticated, policy }],
  });
  const input = { InstanceId: INSTANCE, InstanceOSUser: osUser, SSHPublicKey: PUBLIC_KEY };
  const call = callBy(config);
  const request = { ...call.request, remoteAddress };
  const error = sendSshPublicKey({ ...call, request, input, requestId: 'r' }, new Store());
  return error?.code ?? 'taken';
}

interface Case {
  readonly where: string;
  readonly policy: unknown;
  readonly may: Push;
  readonly mayNot: readonly [Push, Push, Push];
}

const fleet = read('packaging/fleet/iam-policy.json')
  .replaceAll('REGION', 'us-east-1')
  .replaceAll('ACCOUNT', '123456789012');

/** The JSON blocks of a page, parsed. */
const blocksOf = (path: string): unknown[] =>
  [...read(path).matchAll(/^```json\n(.*?)^```$/gms)].map(
    ([, text = '']) => JSON.parse(text) as unknown,
  );
const isPolicy = (block: unknown): boolean => Object.hasOwn(block as object, 'Statement');

const alice = 'arn:aws:iam::123456789012:user/alice';
const web = { Role: 'web' };
const CASES: readonly Case[] = [
  {
    where: 'packaging/fleet/iam-policy.json',
    policy: JSON.parse(fleet),
    may: { instanceTags: web },
    mayNot: [
      { instanceTags: web, osUser: 'root' },
      { instanceTags: { Role: 'db' } },
      { instanceTags: web, region: 'eu-west-1' },
    ],
  },
  {
    where: 'scripts/demo/policy.ts',
    policy: DEMO_POLICY,
    may: { osUser: 'alice' },
    mayNot: [
      { osUser: 'bob' },
      { osUser: 'alice', accountId: '210987654321' },
      { osUser: 'alice', region: 'eu-west-1' },
    ],
  },
  {
    where: 'docs/emulator.md',
    policy: blocksOf('docs/emulator.md').find(isPolicy),
    may: { arn: alice, instanceTags: { Owner: 'alice' } },
    mayNot: [
      { arn: alice, instanceTags: { Owner: 'alice' }, osUser: 'root' },
      { arn: alice, instanceTags: { Owner: 'bob' } },
      // Who assumed a role has no user name.
      {
        arn: 'arn:aws:sts::123456789012:assumed-role/admin/alice',
        instanceTags: { Owner: 'alice' },
      },
    ],
  },
];

describe.each(CASES)('the policy in $where', ({ policy, may, mayNot }) => {
  it('lets one push a key', () => {
    expect(push(policy, may)).toBe('taken');
  });

  it.each(mayNot)('does not let %j push one', (what) => {
    expect(push(policy, what)).toBe('AccessDeniedException');
  });
});

it('lets the caller of the tests push any key', () => {
  expect(push(DEFAULT_ACCOUNT.policy, { osUser: 'root' })).toBe('taken');
});

it('knows every file outside of the tests that has a policy in it', () => {
  const files = globSync(['*.md', 'docs/**', 'packaging/**', 'scripts/**', 'systemd/**'], {
    cwd: ROOT,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const withPolicy = files.filter((file) => /\bStatement\b["']?:/.test(readFileSync(file, 'utf8')));
  const named = withPolicy.map((file) => file.slice(ROOT.length + 1));
  expect(new Set(CASES.map(({ where }) => where))).toEqual(new Set(named));
});
