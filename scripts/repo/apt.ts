/** The apt repository: static files, signed, with every index also under its own hash. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../package/process.ts';
import { TARGETS } from '../package/target.ts';
import { exportKeys, sign, type SigningKey } from './key.ts';

const SUITE = 'stable';
const COMPONENT = 'main';
const POOL = `pool/${COMPONENT}/e/ec2-instance-connect`;
const DAY_SECONDS = 86_400;
const ARCHITECTURES = TARGETS.map(({ deb }) => deb);

/** Writes an index and its gzip form, each also by hash: a client never mixes two states (Acquire-By-Hash). */
function writeIndex(folder: string, text: Buffer): void {
  const hashes = join(folder, 'by-hash/SHA256');
  mkdirSync(hashes, { recursive: true });
  for (const [name, bytes] of [
    ['Packages', text],
    ['Packages.gz', gzipSync(text, { level: 9 })],
  ] as const) {
    writeFileSync(join(folder, name), bytes);
    writeFileSync(join(hashes, createHash('sha256').update(bytes).digest('hex')), bytes);
  }
}

/**
 * Makes the repository of all debs of a folder.
 * @param output folder to make; it can be served as it is
 * @param validDays after so many days clients refuse what this makes, so that nobody can hold newer lists back
 *   (Valid-Until of Debian's repository format); 0 for never
 * @param next fingerprints of further keys that clients are to know
 */
export function makeAptRepository(
  packages: string,
  output: string,
  key: SigningKey,
  validDays: number,
  next: readonly string[] = [],
): void {
  const pool = join(output, POOL);
  mkdirSync(pool, { recursive: true });
  for (const name of readdirSync(packages).filter((file) => file.endsWith('.deb'))) {
    copyFileSync(join(packages, name), join(pool, name));
  }
  const dist = join(output, 'dists', SUITE);
  for (const architecture of ARCHITECTURES) {
    const folder = join(dist, COMPONENT, `binary-${architecture}`);
    mkdirSync(folder, { recursive: true });
    const scan = ['--arch', architecture, 'packages', POOL];
    writeIndex(folder, run('apt-ftparchive', scan, { cwd: output }));
  }
  const fields: Readonly<Record<string, string>> = {
    Origin: 'ec2-instance-connect',
    Label: 'ec2-instance-connect',
    Suite: SUITE,
    Codename: SUITE,
    Components: COMPONENT,
    Architectures: ARCHITECTURES.join(' '),
    'Acquire-By-Hash': 'yes',
    // Seconds from Date to Valid-Until.
    ...(validDays > 0 ? { ValidTime: String(validDays * DAY_SECONDS) } : {}),
  };
  const options = Object.entries(fields).flatMap(([name, value]) => {
    return ['-o', `APT::FTPArchive::Release::${name}=${value}`];
  });
  const hashes = ['MD5', 'SHA1', 'SHA512'].flatMap((hash) => [
    '-o',
    `APT::FTPArchive::${hash}=false`,
  ]);
  const release = run('apt-ftparchive', [...options, ...hashes, 'release', dist]);
  writeFileSync(join(dist, 'Release'), release);
  sign(key, ['--clearsign', '--output', join(dist, 'InRelease')], join(dist, 'Release'));
  sign(
    key,
    ['--detach-sign', '--armor', '--output', join(dist, 'Release.gpg')],
    join(dist, 'Release'),
  );
  // apt before 1.4 (Ubuntu 16.04) reads the binary form only.
  writeFileSync(join(output, 'ec2-instance-connect.gpg'), exportKeys(key, next, false));
  if (readFileSync(join(dist, 'InRelease')).length === 0)
    throw new Error('expected a signed InRelease');
}
