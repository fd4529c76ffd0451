/**
 * The Debian packages that the private runtime is made of. A build takes what the release of
 * packaging/runtime.json serves on its day, whatever system it runs on: apt is given sources of its own,
 * signed by Debian's archive keys. What it took is kept in the build's output, files and digests, and a
 * later build can be told to use exactly that again: point releases take the old versions off the mirrors.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import runtime from '../../packaging/runtime.json' with { type: 'json' };
import { run } from './process.ts';
import type { Target } from './target.ts';

/** Kept between builds. */
export const CACHE = 'node_modules/.cache/ec2-instance-connect';
const RECORD = 'packages.json';
/** How long what was taken counts as what the release serves now. */
const FRESH_MS = 24 * 3_600_000;

/** One Debian package as it was taken. */
export interface TakenPackage {
  readonly name: string;
  readonly version: string;
  /** Name and version of its source package. */
  readonly source: string;
  readonly sourceVersion: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The file's name in the folder. */
  readonly file: string;
}

/** Where a build takes the packages from. */
export interface Origin {
  /** Address of a Debian mirror; that of the machine's own apt when left out. */
  readonly mirror?: string | undefined;
  /** A folder that an earlier build recorded. */
  readonly recorded?: string | undefined;
}

/** The packages of one architecture, in a folder. */
export interface Taken {
  readonly folder: string;
  readonly packages: readonly TakenPackage[];
}

/** The address of a Debian archive: see scripts/debian-mirror.sh. */
function mirrorOf(origin: Origin, archive: readonly string[]): string {
  const env = { ...process.env, ...(origin.mirror ? { EIC_MIRROR: origin.mirror } : {}) };
  return run('scripts/debian-mirror.sh', archive, { env }).toString().trim();
}

/** apt for one architecture of that release, with lists and sources of its own: the machine's stay as they are. */
function apt(target: Target, sources: string, args: readonly string[], cwd: string): void {
  mkdirSync(join(CACHE, 'apt', target.deb, 'lists/partial'), { recursive: true });
  mkdirSync(join(CACHE, 'apt', target.deb, 'cache/archives/partial'), { recursive: true });
  const state = realpathSync(join(CACHE, 'apt', target.deb));
  writeFileSync(join(state, 'sources.list'), sources);
  const options = [
    `APT::Architecture=${target.deb}`,
    `APT::Architectures=${target.deb}`,
    'APT::Sandbox::User=root',
    'APT::Default-Release=',
    'Acquire::Languages=none',
    'Acquire::Retries=3',
    `Dir::State=${state}`,
    `Dir::State::lists=${state}/lists`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${state}/cache`,
    `Dir::Etc::sourcelist=${state}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
  ];
  run('apt-get', [...options.flatMap((option) => ['-o', option]), '-qq', ...args], { cwd });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function describePackage(folder: string, file: string): TakenPackage {
  const fields = ['Package', 'Version', 'source:Package', 'source:Version'];
  const format = fields.map((field) => `\${${field}}`).join('\n');
  const path = join(folder, file);
  const answer = run('dpkg-deb', ['-W', `--showformat=${format}`, path]).toString();
  const [name = '', version = '', source = '', sourceVersion = ''] = answer.split('\n');
  return { name, version, source, sourceVersion, sha256: sha256(path), file };
}

function download(target: Target, origin: Origin, folder: string): Taken {
  if (!existsSync(runtime.keyring)) {
    throw new Error(`expected ${runtime.keyring}; the package debian-archive-keyring has it`);
  }
  const main = mirrorOf(origin, []);
  const security = mirrorOf(origin, ['security']);
  const { codename } = runtime;
  const sources = [
    [main, codename],
    [main, `${codename}-updates`],
    [security, `${codename}-security`],
  ].map(([address = '', suite = '']) => {
    return `deb [signed-by=${runtime.keyring}] ${address} ${suite} main\n`;
  });
  const incoming = `${folder}.incoming`;
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true });
  const names = runtime.packages.map(({ name }) => name);
  try {
    apt(target, sources.join(''), ['update'], incoming);
    apt(target, sources.join(''), ['download', ...names], incoming);
  } catch (error) {
    const what = `the runtime's packages of ${runtime.release} cannot be fetched from ${main}`;
    throw new Error(`${what}; --mirror names another mirror\n${String(error)}`, { cause: error });
  }
  const packages = readdirSync(incoming)
    .sort()
    .map((file) => describePackage(incoming, file));
  writeFileSync(join(incoming, RECORD), `${JSON.stringify(packages, undefined, 2)}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(incoming, folder);
  return { folder, packages };
}

/**
 * Reads a folder with recorded packages.
 * @throws Error if a package is missing or its file has another digest than was recorded
 */
export function readTaken(folder: string): Taken {
  const record = join(folder, RECORD);
  if (!existsSync(record)) throw new Error(`expected ${record}, found none`);
  const packages = JSON.parse(readFileSync(record, 'utf8')) as readonly TakenPackage[];
  for (const { name } of runtime.packages) {
    if (!packages.some((each) => each.name === name)) {
      throw new Error(`expected ${name} in ${record}, found none`);
    }
  }
  for (const { file, sha256: expected } of packages) {
    const path = join(folder, file);
    const found = existsSync(path) ? sha256(path) : 'no file';
    if (found !== expected) {
      throw new Error(`expected ${path} to have SHA-256 ${expected}, found ${found}`);
    }
  }
  return { folder, packages };
}

/**
 * The runtime's Debian packages of one architecture: the recorded ones, or what the release serves now.
 * @throws Error if they cannot be had, or are not what was recorded
 */
export function takePackages(target: Target, origin: Origin): Taken {
  const folder = join(CACHE, 'debs', target.deb);
  if (origin.recorded !== undefined) {
    const recorded = readTaken(join(origin.recorded, target.deb));
    const copy = join(CACHE, 'recorded', target.deb);
    rmSync(copy, { recursive: true, force: true });
    copyTaken(recorded, copy);
    return { ...recorded, folder: copy };
  }
  const record = join(folder, RECORD);
  const fresh = existsSync(record) && Date.now() - statSync(record).mtimeMs < FRESH_MS;
  return fresh && origin.mirror === undefined
    ? readTaken(folder)
    : download(target, origin, folder);
}

/** Keeps packages with their record in a new folder, for a later build. */
export function copyTaken(taken: Taken, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of [RECORD, ...taken.packages.map((each) => each.file)]) {
    copyFileSync(join(taken.folder, file), join(folder, file));
  }
}
