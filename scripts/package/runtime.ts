/**
 * The private loader and C/C++ runtime libraries: fetched from Debian at the recorded versions (packaging/runtime.json),
 * and made deaf to the host's loader configuration.
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
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import runtime from '../../packaging/runtime.json' with { type: 'json' };
import { replaceBytes } from '../build/bytes.ts';
import { run } from './process.ts';
import type { Target } from './target.ts';

/** Kept between builds; `npm run build` clears dist. */
const CACHE = 'node_modules/.cache/ec2-instance-connect';

/** One Debian package of the runtime. */
export type RuntimePackage = (typeof runtime.packages)[number];

/** The Debian packages that the runtime comes from. */
export const RUNTIME_PACKAGES: readonly RuntimePackage[] = runtime.packages;

/** The release of Debian that they are from. */
export const RUNTIME_RELEASE: string = runtime.release;

/** apt for another architecture, with lists of its own: the build machine's stay as they are. */
function apt(target: Target, args: readonly string[], cwd: string): void {
  const state = join(CACHE, 'apt', target.deb);
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  const path = realpathSync(state);
  const options = [
    `APT::Architecture=${target.deb}`,
    `APT::Architectures=${target.deb}`,
    'APT::Sandbox::User=root',
    `Dir::State=${path}`,
    `Dir::State::lists=${path}/lists`,
    `Dir::State::status=/dev/null`,
    `Dir::Cache=${path}/cache`,
  ];
  run('apt-get', [...options.flatMap((option) => ['-o', option]), '-qq', ...args], { cwd });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/**
 * The path of a Debian package of the runtime, from the cache or by apt.
 * @throws Error if Debian no longer has that version, or what came is not what was recorded
 */
function fetchPackage(target: Target, wanted: RuntimePackage): string {
  const folder = join(CACHE, 'debs');
  const path = join(folder, `${wanted.name}_${wanted.version}_${target.deb}.deb`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const incoming = join(CACHE, `incoming-${target.deb}`);
    rmSync(incoming, { recursive: true, force: true });
    mkdirSync(incoming);
    apt(target, ['update'], incoming);
    apt(target, ['download', `${wanted.name}=${wanted.version}`], incoming);
    const [file = ''] = readdirSync(incoming);
    renameSync(join(incoming, file), path);
  }
  const found = sha256(path);
  const expected = wanted.sha256[target.deb];
  if (found !== expected)
    throw new Error(`expected ${path} to have SHA-256 ${expected}, found ${found}`);
  return path;
}

/**
 * Unpacks the Debian packages of the runtime.
 * @returns a folder laid out like a Debian root, which also serves an emulator as one
 */
export function runtimeRoot(target: Target): string {
  const root = join(CACHE, `root-${target.deb}`);
  const stamp = join(root, '.complete');
  const state = RUNTIME_PACKAGES.map((wanted) => wanted.sha256[target.deb]).join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return root;
  rmSync(root, { recursive: true, force: true });
  for (const wanted of RUNTIME_PACKAGES)
    run('dpkg-deb', ['-x', fetchPackage(target, wanted), root]);
  writeFileSync(stamp, state);
  return root;
}

/**
 * What the loader would read of the host, and what stands in its place, of equal length: the list of libraries to preload
 * and the cache of library paths become the empty name, which no file can have (ENOENT, open(2)); the folders that it
 * searches last (a table, and a list of trusted ones) must be absolute, so they move below /sys, where the kernel lets
 * nobody make a file.
 */
function hostPaths(target: Target): readonly { from: string; to: string; count: number }[] {
  const folders = [`/lib/${target.triplet}/`, `/usr/lib/${target.triplet}/`, '/lib/', '/usr/lib/'];
  const moved = folders.map((folder) => folder.replace(/^\/usr\/|^\/lib\//, '/sys/'));
  return [
    { from: '/etc/ld.so.preload', to: '\0etc/ld.so.preload', count: 1 },
    { from: '/etc/ld.so.cache', to: '\0etc/ld.so.cache', count: 1 },
    { from: folders.join('\0'), to: moved.join('\0'), count: 2 },
  ];
}

/**
 * The loader, deaf to the host's configuration.
 * @throws Error if the loader is not of the form that this was written for
 */
export function deafenLoader(loader: Buffer, target: Target): Buffer {
  const deaf = Buffer.from(loader);
  for (const { from, to, count } of hostPaths(target)) {
    replaceBytes(deaf, Buffer.from(`${from}\0`, 'latin1'), Buffer.from(`${to}\0`, 'latin1'), count);
  }
  return deaf;
}

/** Writes the private loader and libraries into a folder. */
export function installRuntime(target: Target, folder: string): void {
  const root = runtimeRoot(target);
  const find = (name: string): string => {
    const candidates = [`lib/${target.triplet}`, `usr/lib/${target.triplet}`];
    const holder = candidates.find((candidate) => existsSync(join(root, candidate, name)));
    if (holder === undefined) throw new Error(`expected ${name} in ${root}, found none`);
    return realpathSync(join(root, holder, name));
  };
  mkdirSync(folder, { recursive: true });
  for (const name of RUNTIME_PACKAGES.flatMap((wanted) => wanted.libraries)) {
    copyFileSync(find(name), join(folder, name));
  }
  writeFileSync(
    join(folder, target.loader),
    deafenLoader(readFileSync(find(target.loader)), target),
  );
}
