/**
 * Ways to install beside a distribution that has a package of our name: install.sh, and the README's own lines,
 * letter by letter.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../roots/machine.ts';
import { bootFleetHost, install, installedVersion, resetFleetHost, type Family } from './fleet.ts';
import { type Host, REPOSITORY_URL } from './host.ts';
import { fingerprint } from './keys.ts';
import { packagePath, VERSION } from './packages.ts';
import { makeRepository, type TestRepository } from './repository.ts';
import { makeStockDeb } from './stand-ins.ts';
import { makeForeignRpms, STOCK_RPM_VERSIONS } from './stand-ins-rpm.ts';

const NAME = 'ec2-instance-connect';
/** What is installed before, by whether it is there. */
const STOCK = { with: /^1\.1/, without: /^$/ } as const;

let repository: TestRepository;
let host: Host;

/** The distribution's own repositories, beside ours. */
function makeDistribution(folder: string): void {
  for (const family of ['apt', 'yum']) mkdirSync(join(folder, family), { recursive: true });
  makeStockDeb(join(folder, 'apt'));
  makeForeignRpms(join(folder, 'yum'));
  // Amazon Linux has one package of this name; RHEL's is not beside it.
  const redhat = `yum/${NAME}-${STOCK_RPM_VERSIONS.redhat}.rpm`;
  execFileSync('rm', [join(folder, redhat)]);
  execFileSync('createrepo_c', ['--quiet', join(folder, 'yum')]);
  const apt = { cwd: join(folder, 'apt') };
  writeFileSync(
    join(folder, 'apt/Packages'),
    execFileSync('apt-ftparchive', ['packages', '.'], apt),
  );
  const fields = ['Origin=Distribution', 'Suite=distribution', 'Codename=distribution'];
  const options = fields.flatMap((field) => ['-o', `APT::FTPArchive::Release::${field}`]);
  const release = execFileSync('apt-ftparchive', [...options, 'release', '.'], apt);
  writeFileSync(join(folder, 'apt/Release'), release);
}

beforeAll(async () => {
  const packages = [packagePath('deb', 'x64'), packagePath('rpm', 'x64')];
  repository = makeRepository(packages);
  makeDistribution(join(repository.folder, 'distribution'));
  host = await bootFleetHost(repository.folder);
});
afterAll(async () => {
  await host.stop();
  repository.discard();
});
afterEach(() => resetFleetHost(host));

/** The README's lines for a family, with its three words filled in. */
function readmeLines(family: Family): string {
  const installing =
    /\n## Installing\n(.*?)\n## /s.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
  const blocks = installing.split(/\n(?! {4}|\n)/).filter((part) => part.includes('    # '));
  const block = blocks
    .join('\n')
    .split(/^(?= {4}# )/m)
    .find((part) => part.includes(family === 'apt' ? '# Debian' : '# Amazon'));
  const file = family === 'apt' ? `${NAME}.gpg` : `RPM-GPG-KEY-${NAME}`;
  const key = readFileSync(join(repository.folder, family, file));
  return (block ?? '')
    .replaceAll(/\bURL\b/g, REPOSITORY_URL)
    .replaceAll(/\bSHA256\b/g, createHash('sha256').update(key).digest('hex'));
}

/** Types the README's lines, and yes to every question. */
function typeReadme(family: Family): Promise<CommandResult> {
  const path = family === 'apt' ? [] : ['PATH=/run/yum'];
  const shell = ['/usr/bin/env', '-C', '/tmp', ...path, '/bin/sh', '-c', readmeLines(family)];
  return host.machine.run(shell, 'y\n'.repeat(9));
}

const WAYS = {
  'install.sh': (family: Family) =>
    install(host, family, REPOSITORY_URL, fingerprint(repository.key)),
  "the README's lines": typeReadme,
} as const;
type Way = keyof typeof WAYS;

async function expectOurs(way: Way, family: Family): Promise<void> {
  const { status, stdout, stderr } = await WAYS[way](family);
  expect(status, stdout + stderr).toBe(0);
  expect(await installedVersion(host, family)).toBe(VERSION);
}

describe('with dnf, beside repositories of priority 10', () => {
  it.each<[Way, '0' | '1', 'with' | 'without']>([
    ["the README's lines", '0', 'with'],
    ["the README's lines", '0', 'without'],
    ["the README's lines", '1', 'with'],
    ["the README's lines", '1', 'without'],
    ['install.sh', '0', 'with'],
    ['install.sh', '1', 'without'],
  ])('%s install ours, best=%s, %s the stock package', async (way, best, stock) => {
    await host.machine.sh(`
      mkdir -p /etc/dnf && printf '[main]\\nbest=${best}\\n' >/etc/dnf/dnf.conf
      printf '%s\\n' '[distribution]' name=d baseurl=${REPOSITORY_URL}/distribution/yum \\
        gpgcheck=0 priority=10 >/etc/yum.repos.d/distribution.repo`);
    await host.mustDnf('install', 'stub-distribution', ...(stock === 'with' ? [NAME] : []));
    expect(await installedVersion(host, 'yum')).toMatch(STOCK[stock]);
    await expectOurs(way, 'yum');
  });
});

const PREFER = {
  'nothing preferred': '',
  'as the default release': 'APT::Default-Release "distribution";',
} as const;

describe('with apt, beside the archive of a distribution', () => {
  async function addArchive(preference: keyof typeof PREFER): Promise<void> {
    const source = `deb [trusted=yes] ${REPOSITORY_URL}/distribution/apt ./`;
    await host.machine.sh(`
      echo '${source}' >/etc/apt/sources.list.d/distribution.list
      echo '${PREFER[preference]}' >/etc/apt/apt.conf.d/90-test`);
    await host.mustApt('update');
  }

  it.each<[Way, keyof typeof PREFER, 'with' | 'without']>([
    ["the README's lines", 'nothing preferred', 'with'],
    ["the README's lines", 'as the default release', 'without'],
    ["the README's lines", 'as the default release', 'with'],
    ['install.sh', 'as the default release', 'without'],
  ])('%s install ours, %s, %s the stock package', async (way, preference, stock) => {
    await addArchive(preference);
    if (stock === 'with') await host.mustApt('install', NAME);
    expect(await installedVersion(host, 'apt')).toMatch(STOCK[stock]);
    await expectOurs(way, 'apt');
  });

  it('install.sh fails where the administrator has pinned the other, and names the pin', async () => {
    await addArchive('nothing preferred');
    await host.machine.sh(
      `printf '%s\\n' 'Package: *' 'Pin: release o=Distribution' 'Pin-Priority: 1001' >/etc/apt/preferences.d/test`,
    );
    const result = await WAYS['install.sh']('apt');
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`apt-cache policy ${NAME}`);
    expect(await installedVersion(host, 'apt')).toMatch(STOCK.with);
  });
});
