/** What a process can touch, as the kernel shows it (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What was seen of a process. */
export interface ProcessView {
  readonly exe: string;
  readonly cwd: string;
  /** Real, effective, saved and file system ids. */
  readonly uids: readonly string[];
  readonly gids: readonly string[];
  readonly groups: string;
  /** Inheritable, permitted, effective, ambient: each in hexadecimal. */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: string;
  readonly threads: readonly string[];
  /** The names of its variables. */
  readonly environment: readonly string[];
  /** From descriptor 3 on: kinds, and the peers of TCP sockets. */
  readonly descriptors: readonly string[];
  /** `rwxp` and the like, with the file, of each mapping that can be executed. */
  readonly executable: readonly string[];
  /** Mappings that can be written and executed. */
  readonly writableAndExecutable: readonly string[];
  /** Whether it has a handler for SIGUSR1, as Node's debugger has. */
  readonly catchesSigusr1: boolean;
}

/** SIGUSR1 in the masks of /proc/PID/status. */
const SIGUSR1 = 1n << 9n;

/** Looks at a process, which should be stopped meanwhile. */
export function viewProcess(pid: number): ProcessView {
  const text = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const status = text('status');
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*?) *$`, 'm').exec(status)?.[1] ?? '?';
  const mappings = text('maps').split('\n').map(mapping);
  const executable = mappings.filter(({ mode }) => mode.includes('x'));
  return {
    exe: readlinkSync(`/proc/${pid}/exe`),
    cwd: readlinkSync(`/proc/${pid}/cwd`),
    uids: field('Uid').split('\t'),
    gids: field('Gid').split('\t'),
    groups: field('Groups'),
    capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].map(field),
    noNewPrivileges: field('NoNewPrivs'),
    threads: readdirSync(`/proc/${pid}/task`).map((task) => text(`task/${task}/comm`).trim()),
    environment: text('environ')
      .split('\0')
      .filter(Boolean)
      .map((entry) => entry.split('=')[0] ?? ''),
    descriptors: descriptors(pid, text),
    executable: executable.map(({ mode, file }) => `${mode} ${file}`),
    writableAndExecutable: executable
      .filter(({ mode }) => mode.includes('w'))
      .map(({ mode, file }) => `${mode} ${file}`),
    catchesSigusr1: (BigInt(`0x${field('SigCgt')}`) & SIGUSR1) !== 0n,
  };
}

function mapping(line: string): { readonly mode: string; readonly file: string } {
  const [, mode = '', , , , file = ''] = line.split(/ +/);
  return { mode, file: file === '' ? 'anonymous' : file };
}

function descriptors(pid: number, text: (name: string) => string): readonly string[] {
  const tcp = new Map(
    ['net/tcp', 'net/tcp6'].flatMap((name) =>
      text(name)
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields.length > 9)
        .map((fields) => [fields[9] ?? '', `tcp to ${peer(fields[2] ?? '')}`] as const),
    ),
  );
  return readdirSync(`/proc/${pid}/fd`)
    .filter((name) => Number(name) > 2)
    .map((name) => readlinkSync(`/proc/${pid}/fd/${name}`))
    .map(
      (link) =>
        tcp.get(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '') ?? link.replace(/:\[\d+\]$/, ''),
    )
    .sort();
}

/** The kernel's hexadecimal notation: an IPv4 address in the machine's byte order, here the little-endian one. */
function peer(address: string): string {
  const [host = '', port = ''] = address.split(':');
  const octets = Buffer.from(host, 'hex').reverse();
  return `${octets.join('.')}:${Number.parseInt(port, 16)}`;
}
