/** Makes the signed repositories: `npm run repo`; HELP says what and how. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beginArtefact, demandStamp } from './build/stamp.ts';
import { readOptions, runScript, UsageError } from './options.ts';
import { run } from './package/process.ts';
import { makeAptRepository } from './repo/apt.ts';
import { takeKey, type SigningKey } from './repo/key.ts';
import { makeYumRepository } from './repo/yum.ts';

const PACKAGES = 'dist/packages';
const HELP = `usage: npm run repo -- [option ...]

Makes the signed apt and yum repositories of the packages: static files for a web server or an object store.
Needs what "npm run package" has made, and its Debian packages. docs/signing-key.md says how to make, keep
and replace the key.

  --key FINGERPRINT        the key that signs; without it a throwaway key is made, for trying things out
  --next-key FINGERPRINT   a key that hosts are to believe already, for its successor (may be repeated)
  --allow-new-hosts-only   take a key that the oldest hosts cannot check
  --gpg-home FOLDER        GnuPG's folder with the key (default: GnuPG's own)
  --url URL                where the repositories will be served
  --packages FOLDER        where the packages are (default ${PACKAGES})
  --output FOLDER          where the repositories go (default dist/repo); what is there is replaced
  --valid-days N           after how many days apt refuses them (default 90; 0: never)
  --help                   this text

Exit status: 0 when everything was made, 1 when something failed, 2 for bad usage.
`;

function makeThrowawayKey(home: string): SigningKey {
  const id = 'throwaway@ec2-instance-connect.invalid';
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const how = ['--quick-generate-key', `Throwaway <${id}>`, 'rsa3072', 'sign', '1y'];
  run('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...how]);
  console.log(`signing with a throwaway key in ${home}; give --key for a real one`);
  return { id, home };
}

/** Ends the agent that GnuPG has started for a throwaway key. */
function endAgent({ home }: SigningKey): void {
  if (home !== undefined) run('gpgconf', ['--homedir', home, '--kill', 'all']);
}

function demandPackages(folder: string): void {
  if (resolve(folder) === resolve(PACKAGES)) demandStamp('packages');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const suffix of ['.deb', '.rpm']) {
    if (names.some((name) => name.endsWith(suffix))) continue;
    throw new Error(`there is no ${suffix} in ${folder}; "npm run package" makes the packages`);
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

const options = readOptions(
  HELP,
  {
    key: { type: 'string' },
    'next-key': { type: 'string', multiple: true, default: [] },
    'allow-new-hosts-only': { type: 'boolean', default: false },
    'gpg-home': { type: 'string' },
    url: { type: 'string', default: 'https://packages.example.com/ec2-instance-connect' },
    packages: { type: 'string', default: PACKAGES },
    output: { type: 'string', default: 'dist/repo' },
    'valid-days': { type: 'string', default: '90' },
  },
  ({ 'valid-days': days }) => {
    if (/^\d{1,5}$/.test(days)) return;
    throw new UsageError(`--valid-days is a number of days, not '${days}'`);
  },
);
await runScript(() => {
  demandPackages(options.packages);
  const output = resolve(options.output);
  const throwaway = options.key === undefined;
  const asked: SigningKey = throwaway
    ? makeThrowawayKey(`${output}.gnupg`)
    : { id: options.key ?? '', home: options['gpg-home'] };
  try {
    makeRepositories(takeKey(asked, options['allow-new-hosts-only']), output);
  } finally {
    if (throwaway) endAgent(asked);
  }
});

/** Makes both beside what is there, and then puts them in its place. */
function makeRepositories(key: SigningKey, output: string): void {
  const validDays = Number(options['valid-days']);
  const next = options['next-key'];
  const made = `${output}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  const stamp = beginArtefact('repositories', `${made}/stamp`);
  makeAptRepository(resolve(options.packages), `${made}/apt`, key, validDays, next);
  makeYumRepository(resolve(options.packages), `${made}/yum`, key, options.url, next);
  stamp();
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
}
