import { expect } from 'vitest';
import type { PathFacts } from '../../../src/system/path-safety.ts';
import type { DebugSwitch } from '../../../src/host/debug-switch.ts';
import type { Machine } from '../../../src/host/machine.ts';
import type { Metadata } from '../../../src/imds/client.ts';
import { Inspection, type InspectionOptions } from '../../../src/verify-install/inspection.ts';
import type { Check, CheckResult } from '../../../src/verify-install/check.ts';
import type { FileFacts, Greeting, InstallEdges } from '../../../src/verify-install/edges.ts';
import type { CommandEnd } from '../../../src/system/program.ts';
import { parseListener } from '../../../src/sshd/plan/listener.ts';
import type { SshdEdges } from '../../../src/sshd/edges.ts';
import { overlay, type FileTree } from '../../../src/system/file-tree.ts';
import { Fault } from '../../../src/verdict/fault.ts';
import { makeReport } from '../../../src/verify-install/report.ts';
import { schemaErrors } from '../../support/report-schema.ts';

/** When every world is looked at, in Unix seconds. */
export const NOW = 1_800_000_000;

/** A file of a world; what is left out is a regular file of root's that has long been there. */
export interface WorldFile extends Partial<FileFacts> {
  readonly text?: string;
  /** The target of a symbolic link. */
  readonly link?: string;
}

/** A host as values. */
export interface World {
  /** What the files are laid over, for instance a fixture of sshd's configuration. */
  readonly below: FileTree;
  readonly files: Readonly<Record<string, WorldFile | string>>;
  /** Command lines, or their beginnings, and how they end; every other cannot be started. */
  readonly commands: Readonly<Record<string, Partial<CommandEnd>>>;
  readonly uid: number;
  readonly machine: Machine | undefined;
  readonly debugSwitch: DebugSwitch;
  readonly metadata: Readonly<Record<string, string | Fault>>;
  readonly greetings: Readonly<Partial<Record<'ipv4' | 'ipv6', Greeting>>>;
  /** How many greetings, and how many requests of clients, get no answer in time before the others do. */
  readonly late: number;
}

/** The edges of a world; nothing of the real one is touched. */
export function edgesOf(given: Partial<World>): InstallEdges {
  const world = { ...EMPTY, ...given };
  const files = Object.entries(world.files).map(([path, file]): [string, WorldFile] => [
    path,
    typeof file === 'string' ? { text: file } : file,
  ]);
  const find = new Map(files);
  let [lateRequests, lateGreetings] = [0, 0];
  const stat = (path: string): FileFacts | undefined => {
    const file = find.get(path);
    if (file !== undefined) return factsOf(file);
    if (world.below.text(path) !== undefined) return factsOf({});
    const isFolder = files.some(([name]) => name.startsWith(`${path === '/' ? '' : path}/`));
    return isFolder ? factsOf({ type: 'directory', mode: 0o755 }) : undefined;
  };
  const run = (argv: readonly string[]): CommandEnd => endOf(world.commands, argv);
  return {
    now: () => NOW,
    uid: world.uid,
    architecture: 'x64',
    program: ['/usr/lib/ec2-instance-connect/ec2-instance-connect'],
    libraries: () => ({ libc: '2.36', mapped: [] }),
    sshd: { ...sshdEdges(world.below, files, run, world.uid), times: stat, now: () => NOW },
    stat,
    sha256: (path) => find.get(path)?.text ?? '',
    tail: (path, bytes) => find.get(path)?.text?.slice(-bytes),
    wayTo: (path) => wayTo(path, stat),
    realPath: (path) => (stat(path) === undefined ? undefined : (find.get(path)?.link ?? path)),
    run: ({ argv }) => Promise.resolve(run(argv)),
    machine: () => world.machine,
    debugSwitch: () => world.debugSwitch,
    trustStore: () => {
      throw new Fault('TRUST_STORE_UNREADABLE', 'no CA bundle');
    },
    imds: () => metadataOf(world.metadata, () => (lateRequests += 1) <= world.late),
    greetImds: (family) => {
      const late = (lateGreetings += 1) <= world.late;
      const answer = late ? ({ ok: false, code: 'TIMEOUT' } as const) : world.greetings[family];
      return Promise.resolve(answer ?? { ok: false, code: 'ENETUNREACH' });
    },
  };
}

const NO_FILES: FileTree = { text: () => undefined, names: () => [], link: () => undefined };

const EMPTY: World = {
  below: NO_FILES,
  files: {},
  commands: {},
  uid: 0,
  machine: { kind: 'nitro', instanceId: 'i-0123456789abcdef0' },
  debugSwitch: { state: 'off' },
  metadata: {},
  greetings: { ipv4: { ok: true, status: 401, date: NOW } },
  late: 0,
};

