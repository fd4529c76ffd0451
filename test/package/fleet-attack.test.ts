/**
 * Servers that want something installed that the told key has not signed. Each has a repository of its own, signed
 * with its own key, beside what it shows to get that key believed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootFleetHost, install, installedVersion, resetFleetHost } from './fleet.ts';
import { REPOSITORY_URL, type Host } from './host.ts';
import {
  armor,
  disguised,
  fingerprint,
  forget,
  keyFolder,
  makeKey,
  makeRevocableKey,
  publicKey,
  withoutUserId,
  type TestKey,
} from './keys.ts';
import { makeRepository, type TestRepository } from './repository.ts';
import { makeEmptyDeb } from './stand-ins.ts';
import { makeEmptyRpm } from './stand-ins-rpm.ts';

const NAME = 'ec2-instance-connect';
const EVIL_VERSION = '9.9.9-1';

/** What a hostile server serves besides its repository. */
interface Bait {
  /** The apt family's key file. */
  readonly keyring: Buffer;
  /** The yum family's key file. */
  readonly keys: Buffer;
  /** Lines of the served .repo file besides its head. */
  readonly repo: string;
}

let work: string;
let evil: TestRepository;
let told: TestKey;
let host: Host;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'eic-attack-'));
  told = makeKey(keyFolder(work, 'told'));
  evil = makeRepository(
    [],
    (folder) => {
      makeEmptyDeb(folder, EVIL_VERSION);
      makeEmptyRpm(folder, EVIL_VERSION);
    },
    (folder) => makeRevocableKey(folder, told),
  );
  host = await bootFleetHost(evil.folder);
});
afterAll(async () => {
  await host.stop();
  evil.discard();
  forget(told);
  rmSync(work, { recursive: true });
});
afterEach(() => resetFleetHost(host));

function bait(name: keyof typeof BAITS): void {
  const { keyring, keys, repo } = BAITS[name]();
  const served = evil.folder;
  writeFileSync(join(served, `apt/${NAME}.gpg`), keyring);
  writeFileSync(join(served, `yum/RPM-GPG-KEY-${NAME}`), keys);
  writeFileSync(join(served, 'yum/EVIL'), publicKey(evil.key, 'armor'));
  const head = `[${NAME}]\nname=${NAME}\nbaseurl=${REPOSITORY_URL}/yum\nenabled=1\n`;
  writeFileSync(join(served, `yum/${NAME}.repo`), head + repo);
}

const CHECKED = 'gpgcheck=1\nrepo_gpgcheck=1\ngpgkey=';
/** Asks for the packages' signatures alone, which are rpm's to judge. */
const PACKAGES_CHECKED = `gpgcheck=1\nrepo_gpgcheck=0\ngpgkey=${REPOSITORY_URL}/yum/RPM-GPG-KEY-${NAME}\n`;
const GOOD_REPO = `${CHECKED}${REPOSITORY_URL}/yum/RPM-GPG-KEY-${NAME}\n`;

/** By what the server does. */
const BAITS = {
  'a repository file that switches the checks off': (): Bait => ({
    keyring: publicKey(told),
    keys: publicKey(told, 'armor'),
    repo: 'gpgcheck=0\nrepo_gpgcheck=0\n',
  }),
  'a repository file that names another key': (): Bait => ({
    keyring: publicKey(told),
    keys: publicKey(told, 'armor'),
    repo: `${CHECKED}${REPOSITORY_URL}/yum/EVIL\n`,
  }),
  'a second key': (): Bait => ({
    keyring: Buffer.concat([publicKey(told), publicKey(evil.key)]),
    keys: Buffer.concat([publicKey(told, 'armor'), publicKey(evil.key, 'armor')]),
    repo: GOOD_REPO,
  }),
  'a second key that GnuPG passes over': (): Bait => ({
    keyring: Buffer.concat([publicKey(told), withoutUserId(evil.key)]),
    keys: armor(Buffer.concat([publicKey(told), withoutUserId(evil.key)])),
    repo: PACKAGES_CHECKED,
  }),
  'a second key that GnuPG passes over, in a block of its own': (): Bait => ({
    keyring: Buffer.concat([withoutUserId(evil.key), publicKey(told)]),
    keys: Buffer.concat([publicKey(told, 'armor'), armor(withoutUserId(evil.key))]),
    repo: PACKAGES_CHECKED,
  }),
  'its key with the told one as a subkey': (): Bait => {
    const key = disguised(evil.key, told);
    return { keyring: key, keys: armor(key), repo: GOOD_REPO };
  },
  'its key with the told one as a subkey, and the told one': (): Bait => {
    const keys = Buffer.concat([publicKey(told), disguised(evil.key, told)]);
    return { keyring: keys, keys: armor(keys), repo: GOOD_REPO };
  },
} as const;

describe.each(['apt', 'yum'] as const)('with %s nothing is installed from a server', (family) => {
  it.each(Object.keys(BAITS) as (keyof typeof BAITS)[])('that shows %s', async (name) => {
    bait(name);
    const result = await install(host, family, REPOSITORY_URL, fingerprint(told));
    expect({ status: result.status, installed: await installedVersion(host, family) }).toEqual({
      status: expect.not.toBeOneOf([0]) as number,
      installed: '',
    });
  });
});

it.each(['apt', 'yum'] as const)(
  'the server itself is no obstacle: its key, told, installs with %s',
  async (family) => {
    bait('a second key');
    await install(host, family, REPOSITORY_URL, fingerprint(evil.key));
    expect(await installedVersion(host, family)).toBe(EVIL_VERSION);
  },
);
