/** The private loader and C/C++ runtime libraries: Debian's (debian.ts), made deaf to the host's loader configuration. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import runtime from '../../packaging/runtime.json' with { type: 'json' };
import { replaceBytes } from '../build/bytes.ts';
import { CACHE, takePackages, type Origin, type Taken } from './debian.ts';
import { run } from './process.ts';
import type { Target } from './target.ts';

/** The release of Debian that the runtime is from. */
export const RUNTIME_RELEASE: string = runtime.release;

/** What the runtime of one architecture is made from. */
export interface Runtime {
  readonly target: Target;
  readonly taken: Taken;
  /** The packages unpacked: a folder laid out like a Debian root, which also serves an emulator as one. */
  readonly root: string;
}

/** Takes and unpacks the Debian packages of the runtime; errors as `takePackages`. */
export function takeRuntime(target: Target, origin: Origin): Runtime {
  const taken = takePackages(target, origin);
  const root = join(CACHE, `root-${target.deb}`);
  const stamp = join(root, '.complete');
  const state = taken.packages.map(({ sha256 }) => sha256).join('\n');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== state) {
    rmSync(root, { recursive: true, force: true });
    for (const { file } of taken.packages) run('dpkg-deb', ['-x', join(taken.folder, file), root]);
    writeFileSync(stamp, state);
  }
  return { target, taken, root };
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
export function installRuntime({ target, root }: Runtime, folder: string): void {
  const find = (name: string): string => {
    const candidates = [`lib/${target.triplet}`, `usr/lib/${target.triplet}`];
    const holder = candidates.find((candidate) => existsSync(join(root, candidate, name)));
    if (holder === undefined) throw new Error(`expected ${name} in ${root}, found none`);
    return realpathSync(join(root, holder, name));
  };
  mkdirSync(folder, { recursive: true });
  for (const name of runtime.packages.flatMap((wanted) => wanted.libraries)) {
    copyFileSync(find(name), join(folder, name));
  }
  writeFileSync(
    join(folder, target.loader),
    deafenLoader(readFileSync(find(target.loader)), target),
  );
}