function factsOf(file: WorldFile): FileFacts {
  const type = file.link === undefined ? 'file' : 'symlink';
  const { mode = 0o644, uid = 0, gid = 0, mtime = NOW - 1e6, ctime = mtime } = file;
  return { type: file.type ?? type, mode, uid, gid, mtime, ctime };
}

function wayTo(path: string, stat: (path: string) => FileFacts | undefined): readonly PathFacts[] {
  const parents = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
  return parents
    .slice(1)
    .reverse()
    .concat('/')
    .map((each) => {
      const facts = stat(each);
      if (facts === undefined) throw new Error(`no ${each}`);
      const kind = facts.type === 'file' || facts.type === 'directory' ? facts.type : 'other';
      return { path: each, kind, uid: facts.uid, gid: facts.gid, mode: facts.mode };
    });
}

function sshdEdges(
  below: FileTree,
  files: readonly [string, WorldFile][],
  run: (argv: readonly string[]) => CommandEnd,
  uid: number,
): Omit<SshdEdges, 'times' | 'now'> {
  const links = new Map(files);
  const texts = new Map(files.map(([path, { text }]) => [path, text]));
  const laid = overlay(below, texts);
  const tree = { ...laid, link: (path: string) => links.get(path)?.link ?? laid.link(path) };
  const forbidden = (): never => {
    throw new Error('verify-install changes nothing');
  };
  return {
    tree,
    image: (path) =>
      tree.text(path) === undefined
        ? null
        : { type: 'file', text: '', mode: 0o644, uid: 0, gid: 0 },
    unsafeFolder: () => undefined,
    unsafeProgram: (path) => (tree.text(path) === undefined ? 'missing' : undefined),
    rootGroupMayWrite: () => tree.text('/etc/debian_version') !== undefined,
    put: forbidden,
    run,
    unreadable: () => [],
    listeners: () =>
      files.flatMap(([path, { text = '' }]) => {
        const pid = /^\/proc\/([0-9]+)\/cmdline$/.exec(path)?.[1];
        return parseListener(Number(pid), pid ? text : '', '0::/system.slice/ssh.service') ?? [];
      }),
    hangUp: forbidden,
    watchListener: forbidden,
    withTemporaryFolder: forbidden,
    lock: forbidden,
    isRoot: uid === 0,
    account: (user) => (user === 'ec2-instance-connect' ? { uid: 999, gid: 999 } : undefined),
    uptime: () => 1e6,
    newId: () => 'id',
  };
}

function endOf(commands: World['commands'], argv: readonly string[]): CommandEnd {
  const line = argv.join(' ');
  const key = Object.keys(commands)
    .filter((each) => line === each || line.startsWith(`${each} `))
    .sort((a, b) => b.length - a.length)[0];
  const common = { stdout: '', stderr: '', milliseconds: 5 };
  if (key === undefined) {
    return { ...common, status: undefined, problem: 'cannot be started: ENOENT' };
  }
  return { ...common, status: 0, ...commands[key] };
}

function metadataOf(documents: World['metadata'], isLate: () => boolean): Metadata {
  return {
    get: (path) => {
      if (isLate()) return Promise.reject(new Fault('IMDS_TIMEOUT', `late: ${path}`));
      const document = documents[path];
      if (document instanceof Fault) return Promise.reject(document);
      return Promise.resolve(document === undefined ? undefined : Buffer.from(document));
    },
  };
}

/**
 * Runs one check in a world; what it depends on is taken for granted. Whatever it finds, its report is as the schema has
 * it.
 */
export async function inspect(
  check: Check,
  world: Partial<World>,
  options: Partial<InspectionOptions> = {},
): Promise<CheckResult> {
  const on = new Inspection(edgesOf(world), { offline: false, user: 'alice', ...options });
  const result = await check.run(on);
  const host = { system: 'a host', architecture: 'x64' };
  const run = { root: on.isRoot, offline: on.options.offline };
  expect(schemaErrors(makeReport([{ check, result }], { time: NOW, host, run }))).toEqual([]);
  return result;
}

/** The command lines that tell of a user, as getent(1) and id(1) answer. */
export function person(
  name: string,
  options: { shell?: string; groups?: readonly string[]; shadow?: string } = {},
): World['commands'] {
  const { shell = '/bin/bash', groups = [name], shadow = '*' } = options;
  return {
    [`getent passwd -- ${name}`]: { stdout: `${name}:x:1000:1000::/home/${name}:${shell}\n` },
    [`getent shadow -- ${name}`]: { stdout: `${name}:${shadow}:20000:0:99999:7:::\n` },
    [`id -Gn -- ${name}`]: { stdout: `${groups.join(' ')}\n` },
  };
}

/** A decision of whose choices the first has this in its command. */
export function choosing(part: string): object {
  return {
    kind: 'decision',
    choices: expect.arrayContaining([
      expect.objectContaining({ command: expect.stringContaining(part) as string }),
    ]) as unknown,
  };
}
