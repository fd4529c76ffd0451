/** The program of one architecture: Node, trimmed, with the application's snapshot and the private loader. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import lock from '../../package-lock.json' with { type: 'json' };
import { trimCodeCache } from '../build/code-cache.ts';
import { BLOB_NOTE, BUILD_FLAGS, seaConfig } from '../build/sea.ts';
import { replaceBytes } from '../build/bytes.ts';
import { graftExecutable } from './graft.ts';
import { findIcuData, trimIcuData } from './icu-data.ts';
import { CACHE } from './debian.ts';
import { run } from './process.ts';
import type { Runtime } from './runtime.ts';
import type { Target } from './target.ts';

/** Where the program, its launcher and its libraries are installed. */
export const PRIVATE_FOLDER = '/usr/lib/ec2-instance-connect';
/** Node looks for its blob only where this is set (deps/postject in Node's sources). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * The official `node` of an architecture: npm installs only the build machine's, the other one is fetched at the version
 * and with the digest of package-lock.json.
 * @returns the path of the executable
 */
export function officialNode(target: Target): string {
  const name = `node-linux-${target.node}` as const;
  const installed = `node_modules/${name}/bin/node`;
  if (existsSync(installed)) return installed;
  const { version, integrity } = lock.packages[`node_modules/${name}`];
  const cached = join(CACHE, `${name}-${version}`);
  if (existsSync(cached)) return cached;
  const work = join(CACHE, `incoming-${name}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  run('npm', ['pack', '--silent', '--pack-destination', work, `${name}@${version}`]);
  const archive = join(work, `${name}-${version}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) throw new Error(`expected ${name} to have ${integrity}, found ${found}`);
  run('tar', ['-xzf', archive, '-C', work, 'package/bin/node']);
  renameSync(join(work, 'package/bin/node'), cached);
  return cached;
}

/**
 * Makes the snapshot of the bundle with the architecture's own Node. It holds the paths and the process id of its
 * making, so these are the same everywhere: a mount of its own at /mnt, a process id namespace, no environment.
 * @param bundle path of the bundled program
 * @param folder work folder
 * @returns the blob for the note
 */
export function makeBlob(runtime: Runtime, bundle: string, folder: string): Buffer {
  const { target, root } = runtime;
  mkdirSync(folder, { recursive: true });
  copyFileSync(officialNode(target), join(folder, 'node'));
  copyFileSync(bundle, join(folder, 'main.cjs'));
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(seaConfig('main.cjs', 'blob')));
  const emulate = target.emulator === undefined ? [] : [target.emulator, '-L', '/mnt/root'];
  if (target.emulator !== undefined) {
    cpSync(root, join(folder, 'root'), { recursive: true, verbatimSymlinks: true });
  }
  const command = [
    ...emulate,
    '/mnt/node',
    ...BUILD_FLAGS,
    '--experimental-sea-config',
    'sea.json',
  ];
  const inside =
    'mount --bind "$1" /mnt && cd /mnt && shift && exec /usr/bin/env -i PATH=/usr/bin "$@"';
  run('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', inside, 'sh', folder, ...command]);
  return readFileSync(join(folder, 'blob'));
}

/** The official Node without the locale data that is never asked for, and where that leaves a gap. */
function trimmedNode(target: Target): { elf: Buffer; unused: { start: number; end: number } } {
  const elf = readFileSync(officialNode(target));
  const range = findIcuData(elf);
  const data = trimIcuData(elf, range);
  elf.fill(0, range.start, range.end);
  data.copy(elf, range.start);
  return { elf, unused: { start: range.start + data.length, end: range.end } };
}

/**
 * Writes the program of an architecture.
 * @param bundle path of the bundled program
 * @param destination path of the executable to write
 * @param work folder for intermediate files, removed afterwards
 */
export function makeProgram(
  runtime: Runtime,
  bundle: string,
  destination: string,
  work: string,
): void {
  const { target } = runtime;
  const data = trimCodeCache(makeBlob(runtime, bundle, work));
  const { elf, unused } = trimmedNode(target);
  const program = graftExecutable(elf, {
    interpreter: `${PRIVATE_FOLDER}/lib/${target.loader}`,
    runPath: `${PRIVATE_FOLDER}/lib`,
    note: { name: BLOB_NOTE, data },
    unused,
  });
  replaceBytes(program, Buffer.from(`${FUSE}:0`), Buffer.from(`${FUSE}:1`), 1);
  writeFileSync(destination, program, { mode: 0o755 });
  rmSync(work, { recursive: true });
}
