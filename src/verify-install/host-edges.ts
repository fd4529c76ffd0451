import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { isSea } from 'node:sea';
import { readPathFacts } from '../system/files.ts';
import { ENDPOINTS } from '../imds/client.ts';
import { REQUEST_MS } from '../imds/limits.ts';
import { JOURNAL_SOCKET } from '../log/syslog.ts';
import type { FileFacts, Greeting, InstallEdges, Libraries } from './edges.ts';
import { runCommand } from '../system/program.ts';

/** What only the checks look at; `edges.ts` adds what a login has as well. */
export type InstallHost = Omit<
  InstallEdges,
  'sshd' | 'machine' | 'debugSwitch' | 'trustStore' | 'imds'
>;

/** The host itself. */
export function installHost(): InstallHost {
  return {
    now: () => Date.now() / 1000,
    uid: process.geteuid?.() ?? -1,
    architecture: process.arch,
    program: isSea() ? [process.execPath] : [process.execPath, process.argv[1] ?? ''],
    libraries,
    stat,
    sha256: digestOf,
    tail,
    wayTo: readPathFacts,
    realPath,
    run: runCommand,
    greetImds,
  };
}

/** The program has 150 MiB; read whole, it costs ten times the time, and memory that a small instance has not. */
const PIECE = 1 << 18;

/**
 * SHA-256 of a file in hexadecimal.
 * @throws NodeJS.ErrnoException when it cannot be read
 */
export function digestOf(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const descriptor = openSync(path, 'r');
  try {
    for (let length = readSync(descriptor, piece); length > 0;) {
      hash.update(piece.subarray(0, length));
      length = readSync(descriptor, piece);
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

function stat(path: string): FileFacts | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const { uid, gid, mtimeMs, ctimeMs } = stats;
  const type = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'symlink'
        : 'other';
  return {
    type,
    mode: stats.mode & 0o7777,
    uid,
    gid,
    mtime: mtimeMs / 1000,
    ctime: ctimeMs / 1000,
  };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function tail(path: string, bytes: number): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(bytes, size));
    const length = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('latin1', 0, length);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** What this very process is made of; proc(5), maps. */
function libraries(): Libraries {
  const maps = readFileSync('/proc/self/maps', 'latin1').match(/\/\S*\.so(?:\.[0-9]+)*$/gm) ?? [];
  // Without this the report looks up names for every open connection.
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return { libc: report.header?.glibcVersionRuntime, mapped: [...new Set(maps)].sort() };
}

/** node:http rather than node-fetch: the answer's Date and Via headers are what is asked for. */
function greetImds(family: 'ipv4' | 'ipv6'): Promise<Greeting> {
  const [ipv4, ipv6] = ENDPOINTS;
  return new Promise((resolve) => {
    const outgoing = request(`${family === 'ipv4' ? ipv4 : ipv6}/latest/meta-data/`, {
      agent: false,
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    outgoing.on('response', (incoming) => {
      const { date, via } = incoming.headers;
      const seconds = Date.parse(date ?? '') / 1000;
      outgoing.destroy();
      resolve({
        ok: true,
        status: incoming.statusCode ?? 0,
        ...(Number.isFinite(seconds) ? { date: seconds } : {}),
        ...(via === undefined ? {} : { via }),
      });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const timedOut = error.name === 'TimeoutError' || error.name === 'AbortError';
      resolve({ ok: false, code: timedOut ? 'TIMEOUT' : (error.code ?? error.name) });
    });
    outgoing.end();
  });
}

/** Connects to the journal; the code of connect(2) where that fails. */
export function journal(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(JOURNAL_SOCKET);
    socket.setTimeout(REQUEST_MS, () => {
      socket.destroy();
      resolve('TIMEOUT');
    });
    socket.on('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.name);
    });
  });
}
