/**
 * Makes the signed repositories of the packages in dist/packages:
 * `node scripts/repo.ts --key FINGERPRINT [--gpg-home FOLDER] [--url https://…] [--packages FOLDER] [--output FOLDER]`.
 * Without --key it makes a throwaway key in a folder beside the output, for trying things out.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './package/process.ts';
import { makeAptRepository } from './repo/apt.ts';
import type { SigningKey } from './repo/key.ts';
import { makeYumRepository } from './repo/yum.ts';

/** RSA, because rpm 4.11 and gpgv of Ubuntu 16.04 know no elliptic curves. */
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
    'gpg-home': { type: 'string' },
    url: { type: 'string', default: 'https://packages.example.com/ec2-instance-connect' },
    packages: { type: 'string', default: 'dist/packages' },
    output: { type: 'string', default: 'dist/repo' },
  },
});
const output = resolve(options.output);
const key: SigningKey =
  options.key === undefined
    ? makeThrowawayKey(`${output}.gnupg`)
    : { id: options.key, home: options['gpg-home'] };
rmSync(output, { recursive: true, force: true });
makeAptRepository(resolve(options.packages), `${output}/apt`, key);
makeYumRepository(resolve(options.packages), `${output}/yum`, key, options.url);
console.log(`${output}/apt and ${output}/yum`);
