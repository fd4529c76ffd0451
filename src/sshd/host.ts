import { randomUUID } from 'node:crypto';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import { readPathFacts } from '../system/files.ts';
import { isExecutable, isRootAlone, unsafeReason } from '../system/path-safety.ts';
import type { Account } from '../system/accounts.ts';
import { accountQuery } from '../system/name-service.ts';
import { runCommandSync } from '../system/program.ts';
import type { FileTimes, RunOptions, RunResult, SshdEdges } from './edges.ts';
import { takeLock } from './lock.ts';
import type { FileTree } from '../system/file-tree.ts';
import type { Image } from './plan/image.ts';
import { putImage } from './put.ts';
import { findListeners, hangUp, watchListener } from './running.ts';

/** No configuration file is longer; what is longer is not read as one. */
const MAX_FILE = 1 << 20;

const RUN_LIMIT_MS = 60_000;

/** The real host. */
export function hostEdges(): SshdEdges {
  const refused = new Set<string>();
  return {
    tree: hostTree(refused),
    unreadable: () => [...refused],
    image: readImage,
    times,
    now: () => Date.now() / 1000,
    unsafeFolder: (path) => unsafe(path, 'directory'),
    unsafeProgram: (path, by) => unsafe(path, 'file', by === 'sshd'),
    rootGroupMayWrite,
    put: putImage,
    run,
    listeners: findListeners,
    hangUp,
    watchListener,
    withTemporaryFolder,
    lock: takeLock,
    isRoot: process.getuid?.() === 0,
    account,
    newId: randomUUID,
    uptime,
  };
}

/**
 * The host's files; what cannot be read is as if it were not there.
 * @param refused gets the paths that this user may not read
 */
export function hostTree(refused: Set<string> = new Set<string>()): FileTree {
  const orElse = <T>(path: string, read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') refused.add(path);
      return otherwise;
    }
  };
  const readText = (path: string): string | undefined => {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= MAX_FILE ? readFileSync(path, 'latin1') : undefined;
  };
  return {
    text: (path) => orElse(path, () => readText(path), undefined),
    names: (directory) => orElse(directory, () => readdirSync(directory), []),
    link: (path) => orElse(path, () => readlinkSync(path), undefined),
  };
}

function readImage(path: string): Image | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  const mode = stats.mode & 0o7777;
  if (stats.isSymbolicLink()) return { type: 'link', target: readlinkSync(path) };
  if (stats.isDirectory()) return { type: 'directory', mode };
  if (!stats.isFile() || stats.size > MAX_FILE) {
    throw new Error(`${path}: expected a regular file of at most ${MAX_FILE} bytes`);
  }
  const { uid, gid } = stats;
  return { type: 'file', text: readFileSync(path, 'latin1'), mode, uid, gid };
}

function times(path: string): FileTimes | undefined {
  try {
    const both = [lstatSync(path), statSync(path)];
    const mtime = Math.max(...both.map(({ mtimeMs }) => mtimeMs)) / 1000;
    return { mtime, ctime: Math.max(...both.map(({ ctimeMs }) => ctimeMs)) / 1000 };
  } catch {
    return undefined;
  }
}

function unsafe(path: string, kind: 'file' | 'directory', bySshd = false): string | undefined {
  try {
    const way = readPathFacts(path);
    const [first] = way;
    if (first?.kind !== kind) return `${path} is not a ${kind === 'file' ? 'file' : 'folder'}`;
    if (kind === 'file' && !isExecutable(first)) return `${path} is not executable`;
    const reason = unsafeReason(way);
    return bySshd && reason !== undefined && rootGroupMayWrite() ? unsafeReason(way, true) : reason;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read (${code ?? ''})`;
  }
}

/** `sshd -V` does not say on each release whose build it is. */
function rootGroupMayWrite(): boolean {
  const { text } = hostTree();
  if (text('/etc/debian_version') === undefined) return false;
  return isRootAlone(text('/etc/passwd') ?? '', text('/etc/group') ?? '');
}

function run(argv: readonly string[], as?: RunOptions): RunResult {
  const [program = '', ...args] = argv;
  return runCommandSync({ argv: [program, ...args], as, limitMs: RUN_LIMIT_MS });
}

function withTemporaryFolder<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'ec2-instance-connect-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function account(user: string): Account | undefined {
  const { argv, read } = accountQuery(user);
  return read(run(argv));
}
