/** `npm run repo` with keys of every kind, held against the tools that hosts read them with. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addSubkey, fingerprint, forget, keyFolder, makeKey, type TestKey } from './keys.ts';
import { rpmTags, signatureTags } from './rpm-header.ts';
import { makeEmptyDeb } from './stand-ins.ts';
import { makeEmptyRpm } from './stand-ins-rpm.ts';

const VERSION = '1.0-1';
const NAME = 'ec2-instance-connect';

let work: string;
let packages: string;
const keys: TestKey[] = [];

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'eic-signing-key-'));
  packages = join(work, 'packages');
  mkdirSync(packages);
  makeEmptyDeb(packages, VERSION);
  makeEmptyRpm(packages, VERSION);
});
afterAll(() => {
  keys.forEach(forget);
  rmSync(work, { recursive: true });
});

/** A new key of an algorithm, with a signing subkey where one is named. */
function keyOf(algorithm: string, subkey?: string): TestKey {
  const key = makeKey(keyFolder(work, `${keys.length}`), algorithm);
  keys.push(key);
  if (subkey !== undefined) addSubkey(key, subkey);
  return key;
}

/** Runs the script as `npm run repo` does. */
function repo(key: TestKey, output: string, ...more: readonly string[]) {
  const args = ['--key', fingerprint(key), '--gpg-home', key.home, '--packages', packages];
  args.push('--output', output, '--url', 'https://example.com', ...more);
  return spawnSync(process.execPath, ['scripts/repo.ts', ...args], { encoding: 'utf8' });
}

/** What gpgv of a release says of the repository's signature, with the repository's own keyring. */
function apt(gpgv: 'gpgv' | 'gpgv1', keyring: string, signed: string): boolean {
  const list = join(signed, 'apt/dists/stable/InRelease');
  const ring = join(keyring, `apt/${NAME}.gpg`);
  return spawnSync(gpgv, ['--keyring', ring, list]).status === 0;
}

/** Whether rpm takes the repository's package with the repository's own keys. */
function rpm(keyring: string, signed: string): boolean {
  const database = mkdtempSync(join(work, 'rpm-'));
  const rpmkeys = (...args: readonly string[]) =>
    spawnSync('rpmkeys', ['--dbpath', database, ...args], { encoding: 'utf8' });
  rpmkeys('--import', join(keyring, `yum/RPM-GPG-KEY-${NAME}`));
  const judged = rpmkeys('-K', join(signed, `yum/packages/${NAME}-${VERSION}.rpm`));
  return judged.stdout.includes('signatures OK');
}

describe('a key that every host can read', () => {
  it.each([
    ['rsa3072', undefined],
    ['rsa4096', undefined],
    ['rsa3072', 'rsa3072'],
    ['rsa3072', 'ed25519'],
  ])('signs itself: %s, with a signing subkey of %s', (algorithm, subkey) => {
    const key = keyOf(algorithm, subkey);
    const output = join(work, `good-${algorithm}-${subkey ?? 'none'}`);
    const { status, stderr } = repo(key, output);
    expect(status, stderr).toBe(0);
    const read = { old: apt('gpgv1', output, output), now: apt('gpgv', output, output) };
    expect({ ...read, rpm: rpm(output, output) }).toEqual({ old: true, now: true, rpm: true });
    // rpm 4.11 looks for nothing but the primary key's id: the last 16 digits of its fingerprint.
    const path = join(output, `yum/packages/${NAME}-${VERSION}.rpm`);
    for (const signature of signatureTags(readFileSync(path)).values())
      expect(signature.toString('hex')).toContain(fingerprint(key).slice(-16).toLowerCase());
  });
});

describe('a key that some host cannot read', () => {
  it.each(['ed25519', 'nistp256', 'dsa2048', 'rsa1024', 'rsa2048'])(
    'is refused before anything is written: %s',
    (algorithm) => {
      const output = join(work, `bad-${algorithm}`);
      mkdirSync(output);
      const { status, stderr } = repo(keyOf(algorithm), output);
      expect(status).toBe(1);
      expect(stderr).toContain('gpg --quick-generate-key');
      expect(stderr).not.toContain('    at ');
      expect(readdirSync(output)).toEqual([]);
      expect(existsSync(`${output}.new`)).toBe(false);
    },
  );

  it('is taken where only new hosts are to be served', () => {
    const output = join(work, 'new-hosts');
    const { status, stderr } = repo(keyOf('ed25519'), output, '--allow-new-hosts-only');
    expect(status, stderr).toBe(0);
    expect({ old: apt('gpgv1', output, output), now: apt('gpgv', output, output) }).toEqual({
      old: false,
      now: true,
    });
  });

  it('is not taken then either where no host can read it', () => {
    const { status } = repo(keyOf('rsa1024'), join(work, 'no-host'), '--allow-new-hosts-only');
    expect(status).toBe(1);
  });
});

it('a fleet that has the next key in time reads what that signs, and what the old one signed', () => {
  const [old, next] = [keyOf('rsa3072'), keyOf('rsa3072')];
  const secret = ['--batch', '--pinentry-mode', 'loopback', '--passphrase', ''];
  const exported = execFileSync('gpg', [
    ...['--homedir', next.home, ...secret, '--export-secret-keys', fingerprint(next)],
  ]);
  execFileSync('gpg', ['--homedir', old.home, ...secret, '--quiet', '--import'], {
    input: exported,
  });
  const both = { home: old.home, id: fingerprint(next) };
  const [before, after] = [join(work, 'before'), join(work, 'after')];
  expect(
    repo({ ...old, id: fingerprint(old) }, before, '--next-key', fingerprint(next)).status,
  ).toBe(0);
  const args = [
    '--key',
    both.id,
    '--gpg-home',
    both.home,
    '--packages',
    packages,
    '--output',
    after,
  ];
  const second = spawnSync(process.execPath, ['scripts/repo.ts', ...args], { encoding: 'utf8' });
  expect(second.status, second.stderr).toBe(0);
  for (const signed of [before, after]) {
    expect([
      signed,
      apt('gpgv1', before, signed),
      apt('gpgv', before, signed),
      rpm(before, signed),
    ]).toEqual([signed, ...[true, true, true]]);
  }
  expect(apt('gpgv', after, before)).toBe(false);
});

it('packages have signatures of header and payload, and the format that rpm 4.11 unpacks', () => {
  const output = join(work, 'format');
  expect(repo(keyOf('rsa3072'), output).status).toBe(0);
  const file = readFileSync(join(output, `yum/packages/${NAME}-${VERSION}.rpm`));
  // RPMSIGTAG_RSA of the header and RPMSIGTAG_PGP of header and payload.
  expect([...signatureTags(file).keys()]).toEqual([268, 1002]);
  // RPMTAG_RPMFORMAT: only packages of format 6 and later have it.
  expect(rpmTags(file)).not.toContain(5114);
});
