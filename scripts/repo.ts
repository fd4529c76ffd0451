/**
 * Makes the signed repositories of the packages in dist/packages:
 * `node scripts/repo.ts --key FINGERPRINT [--next-key FINGERPRINT]… [--allow-new-hosts-only] [--gpg-home FOLDER]
 * [--url https://…] [--packages FOLDER] [--output FOLDER] [--valid-days N]`.
 * Without --key it makes a throwaway key in a folder beside the output, for trying things out.
 * docs/signing-key.md says how to make, keep and replace the key.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './package/process.ts';
import { makeAptRepository } from './repo/apt.ts';
import { KeyRefused, takeKey, type SigningKey } from './repo/key.ts';
import { makeYumRepository } from './repo/yum.ts';

function makeThrowawayKey(home: string): SigningKey {
  const id = 'throwaway@ec2-instance-connect.invalid';
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const how = ['--quick-generate-key', `Throwaway <${id}>`, 'rsa3072', 'sign', '1y'];
  run('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...how]);
  console.log(`signing with a throwaway key in ${home}; give --key for a real one`);
  return { id, home };
}

const { values: options } = parseArgs({
  options: {
    key: { type: 'string' },
    'next-key': { type: 'string', multiple: true, default: [] },
    'allow-new-hosts-only': { type: 'boolean', default: false },
    'gpg-home': { type: 'string' },
    url: { type: 'string', default: 'https://packages.example.com/ec2-instance-connect' },
    packages: { type: 'string', default: 'dist/packages' },
    output: { type: 'string', default: 'dist/repo' },
    'valid-days': { type: 'string', default: '90' },
  },
});
const output = resolve(options.output);
const validDays = Number(options['valid-days']);
if (!Number.isSafeInteger(validDays) || validDays < 0) {
  console.error(`repo: expected a number of days as --valid-days, got ${options['valid-days']}`);
  process.exit(2);
}
const asked: SigningKey =
  options.key === undefined
    ? makeThrowawayKey(`${output}.gnupg`)
    : { id: options.key, home: options['gpg-home'] };

/** The key; a refusal is a message for the person, and nothing is written. */
function keyOrExit(): SigningKey {
  try {
    return takeKey(asked, options['allow-new-hosts-only']);
  } catch (error) {
    if (!(error instanceof KeyRefused)) throw error;
    console.error(`repo: ${error.message}`);
    process.exit(1);
  }
}

/** Puts a finished folder in the place of another. */
function replaceFolder(made: string, place: string): void {
  const old = `${place}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(place)) renameSync(place, old);
  renameSync(made, place);
  rmSync(old, { recursive: true, force: true });
}

const key = keyOrExit();
const next = options['next-key'];
const made = `${output}.new`;
rmSync(made, { recursive: true, force: true });
makeAptRepository(resolve(options.packages), `${made}/apt`, key, validDays, next);
makeYumRepository(resolve(options.packages), `${made}/yum`, key, options.url, next);
replaceFolder(made, output);
console.log(`signed by ${key.id.replace('!', '')}`);
console.log(`${output}/apt and ${output}/yum`);
for (const file of ['apt/ec2-instance-connect.gpg', 'yum/RPM-GPG-KEY-ec2-instance-connect']) {
  const digest = createHash('sha256').update(readFileSync(join(output, file)));
  console.log(`sha256 ${digest.digest('hex')}  ${file}`);
}
if (validDays > 0) {
  console.log(`apt refuses it after ${validDays} days: make it again before (--valid-days)`);
}
