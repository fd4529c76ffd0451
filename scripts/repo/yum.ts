/** The yum repository: static files, packages and metadata signed. */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../package/process.ts';
import { fillTemplate } from '../package/template.ts';
import { exportKeys, sign, type SigningKey } from './key.ts';

const KEY_FILE = 'RPM-GPG-KEY-ec2-instance-connect';

/**
 * Makes the repository of all rpms of a folder, of every architecture: clients choose theirs.
 * @param output folder to make; it can be served as it is
 * @param url where it will be served, for the repo file
 * @param next fingerprints of further keys that clients are to know
 */
export function makeYumRepository(
  packages: string,
  output: string,
  key: SigningKey,
  url: string,
  next: readonly string[] = [],
): void {
  const folder = join(output, 'packages');
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(packages).filter((file) => file.endsWith('.rpm'));
  for (const name of names) copyFileSync(join(packages, name), join(folder, name));
  const settings: Readonly<Record<string, string>> = {
    _gpg_name: key.id,
    _gpg_digest_algo: 'sha256',
    __gpg: '/usr/bin/gpg',
    ...(key.home === undefined ? {} : { _gpg_path: key.home }),
  };
  const macros = Object.entries(settings).flatMap(([name, value]) => [
    '--define',
    `${name} ${value}`,
  ]);
  // A signature of the header covers the payload through its digest, which rpm 4.11 does not look at.
  const whole = run('rpmsign', ['--help']).includes('--rpmv3') ? ['--rpmv3'] : [];
  run('rpmsign', [...macros, ...whole, '--addsign', ...names.map((name) => join(folder, name))]);
  // gzip is what Amazon Linux 2's yum reads.
  const forms = ['--checksum', 'sha256', '--general-compress-type', 'gz', '--no-database'];
  run('createrepo_c', ['--quiet', ...forms, output]);
  const metadata = join(output, 'repodata/repomd.xml');
  sign(key, ['--detach-sign', '--armor', '--output', `${metadata}.asc`], metadata);
  writeFileSync(join(output, KEY_FILE), exportKeys(key, next, true));
  const repo = fillTemplate(readFileSync('packaging/repo/ec2-instance-connect.repo', 'utf8'), {
    URL: url,
    KEY_FILE,
  });
  writeFileSync(join(output, 'ec2-instance-connect.repo'), repo);
}
